"""Modules of functions: how they are put together, and what is refused before any call."""

from typing import Any

import pytest

from connector_kit import Connection, Connector, Export, hook
from connector_kit.extension import ConfigurationError, ExtensionError, FunctionModule, Registry


def one(_options: Any) -> int:
    return 1


def two(_options: Any) -> int:
    return 2


@hook.pre_save_page
def keep_paid(options: Any) -> Any:
    return {"data": [each for each in options["data"] if each["paid"]]}


class Orders(Connector):
    name = "Orders"
    version = "1.0.0"
    shop = Connection("Shop", type="http", http={"baseURI": "https://shop.example.com"})
    new_orders = Export("New orders", connection=shop, hooks={"preSavePage": keep_paid})


def test_modules_are_put_together_part_by_part() -> None:
    both = FunctionModule(hooks={"one": one}) | FunctionModule(
        hooks={"two": two}, installer={"one": two}
    )

    assert both.find("hook", "one") is one
    assert both.find("hook", "two") is two
    assert both.find("installer", "one") is two


def test_one_name_for_two_functions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"hooks\.one would mean two functions"):
        FunctionModule(hooks={"one": one}) | FunctionModule(hooks={"one": two})


def test_the_hooks_of_a_connector_are_found_by_their_names() -> None:
    module = FunctionModule.of(Orders)

    [name] = module
    function = module.find("hook", name.removeprefix("hooks."))
    assert function({"data": [{"paid": True}, {"paid": False}]}) == {"data": [{"paid": True}]}


async def asynchronous(_options: Any) -> int:
    return 1


@pytest.mark.parametrize(
    ("function", "reason"),
    [(asynchronous, r"hooks\.f is asynchronous"), ("text", r"hooks\.f is not a function")],
)
def test_what_could_not_be_called_is_refused_at_once(function: Any, reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        FunctionModule(hooks={"f": function})


def test_a_part_may_make_functions_as_they_are_asked_for() -> None:
    class Steps(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            return one if name.startswith("verify_") else default

    module = FunctionModule(installer=Steps())

    assert module.find("installer", "verify_anything") is one
    with pytest.raises(ExtensionError, match="doesn't map to a function"):
        module.find("installer", "remove_anything")


WRONG_CONFIGURATIONS = {
    "neither": ({}, "missing_required_field", "Either DIY or connectors field needs to be set."),
    "both": (
        {"diy": FunctionModule(), "connectors": {"c": FunctionModule()}},
        "invalid_configuration",
        "The configuration object should only have one of the diy or connectors field.",
    ),
    "no connectors": (
        {"connectors": {}},
        "invalid_field",
        "No connector modules provided in the connectors field.",
    ),
}


@pytest.mark.parametrize(
    ("configuration", "code", "message"),
    WRONG_CONFIGURATIONS.values(),
    ids=WRONG_CONFIGURATIONS.keys(),
)
def test_a_wrong_configuration_is_refused_in_the_references_words(
    configuration: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Registry(**configuration)

    assert (refused.value.code, refused.value.message) == (code, message)
