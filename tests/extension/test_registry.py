"""Modules of functions: how they are put together, and what is refused before any call."""

import inspect
import json
from typing import Any

import pytest

from connector_kit import Connection, Connector, Export, PreMapOptions, hook
from connector_kit.extension import ConfigurationError, ExtensionError, FunctionModule, Registry
from connector_kit.extension.invoke import invoke


def one(_options: Any) -> int:
    return 1


def two(_options: Any) -> int:
    return 2


@hook.pre_save_page
def keep_paid(options: Any) -> Any:
    return {"data": [document for document in options["data"] if document["paid"]]}


class Orders(Connector):
    name = "Orders"
    version = "1.0.0"
    shop = Connection("Shop", type="http", http={"baseURI": "https://shop.example.com"})
    new_orders = Export("New orders", connection=shop, hooks={"preSavePage": keep_paid})


def test_modules_are_put_together_part_by_part() -> None:
    both = FunctionModule(hooks={"one": one}) | FunctionModule(
        hooks={"two": two}, installer={"one": two}
    )

    assert both.find("hook", "one").callable is one
    assert both.find("hook", "two").callable is two
    assert both.find("installer", "one").callable is two


def test_one_name_for_two_functions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Ambiguous function names: .*hooks\.one"):
        FunctionModule(hooks={"one": one}) | FunctionModule(hooks={"one": two})


@pytest.mark.parametrize("type_", ["hook", None, ""], ids=["1.0", "2.0", "no type"])
def test_the_hooks_of_a_connector_are_found_by_their_names(type_: str | None) -> None:
    function = FunctionModule.of(Orders).find(type_, "keep_paid")

    assert function({"data": [{"paid": True}, {"paid": False}]}) == {"data": [{"paid": True}]}


async def asynchronous(_options: Any) -> int:
    return 1


def generating(_options: Any) -> Any:
    yield 1


def calling_back(_options: Any, callback: Any) -> None:
    callback(None, 1)


@pytest.mark.parametrize("function", [one, asynchronous, generating, calling_back])
def test_functions_of_every_style_are_taken(function: Any) -> None:
    found = FunctionModule(hooks={"f": function}).find("hook", "f")

    assert invoke(found, {}) == 1


def test_a_found_function_tells_what_it_is() -> None:
    @hook.pre_map
    def typed(options: PreMapOptions) -> Any:
        return options.data

    found = FunctionModule.of({"typed": typed, "hooks": {"untold": one}})

    marked, untold = found.find("hook", "typed"), found.find("hook", "untold")
    assert (marked.kind and marked.kind.name, marked.options) == ("preMap", PreMapOptions)
    assert (untold.kind, untold.options) == (None, None)
    assert list(inspect.signature(marked).parameters) == ["options"]
    assert marked({"data": [1]}) == marked(PreMapOptions({"data": [1]})) == [1]


def test_what_cannot_be_called_is_refused_at_once() -> None:
    with pytest.raises(TypeError) as refused:
        FunctionModule(hooks={"f": "text", "g": one}, settings={"h": None})

    assert str(refused.value).splitlines() == [
        (
            "FunctionModule.hooks.f: It is not a function but a str. "
            "Only functions belong here. Move it elsewhere. (connector_kit.E401)"
        ),
        (
            "FunctionModule.settings.h: It is not a function but nothing. "
            "Only functions belong here. Move it elsewhere. (connector_kit.E401)"
        ),
    ]


def test_a_part_may_make_functions_as_they_are_asked_for() -> None:
    class Steps(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            return one if name.startswith("verify_") else default

    module = FunctionModule(installer=Steps())

    assert module.find("installer", "verify_anything").callable is one
    with pytest.raises(ExtensionError, match="doesn't map to a function"):
        module.find("installer", "remove_anything")


PARTS = {
    "a hook": ("hook", "hooks"),
    "a part by its own name": ("hooks", "hooks"),
    "a wrapper": ("wrapper", "wrappers"),
    "an installer": ("installer", "installer"),
    "an uninstaller": ("uninstaller", "uninstaller"),
    "a setting": ("setting", "settings"),
    "a utility": ("utility", "utilities"),
    "no type": (None, "flat"),
    "an empty type": ("", "flat"),
    "a part of the author's": ("reports", "reports"),
}


@pytest.mark.parametrize(("type_", "part"), PARTS.values(), ids=PARTS.keys())
def test_a_type_means_a_part(type_: str | None, part: str) -> None:
    assert FunctionModule(**{part: {"one": one}}).find(type_, "one").callable is one


NO_PART = {"unknown": "hoook", "the part for no type": "flat", "true": True, "a list": []}


@pytest.mark.parametrize("type_", NO_PART.values(), ids=NO_PART.keys())
def test_a_part_that_is_not_there_is_named_as_it_was_sent(type_: Any) -> None:
    word = type_ if isinstance(type_, str) else json.dumps(type_)

    with pytest.raises(ExtensionError) as refused:
        FunctionModule(flat={"one": one}, hooks={}).find(type_, "one")

    assert refused.value.code == "object_not_found"
    assert refused.value.message == f"The object {word} doesn't exist in the module."


def test_contracts_are_on_unless_they_are_switched_off() -> None:
    module = FunctionModule()

    assert Registry(diy=module).contracts
    assert not Registry(diy=module, contracts=False).contracts


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
