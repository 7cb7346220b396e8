"""``connector-kit invoke`` as somebody types it."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connector_kit.testing.running import RunningStack
from tests.testing.declared import Everything

EVERYTHING = "tests.testing.declared:Everything"
CONNECTOR_ID = "64a1f0c2b3d4e5f6071828ff"

HOOKS = """
class hooks:
    def tidy(options):
        return [{"data": each} for each in options["data"]]

    def preMap(options):
        return [{"data": each} for each in options["data"]]

class settings:
    def persistSettings(options):
        return {"success": True, "pending": options["pending"]}

class utilities:
    def silent(options):
        return None

    def fail(options):
        raise LookupError("no such order")

def preSave(options):
    return options["newResource"]
"""


@pytest.fixture
def hooks(tmp_path: Path) -> str:
    """The path of a module of plain functions."""
    file = tmp_path / "plain_hooks.py"
    file.write_text(HOOKS)
    return str(file)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """Write a value into a file, as JSON."""

    def write(value: Any) -> str:
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        file.write_text(json.dumps(value))
        return str(file)

    return write


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    call_command("invoke", *words)
    return json.loads(capsys.readouterr().out)


def test_the_result_is_what_the_platform_would_get(capsys, written):
    records = written([{"id": 5}])

    assert printed(capsys, EVERYTHING, "pass_on", "--records", records) == [{"data": {"id": 5}}]


def test_without_records_those_of_the_export_are_taken(capsys):
    assert len(printed(capsys, EVERYTHING, "pass_on")) == 2


def test_a_module_may_be_named_that_declares_one_connector(capsys):
    assert len(printed(capsys, "tests.testing.declared", "pass_on")) == 2


def test_json_tells_the_status_with_the_result(capsys):
    answer = printed(capsys, EVERYTHING, "ping_erp", "--json")

    assert answer == {"status": 200, "result": {"statusCode": 200}}


def test_an_export_is_printed_page_by_page(capsys):
    assert [page["state"] for page in printed(capsys, EVERYTHING, "pulled")] == [2, 3, 4]


def test_a_function_at_several_components_is_called_at_the_one_that_is_named(capsys):
    page = printed(capsys, EVERYTHING, "keep_all", "--component", "returns")
    assert page["data"] == [{"id": 7}]

    with pytest.raises(CommandError, match="is called at orders, returns"):
        call_command("invoke", EVERYTHING, "keep_all")


def test_options_replace_what_is_made_up(capsys, hooks, written):
    pending = written({"pending": {"channel": "#orders"}})

    answer = printed(capsys, hooks, "persistSettings", "--type", "setting", "--options", pending)

    assert answer == {"success": True, "pending": {"channel": "#orders"}}


def test_options_and_records_are_read_from_stdin(capsys, hooks, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("[1, 2]"))

    assert printed(capsys, hooks, "preMap", "--records", "-") == [{"data": 1}, {"data": 2}]


def test_a_function_of_which_nothing_tells_the_kind_gets_what_is_given(capsys, hooks, written):
    records = written([{"id": 5}])

    assert printed(capsys, hooks, "tidy", "--type", "hook", "--records", records) == [
        {"data": {"id": 5}}
    ]
    kind = ("--kind", "preMap", "--records", records)
    assert printed(capsys, hooks, "tidy", *kind) == [{"data": {"id": 5}}]


def test_functions_of_framework_two_are_called_without_a_type(capsys, hooks, written):
    options = written({"newResource": {"name": "x"}})

    assert printed(capsys, hooks, "preSave", "--options", options) == {"name": "x"}


def test_no_result_is_said_beside_stdout(capsys, hooks):
    call_command("invoke", hooks, "silent")

    said = capsys.readouterr()
    assert said.out == ""
    assert "returned nothing" in said.err


def test_a_call_that_fails_is_exit_code_3_with_code_message_and_place(capsys, hooks):
    with pytest.raises(SystemExit) as ended:
        call_command("invoke", hooks, "fail")

    said = capsys.readouterr()
    assert ended.value.code == 3
    assert said.out == ""
    assert "422 LookupError: no such order" in said.err
    assert said.err.splitlines()[1].endswith("plain_hooks.py:18 fail")
    assert "invoke.py" not in said.err


def test_a_call_that_fails_is_one_line_of_json_if_asked(capsys, hooks):
    with pytest.raises(SystemExit):
        call_command("invoke", hooks, "fail", "--json")

    assert json.loads(capsys.readouterr().out) == {
        "status": 422,
        "errors": [{"code": "LookupError", "message": "no such order"}],
    }


MISTAKES = {
    "a module that is not there": (["no.such.module", "f"], "there is no module 'no'"),
    "a function that is not there": (
        [EVERYTHING, "echoo", "--type", "utility"],
        "No utility function is called 'echoo', or at 'echoo'. There are echo",
    ),
    "a component with several hooks": (
        [EVERYTHING, "save_order"],
        "can be a postMap, postSubmit, preMap. Choose one with --kind",
    ),
    "a component that calls another function": (
        [EVERYTHING, "pass_on", "--component", "orders", "--kind", "preMap"],
        "orders does not use pass_on as its preMap function (it uses none)",
    ),
    "records that are not there": ([EVERYTHING, "pass_on", "--records", "none.json"], "none.json"),
    "records that are none": ([EVERYTHING, "pass_on", "--records", "-"], "- must contain a list"),
}


@pytest.mark.parametrize(("words", "said"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_exit_code_1_and_says_the_way_out(words, said, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("{}"))

    with pytest.raises(CommandError) as raised:
        call_command("invoke", *words)

    assert said in str(raised.value)
    assert raised.value.returncode == 1


@pytest.fixture
def stack(settings):
    """A running stack whose system token is configured."""
    with RunningStack(Everything) as stack:
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "system_tokens": (stack.system_token,),
            "connectors": f"{CONNECTOR_ID}={EVERYTHING}",
        }
        yield stack


def test_a_running_stack_is_called_with_the_configured_token(stack, capsys):
    answer = printed(capsys, EVERYTHING, "pass_on", "--url", stack.address)

    assert len(answer) == 2


def test_a_stack_is_called_by_its_address_alone(stack, capsys):
    answer = printed(capsys, stack.address, "echo", "--type", "utility")

    assert answer["bearerToken"]


def test_a_stack_that_is_not_there_is_an_error_that_says_so(settings):
    with RunningStack(Everything) as stack:
        address = stack.address
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": ("token",)}

    with pytest.raises(CommandError, match="does not answer"):
        call_command("invoke", address, "echo", "--type", "utility")


def test_without_a_token_or_an_id_a_stack_is_not_called(settings, stack):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": ()}
    with pytest.raises(CommandError, match="--connector-id"):
        call_command("invoke", EVERYTHING, "echo", "--url", stack.address)

    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "system_tokens": ()}
    with pytest.raises(CommandError, match="CONNECTOR_KIT_SYSTEM_TOKEN is not set"):
        call_command("invoke", EVERYTHING, "echo", "--url", stack.address)
