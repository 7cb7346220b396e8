"""Marks and annotations: what they say about a function, and what is said when they are wrong."""

import functools
from typing import Any

import pytest

from connector_kit import (
    ExportOptions,
    HookOptions,
    Options,
    PreMapOptions,
    PreSavePageOptions,
    flat,
    hook,
    installer,
    setting,
    uninstaller,
    utility,
    wrapper,
)
from connector_kit.blueprint import StackFunction
from connector_kit.extension import FunctionModule
from connector_kit.extension.authoring.modules import RegistrationError, function_problems
from connector_kit.extension.invoke import invoke


def names(thing: Any) -> set[str]:
    return set(FunctionModule.of(thing))


def call(thing: Any, place: str, options: Any) -> Any:
    """What the function at *place*, ``part.name``, answers to *options*, however it is written."""
    part, _, name = place.partition(".")
    return invoke(FunctionModule.of(thing).find(part, name), options)


MARKS = {
    "hook.pre_map": (hook.pre_map, {"hooks.f", "flat.f"}),
    "wrapper.ping": (wrapper.ping, {"wrappers.f", "flat.f"}),
    "installer": (installer, {"installer.f"}),
    "uninstaller": (uninstaller, {"uninstaller.f"}),
    "setting": (setting, {"settings.f"}),
    "utility": (utility, {"utilities.f"}),
    "flat.form_init": (flat.form_init, {"flat.f"}),
}


@pytest.mark.parametrize(("mark", "places"), MARKS.values(), ids=MARKS.keys())
def test_a_mark_says_where_calls_look_for_a_function(mark: Any, places: set[str]) -> None:
    def f(options: Any) -> Any:
        return options

    assert names({"f": mark(f)}) == places
    assert names({"f": mark(name="g")(f)}) == {place[:-1] + "g" for place in places}


def typed(options: PreMapOptions) -> Any:
    return type(options)


def general(options: HookOptions) -> Any:
    return type(options)


class Refined(PreMapOptions):
    """An author's own view of the options."""


def refined(options: Refined) -> Any:
    return type(options)


def late(options: "PreMapOptions", callback: Any = None) -> Any:
    return type(options)


def calls_back(options: PreMapOptions, callback: Any) -> None:
    callback(None, type(options))


async def asynchronous(options: PreMapOptions) -> Any:
    return type(options)


class Typed:
    def method(self, options: PreMapOptions) -> Any:
        return type(options)

    def __call__(self, options: "PreMapOptions") -> Any:
        return type(options)


def bare(options):
    return type(options)


def plain(options: dict[str, Any]) -> Any:
    return type(options)


def unheard_of(options: "OrderOptions") -> Any:  # noqa: F821
    return type(options)


ANNOTATIONS = {
    "the options of the kind": (typed, PreMapOptions),
    "a general view of them": (general, HookOptions),
    "an author's own": (refined, Refined),
    "an annotation as text": (late, PreMapOptions),
    "a callback": (calls_back, PreMapOptions),
    "a coroutine": (asynchronous, PreMapOptions),
    "a method": (Typed().method, PreMapOptions),
    "an object": (Typed(), PreMapOptions),
    "a partial": (functools.partial(late, callback=None), PreMapOptions),
    "no annotation": (bare, dict),
    "a dict": (plain, dict),
    "a name that nobody knows": (unheard_of, dict),
}


@pytest.mark.parametrize(("function", "given"), ANNOTATIONS.values(), ids=ANNOTATIONS.keys())
def test_a_function_gets_the_options_that_it_is_annotated_with(function: Any, given: type) -> None:
    assert call({"hooks": {"f": function}}, "hooks.f", {"data": []}) is given
    assert call({"f": hook.pre_map(name="f")(function)}, "hooks.f", {"data": []}) is given


def test_options_that_are_no_object_cannot_be_typed() -> None:
    with pytest.raises(Exception, match="The options must be an object, not a list"):
        call({"hooks": {"f": typed}}, "hooks.f", [1])


def nothing() -> None: ...


def three(options: Any, callback: Any, more: Any) -> None: ...


def keyword_only(options: Any, *, tenant: Any) -> None: ...


def page(options: PreSavePageOptions) -> None: ...


def export(options: ExportOptions) -> None: ...


def misspelled(options: "PreMapOption") -> None: ...  # noqa: F821


def anything(*options: Any, **more: Any) -> None: ...


class Shelf:
    def method(self, options: Any) -> None: ...


WRONG = {
    "no parameters": ({"f": nothing}, "dict.f: It takes no parameters. Add one; "),
    "three": ({"f": three}, "dict.f: It cannot be called without options, callback, more. It is "),
    "a keyword": ({"f": keyword_only}, "dict.f: It cannot be called without options, tenant. It "),
    "self, without an object": (
        Shelf,
        (
            "Shelf.method: It has a parameter self but no instance to bind it to. Pass an instance "
            "instead of the class, or make it a @staticmethod. (connector_kit.E402)"
        ),
    ),
    "no function": ({"hooks": {"f": 7}}, "dict.hooks.f: It is not a function but an int. "),
    "no function at the root": ({"f": "text"}, "dict.f: It is not a function but a str. "),
    "a class in a dict": ({"hooks": {"f": Shelf}}, "dict.hooks.f: It is not a function but a type"),
    "the options of another kind": (
        {"f": hook.pre_map(page)},
        (
            "dict.f: It is a preMap function and takes PreSavePageOptions. A preMap function "
            "gets PreMapOptions. Annotate it accordingly, or correct its mark. "
            "(connector_kit.E406)"
        ),
    ),
    "a wrapper's options for a hook": ({"f": hook.pre_map(export)}, "and takes ExportOptions. "),
    "options misspelled": (
        {"f": misspelled},
        (
            "dict.f: Its annotation 'PreMapOption' cannot be resolved: name 'PreMapOption' is not "
            "defined. Did you mean 'PreMapOptions'? Import the class at the top of the module"
        ),
    ),
    "no name": (
        {"f": hook.pre_map(lambda options: options)},
        "dict.f: A function has no name. Define it with def, or give it a name",
    ),
    "an empty name": ({"f": setting(name="")(bare)}, "dict.f: A function has no name. "),
    "an unknown kind": (
        {"f": StackFunction("f", "preMapp", bare)},
        (
            "dict.f: It is marked as a preMapp, which is not a function kind. Did you mean "
            "'preMap'? Mark it with one of @hook.pre_save_page, @hook.pre_map, "
        ),
    ),
    "two of one name": (
        {"hooks": {"f": bare}, "g": hook.pre_map(name="f")(plain)},
        (
            "dict.g: Two functions are named 'f' in hooks. The platform calls functions by name. "
            "Rename one, or set another name in its mark. (connector_kit.E408)"
        ),
    ),
    "two of one name without a type": (
        {"f": bare, "g": wrapper.ping(name="f")(plain)},
        "dict.g: Two functions are named 'f' without a type. ",
    ),
    "a keyword's name, twice": (
        {"wrappers": {"import": bare, "import_": plain}},
        "dict.wrappers.import_: Two functions are named 'import' in wrappers. ",
    ),
    "among others than its like": (
        {"hooks": {"f": wrapper.ping(bare)}},
        (
            "dict.hooks.f: It is marked with @wrapper.ping but is in hooks. Move it to wrappers, "
            "or correct its mark. (connector_kit.E409)"
        ),
    ),
    "a namespace that holds nothing": (
        {"settings": "text"},
        "dict.settings: It is a str, but must contain functions. Make settings a module, ",
    ),
    "a text": ("orders.hooks", "str: Functions cannot be taken from a str. Use a connector class"),
    "nothing": (None, "NoneType: Functions cannot be taken from nothing. Use a connector class, "),
    "a function": (bare, "function: Functions cannot be taken from a function. Use a connector "),
    "a list": ([bare], "list: Functions cannot be taken from a list. Use a connector class, "),
}


@pytest.mark.parametrize(("thing", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_served_is_refused_with_the_way_out(thing: Any, complaint: str) -> None:
    with pytest.raises(RegistrationError) as refused:
        FunctionModule.of(thing)

    [problem] = refused.value.problems
    assert complaint in str(problem)
    assert problem.level == "error"


def test_functions_that_take_anything_are_taken() -> None:
    assert names({"f": anything}) == {"flat.f"}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    thing = {
        "hooks": {"a": nothing, "b": 7, "c": wrapper.ping(page)},
        "d": hook.pre_map(page),
        "settings": [],
    }

    assert [
        (problem.attribute, problem.id.rpartition(".")[2]) for problem in function_problems(thing)
    ] == [
        ("hooks.a", "E403"),
        ("hooks.b", "E401"),
        ("hooks.c", "E406"),
        ("hooks.c", "E409"),
        ("d", "E406"),
        ("settings", "E411"),
    ]


def test_a_mark_that_does_not_exist_is_python_s_to_report() -> None:
    with pytest.raises(AttributeError, match="pingg"):
        wrapper.pingg  # type: ignore[attr-defined]  # noqa: B018


def test_options_of_the_kit_s_own_root_go_with_every_kind() -> None:
    def f(options: Options) -> None: ...

    assert not function_problems(
        {"f": setting(f), "g": flat.content_based_flow_router(name="g")(f)}
    )
