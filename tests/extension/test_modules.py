"""Where functions are found, under which names, and what is said of those that cannot be served."""

import functools
import sys
import textwrap
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from connector_kit import (
    Connection,
    Connector,
    Export,
    Import,
    PostMapOptions,
    PreMapOptions,
    PreSavePageOptions,
    hook,
    installer,
    setting,
    wrapper,
)
from connector_kit.extension import FunctionModule
from connector_kit.extension.authoring.modules import function_problems
from connector_kit.extension.invoke import invoke


@pytest.fixture
def modules() -> Iterator[Any]:
    """Makes modules of source text, importable by their names while the test runs."""
    made: list[str] = []

    def make(name: str, source: str) -> ModuleType:
        module = ModuleType(name)
        sys.modules[name] = module
        made.append(name)
        exec(textwrap.dedent(source), vars(module))
        return module

    yield make
    for name in made:
        sys.modules.pop(name, None)


def names(thing: Any) -> set[str]:
    return set(FunctionModule.of(thing))


def call(thing: Any, place: str, options: Any) -> Any:
    """What the function at *place*, ``part.name``, answers to *options*, however it is written."""
    part, _, name = place.partition(".")
    return invoke(FunctionModule.of(thing).find("" if part == "flat" else part, name), options)


def complaints(thing: Any) -> list[str]:
    return [str(problem) for problem in function_problems(thing)]


class TestAConnector:
    def test_its_hooks_are_served_for_both_frameworks(self) -> None:
        def keep_paid(options: PreSavePageOptions) -> Any:
            return {"data": [document for document in options.data if document["paid"]]}

        class Orders(Connector):
            shop = Connection("Shop", type="http")
            orders = Export("Orders", connection=shop, hooks={"preSavePage": keep_paid})

        assert names(Orders) == {"hooks.keep_paid", "flat.keep_paid"}
        assert call(Orders, "hooks.keep_paid", {"data": [{"paid": True}, {"paid": False}]}) == {
            "data": [{"paid": True}]
        }

    def test_every_marked_function_of_the_class_is_served_where_its_mark_says(self) -> None:
        @wrapper.ping
        def try_it(options: Any) -> Any:
            return {"statusCode": 200}

        class Orders(Connector):
            ping_shop = try_it

            @setting(name="persistSettings")
            @staticmethod
            def persist(_options: Any) -> Any:
                return {"success": True}

            @installer
            @staticmethod
            def verify_shop(_options: Any) -> Any:
                return {"success": True}

        assert names(Orders) == {
            "wrappers.try_it",
            "flat.try_it",
            "settings.persistSettings",
            "installer.verify_shop",
        }

    def test_a_hook_that_wants_the_options_of_another_is_reported_with_its_place(self) -> None:
        def add_totals(options: PostMapOptions) -> Any:
            return []

        class Orders(Connector):
            shop = Connection("Shop", type="http")
            save = Import("Save", connection=shop, hooks={"preMap": add_totals})

        assert complaints(Orders) == [
            (
                "Orders.add_totals: It is a preMap function and takes PostMapOptions. A preMap "
                "function gets PreMapOptions. Annotate it accordingly, or correct its mark. "
                "(connector_kit.E406)"
            )
        ]


NODE_STYLE = """
    import json
    from urllib.parse import quote
    from typing import Any

    LIMIT = 10
    Rows = list[dict[str, Any]]

    class Helper:
        def preMap(self, options): ...

    class hooks:
        @staticmethod
        def preMap(options):
            return [quote("a b")]

        def postMap(options):
            return ["plain"]

        @classmethod
        def postSubmit(cls, options):
            return [cls.__name__]

        def _private(options): ...

    class _Wrappers:
        def __init__(self):
            self.calls = 0

        def ping(self, options):
            self.calls += 1
            return self.calls

        def import_(self, options, callback):
            callback(None, [options["a"]])

        @property
        def costly(self):
            raise RuntimeError("looked at")

    wrappers = _Wrappers()

    installer = {"install": lambda options: "installed"}

    async def formInit(options):
        return {"async": True}

    def preSave(options):
        yield {"yielded": True}

    def _private(options): ...
"""

PLACES = {
    "a static method": ("hooks.preMap", ["a%20b"]),
    "a function in a class": ("hooks.postMap", ["plain"]),
    "a class method": ("hooks.postSubmit", ["hooks"]),
    "a method of an object": ("wrappers.ping", 1),
    "a keyword, by callback": ("wrappers.import", ["A"]),
    "a dict's entry": ("installer.install", "installed"),
    "a coroutine at the root": ("flat.formInit", {"async": True}),
    "a generator at the root": ("flat.preSave", {"yielded": True}),
}


class TestAPlainModule:
    @pytest.mark.parametrize(("place", "answer"), PLACES.values(), ids=PLACES.keys())
    def test_functions_are_called_where_they_were_found(
        self, modules: Any, place: str, answer: Any
    ) -> None:
        assert call(modules("orders", NODE_STYLE), place, {"a": "A"}) == answer

    def test_nothing_else_is_a_function(self, modules: Any) -> None:
        assert names(modules("orders", NODE_STYLE)) == {place for place, _ in PLACES.values()}

    def test_an_objects_state_stays(self, modules: Any) -> None:
        module = FunctionModule.of(modules("orders", NODE_STYLE))

        assert [module.find("wrapper", "ping")({}) for _ in range(3)] == [1, 2, 3]

    def test_namespaces_may_be_modules_of_their_own(self, modules: Any) -> None:
        modules("orders", "")
        modules("orders.common", "def helper(options): ...\ndef shared(options): ...")
        modules(
            "orders.hooks",
            """
            from orders.common import helper

            def preMap(options):
                return helper(options)
            """,
        )
        module = modules("orders", "")
        module.hooks = sys.modules["orders.hooks"]  # as importing it from a folder does

        assert names(module) == {"hooks.preMap"}

    def test_what_a_package_gathers_from_below_is_its_own(self, modules: Any) -> None:
        modules("orders", "")
        modules("orders.parts", "def formInit(options): ...\nclass Parts: ...")
        modules("others", "def preSave(options): ...")
        package = modules("orders", "from orders.parts import *\nfrom others import preSave\n")

        assert names(package) == {"flat.formInit"}

    def test_all_says_what_is_meant(self, modules: Any) -> None:
        modules("others", "def preSave(options): ...")
        module = modules(
            "orders",
            """
            from others import preSave
            from connector_kit import hook

            __all__ = ["preSave", "missing"]

            def formInit(options): ...

            @hook.pre_map
            def marked(options): ...
            """,
        )

        assert names(module) == {"flat.preSave", "hooks.marked", "flat.marked"}

    def test_marked_functions_are_served_wherever_they_come_from(self, modules: Any) -> None:
        modules(
            "others",
            """
            from connector_kit import hook

            @hook.pre_map(name="addTotals")
            def _add_totals(options): ...
            """,
        )
        module = modules(
            "orders",
            """
            from connector_kit import flat, hook, installer, setting, wrapper
            from others import _add_totals

            @installer
            def install(options): ...

            @setting
            def refreshMetadata(options): ...

            @wrapper.import_
            def import_(options): ...

            @flat.filter(name="filter")
            def is_paid(options): ...
            """,
        )

        assert names(module) == {
            "hooks.addTotals",
            "flat.addTotals",
            "installer.install",
            "settings.refreshMetadata",
            "wrappers.import",
            "flat.import",
            "flat.filter",
        }

    def test_a_connector_and_marked_functions_mix_and_plain_ones_stay_at_home(
        self, modules: Any
    ) -> None:
        module = modules(
            "orders",
            """
            from connector_kit import Connection, Connector, Import, wrapper

            def add_totals(options):
                return [total(each) for each in options["data"]]

            def total(order): ...

            class settings:
                def persistSettings(options): ...

            @wrapper.ping
            def ping(options): ...

            class Orders(Connector):
                shop = Connection("Shop", type="http")
                save = Import("Save", connection=shop, hooks={"preMap": add_totals})
            """,
        )

        assert names(module) == {
            "hooks.add_totals",
            "flat.add_totals",
            "wrappers.ping",
            "flat.ping",
            "settings.persistSettings",
        }

    def test_a_connector_imported_from_elsewhere_is_not_declared_here(self, modules: Any) -> None:
        modules(
            "others",
            """
            from connector_kit import Connector, hook

            class Other(Connector):
                @hook.pre_map
                @staticmethod
                def theirs(options): ...
            """,
        )

        assert names(modules("orders", "from others import Other\ndef preSave(options): ...")) == {
            "flat.preSave"
        }

    def test_annotations_are_resolved_where_the_function_was_written(self, modules: Any) -> None:
        module = modules(
            "orders",
            """
            from __future__ import annotations

            from typing import TYPE_CHECKING

            from connector_kit import PreMapOptions

            if TYPE_CHECKING:
                from connector_kit import PostMapOptions
                from orders.types import Order

            class hooks:
                def preMap(options: PreMapOptions): ...
                def preSavePage(options: Order): ...
                def postMap(options: PostMapOptions): ...
            """,
        )

        assert complaints(module) == [
            (
                "orders.hooks.postMap: Its annotation 'PostMapOptions' cannot be resolved: name "
                "'PostMapOptions' is not defined. Import the class at the top of the module, not "
                "only for type checkers. (connector_kit.E404)"
            )
        ]

    def test_several_connectors_are_too_many(self, modules: Any) -> None:
        module = modules(
            "orders",
            """
            from connector_kit import Connector

            class One(Connector): ...
            class Two(Connector): ...
            """,
        )

        assert complaints(module) == [
            (
                "orders: The module declares several connectors: One, Two. Choose one with "
                "package.module:Class. (connector_kit.E412)"
            )
        ]


class Greeter:
    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, options: Any) -> str:
        return f"{self.word} {options['name']}"

    def greet(self, options: Any) -> str:
        return self(options)

    @hook.pre_map
    def marked(self, options: PreMapOptions) -> list[Any]:
        return [self.word, *options.data]

    @hook.post_map
    @classmethod
    def of_the_class(cls, _options: Any) -> Any:
        return cls.__name__

    @hook.post_submit
    @staticmethod
    def of_nobody(_options: Any) -> Any:
        return "static"


def cached(options: Any) -> str:
    return "cached"


OBJECTS = {
    "a method": (Greeter("Hello"), "flat.greet", "Hello Ann"),
    "a marked method": (Greeter("Hello"), "hooks.marked", ["Hello", 1]),
    "a marked class method": (Greeter("Hello"), "hooks.of_the_class", "Greeter"),
    "a marked static method": (Greeter("Hello"), "hooks.of_nobody", "static"),
    "an object that can be called": ({"greet": Greeter("Hi")}, "flat.greet", "Hi Ann"),
    "the same in an object": (SimpleNamespace(greet=Greeter("Hi")), "flat.greet", "Hi Ann"),
    "a bound method": ({"hooks": {"greet": Greeter("Hi").greet}}, "hooks.greet", "Hi Ann"),
    "a partial": (
        SimpleNamespace(greet=functools.partial(Greeter.__call__, Greeter("Hey"))),
        "flat.greet",
        "Hey Ann",
    ),
    "a decorated function": (
        SimpleNamespace(hooks=SimpleNamespace(f=functools.wraps(cached)(lambda o: o["name"]))),
        "hooks.f",
        "Ann",
    ),
    "a built-in function": ({"utilities": {"size": len}}, "utilities.size", 2),
    "a namespace in an object": (
        SimpleNamespace(uninstaller=SimpleNamespace(greet=Greeter("Bye").greet)),
        "uninstaller.greet",
        "Bye Ann",
    ),
}


@pytest.mark.parametrize(("thing", "place", "answer"), OBJECTS.values(), ids=OBJECTS.keys())
def test_objects_and_dicts_hold_functions_too(thing: Any, place: str, answer: Any) -> None:
    assert call(thing, place, {"name": "Ann", "data": [1]}) == answer


def test_a_module_of_functions_is_one_already() -> None:
    module = FunctionModule(hooks={"f": len})

    assert FunctionModule.of(module) is module


def test_a_namespace_that_is_nothing_is_none() -> None:
    assert names({"hooks": None, "flat_one": len}) == {"flat.flat_one"}


def test_an_empty_namespace_is_a_part_all_the_same() -> None:
    module = FunctionModule.of({"hooks": {}})

    with pytest.raises(Exception, match="doesn't map to a function"):
        module.find("hook", "f")


def test_a_function_called_like_a_namespace_is_a_function() -> None:
    assert names({"settings": len, "hooks": {}}) == {"flat.settings"}
