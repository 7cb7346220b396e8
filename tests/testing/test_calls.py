"""A test sees what the platform would see: results as JSON, contracts, errors with their codes."""

import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from connector_kit import ExtensionError
from connector_kit.adoption.loading import LoadError
from connector_kit.extension import RegistrationError
from connector_kit.testing import CallFailed, NotDeclared, Platform, StackUnreachable
from connector_kit.testing.running import RunningStack
from tests.testing.declared import Everything


class Hooks:
    """Functions of an object with a state."""

    def __init__(self) -> None:
        self.calls = 0

    def preMap(self, options: dict[str, Any]) -> Any:  # noqa: N802
        self.calls += 1
        return [{"data": (record, self.calls)} for record in options["data"]]


async def later(options: dict[str, Any]) -> Any:
    return options["value"]


def calls_back(options: dict[str, Any], callback: Any) -> None:
    callback({"code": "out_of_stock", "message": "Nothing is left."})


def refuse(options: dict[str, Any]) -> Any:
    raise ExtensionError("no_lines", f"The order has no lines; token {options['bearerToken']}.")


def functions() -> dict[str, Any]:
    return {
        "hooks": {"preMap": Hooks().preMap, "short": lambda options: options["data"][1:]},
        "utilities": {
            "later": later,
            "calls_back": calls_back,
            "refuse": refuse,
            "date": lambda _: {"at": object()},
            "long": lambda _: "x" * 6_000_000,
            "nothing": lambda _: None,
            "huge": lambda _: 2**70,
        },
        "preSave": lambda options: options["newResource"],
    }


@pytest.fixture(params=["in this process", "over HTTP"])
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    if request.param == "in this process":
        yield Platform(functions())
        return
    with RunningStack(functions()) as stack:
        platform = Platform(functions(), at=stack.address, system_token=stack.system_token)
        yield platform
        platform.close()


def test_results_come_as_they_travel(platform: Platform) -> None:
    assert platform.pre_map("preMap", [{"a": 1}]) == [{"data": [{"a": 1}, 1]}]
    assert platform.pre_map("preMap", [{"a": 1}]) == [{"data": [{"a": 1}, 2]}]
    assert platform.pre_save({"name": "x"}) == {"name": "x"}
    assert platform.utility("nothing") is None
    assert platform.utility("huge") == 2**70


def test_functions_of_every_style_are_called(platform: Platform) -> None:
    assert platform.utility("later", value=7) == 7

    with pytest.raises(CallFailed, match="out_of_stock: Nothing is left"):
        platform.utility("calls_back")


FAILURES = {
    "an error of its own": ("refuse", "no_lines"),
    "a result that cannot travel": ("date", "invalid_extension_response"),
    "a result that is too long": ("long", "response_size_exceeded"),
}


@pytest.mark.parametrize(("function", "code"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_carries_the_code_and_message_that_travel(
    platform: Platform, function: str, code: str
) -> None:
    with pytest.raises(CallFailed) as failed:
        platform.utility(function)

    assert (failed.value.status, failed.value.code) == (422, code)
    assert failed.value.to_json()["errors"] == [{"code": code, "message": failed.value.message}]


def test_a_token_is_masked_as_it_would_be(platform: Platform) -> None:
    with pytest.raises(CallFailed) as failed:
        platform.utility("refuse")

    assert failed.value.message == "The order has no lines; token ******."


def test_results_are_held_to_their_contract(platform: Platform) -> None:
    with pytest.raises(CallFailed, match="preMap must return one entry for each of the 2 in data"):
        platform.pre_map("short", [{}, {}], _importId="i")


def test_a_call_by_type_and_name_gets_nothing_but_what_is_given(platform: Platform) -> None:
    assert platform.call("utility", "later", value=[1]) == [1]

    with pytest.raises(CallFailed, match="invalid_function"):
        platform.call("utility", "unknown")
    with pytest.raises(CallFailed, match="The object wrapper doesn't exist in the module"):
        platform.call("wrapper", "ping")


def test_what_the_function_raised_is_at_hand() -> None:
    with pytest.raises(CallFailed) as failed:
        Platform(functions()).utility("refuse")

    assert isinstance(failed.value.__cause__, ExtensionError)


def test_a_contract_that_is_switched_off_is_not_looked_at() -> None:
    assert Platform(functions(), contracts=False).pre_map("short", [1, 2], _importId="i") == [2]


ENDLESS = {
    "one whose state leads on for ever": ("fetch_for_ever", "endless_export"),
    "one that repeats itself": ("fetch_the_same", "invalid_extension_response"),
}


@pytest.mark.parametrize(("function", "code"), ENDLESS.values(), ids=ENDLESS.keys())
def test_an_export_without_an_end_is_said_to_have_none(function: str, code: str) -> None:
    with pytest.raises(CallFailed) as failed:
        Platform(Everything).export(function, most_pages=20)

    assert failed.value.code == code


def test_an_export_that_repeats_itself_is_noticed_without_contracts_too() -> None:
    with pytest.raises(CallFailed) as failed:
        Platform(Everything, contracts=False).export("fetch_the_same")

    assert failed.value.code == "endless_export"
    assert "has returned 6 pages" in failed.value.message


def test_an_export_that_returns_no_page_is_said_to_do_so() -> None:
    platform = Platform({"wrappers": {"fetch": lambda _: [1, 2]}})

    with pytest.raises(CallFailed, match="fetch has returned no page"):
        platform.export("fetch")


def test_the_target_may_be_named_or_be_a_module() -> None:
    by_name = Platform("tests.testing.declared:Everything")
    module = ModuleType("flat_functions")
    module.__dict__["preSave"] = lambda options: options["newResource"]
    module.__dict__["__all__"] = ["preSave"]

    assert by_name.pre_map("save_order", []) == []
    assert Platform(module).pre_save({"a": 1}) == {"a": 1}
    assert Platform("tests.testing.declared").kinds_of("save_order") == {
        *("preMap", "postMap", "postSubmit")
    }


def test_a_target_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(LoadError):
        Platform("no.such.module")
    with pytest.raises(RegistrationError, match="E410"):
        Platform([1])
    with pytest.raises(TypeError, match="There is nothing to call"):
        Platform(None)


def test_an_unknown_name_is_said_with_what_there_is() -> None:
    with pytest.raises(NotDeclared, match="There are calls_back, date, huge, later"):
        Platform(functions()).utility("latr")
    with pytest.raises(NotDeclared, match="There is none at all"):
        Platform({"hooks": {}}).utility("later")


def test_a_stack_is_called_by_its_address_alone() -> None:
    with RunningStack(functions()) as stack:
        platform = Platform(stack.address, system_token=stack.system_token)
        answer = platform.utility("later", value="x")
        stranger = Platform(stack.address, system_token="another")
        with pytest.raises(CallFailed) as refused:
            stranger.utility("later")
        for item in (platform, stranger):
            item.close()

    assert answer == "x"
    assert (refused.value.status, refused.value.code) == (401, "unauthorized")


def test_a_connector_is_called_over_http_with_options_from_its_declaration() -> None:
    with RunningStack(Everything) as stack:
        platform = Platform(
            Everything, at=stack.address, system_token=stack.system_token, connector_id="c" * 24
        )
        assert len(platform.pre_map("save_order")) == 2
        assert len(platform.export("pulled").pages) == 3
        platform.close()


def test_a_stack_that_is_not_there_is_said_to_be_so() -> None:
    with RunningStack(functions()) as stack:
        address = stack.address
    platform = Platform(address, system_token="x")

    with pytest.raises(StackUnreachable, match=rf"{address}/function does not answer"):
        platform.utility("later")
    platform.close()


def test_neither_django_nor_pytest_is_imported() -> None:
    asked = "import sys, connector_kit.testing; print({'django', 'pytest'} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", asked], check=False, capture_output=True, text=True
    )

    assert answer.stdout.strip() == "set()", answer.stderr
