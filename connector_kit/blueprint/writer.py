"""From the author's objects to a symbolic document."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from connector_kit.blueprint.components import Component, Ref, ScriptFunction
from connector_kit.blueprint.declare import Declaration
from connector_kit.blueprint.flows import Part
from connector_kit.blueprint.functions import (
    HOOK_KINDS,
    HookFunction,
    StackFunction,
    lacks_stack,
    stack_function,
)
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import CONTEXTS, STACK
from connector_kit.blueprint.spelling import Speller
from connector_kit.documents import LITERAL, Document, Json, looks_symbolic, ref


class Writer:
    """Writes one component after another; collects findings and the Python functions it meets."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        self._speller = Speller(self._resource_of, self._report)
        self._findings: list[Finding] = []
        self.functions: dict[str, StackFunction] = {}

    def component(self, component: Component) -> tuple[Document, tuple[Finding, ...]]:
        """Return *component*'s symbolic document, and what is wrong with its values."""
        self._findings.clear()
        document = dict(self._items(self._speller.component(component), ""))
        return document, tuple(self._findings)

    def value(self, value: Any, path: str) -> tuple[Json, tuple[Finding, ...]]:
        """Return any *value* of the author's as symbolic JSON, and what is wrong with it."""
        self._findings.clear()
        written = self._value(value, path)
        return written, tuple(self._findings)

    def register(self, function: StackFunction) -> tuple[Finding, ...]:
        """Take in a function of the connector; return what keeps it from being called."""
        self._findings.clear()
        self._register(function)
        return tuple(self._findings)

    def _report(self, finding: Finding) -> None:
        self._findings.append(finding)

    def _resource_of(self, value: Any) -> str | None:
        if isinstance(value, Ref):
            value = self._declaration.components.get(value.name)
        return value.resource if isinstance(value, Component) else None

    def _value(self, value: Any, path: str) -> Json:  # noqa: PLR0911  one line per kind of value
        match value:
            case None | bool() | int() | str():
                return value
            case float() if isfinite(value):
                return value
            case Component() | Ref():
                return self._reference(value, path)
            case ScriptFunction():
                return self._script_function(value, path)
            case Part():
                return self._object(self._speller.part(value), path)
            case Mapping():
                return self._object(value, path)
            case list() | tuple():
                return [self._value(item, f"{path}[{n}]") for n, item in enumerate(value)]
            case _:
                return self._refused(value, path)

    def _object(self, value: Mapping[Any, Any], path: str) -> Document:
        written = dict(self._items(value, path))
        return {LITERAL: written} if looks_symbolic(value) else written

    def _items(self, value: Mapping[Any, Any], path: str) -> Iterator[tuple[str, Json]]:
        for key, item in value.items():
            inner = f"{path}.{key}" if path else str(key)
            if not isinstance(key, str):
                self._report(_unwritable(f"The key {key!r}", inner))
            elif key in HOOK_KINDS and callable(item):
                yield key, self._hook(key, item, inner)
            elif isinstance(item, Mapping) and lacks_stack(inner, item):
                yield key, self._object({**item, "_stackId": Ref(STACK)}, inner)
            else:
                yield key, self._value(item, inner)

    def _reference(self, value: Component | Ref, path: str) -> Json:
        known = self._declaration.components
        if isinstance(value, Ref):
            if value.name not in known and value.name not in CONTEXTS:
                self._report(_unknown_name(value.name, path, [*known, *CONTEXTS]))
            return ref(value.name)
        name = self._declaration.names.get(value)
        if name is None or name not in known:
            self._report(_unknown_component(value, name, path))
        return ref(name or "")

    def _script_function(self, value: ScriptFunction, path: str) -> Document:
        script = {"function": value.name, "_scriptId": value.script}
        return self._object(script | _configuration(value.configuration), path)

    def _hook(self, kind: str, value: HookFunction, path: str) -> Document:
        function = stack_function(value, kind)
        if function.kind != kind:
            self._report(_wrong_hook(function, kind, path))
        self._register(function)
        entry = {"function": function.name, "_stackId": Ref(STACK)}
        return self._object(entry | _configuration(function.configuration), path)

    def _register(self, function: StackFunction) -> None:
        known = self.functions.setdefault(function.name, function)
        if not function.name.isidentifier():
            self._report(_nameless(function))
        elif known.callable is not function.callable:
            self._report(_namesakes(function))
        elif known.kind != function.kind:
            self._report(_two_kinds(known, function))

    def _refused(self, value: Any, path: str) -> None:
        if callable(value):
            self._report(_misplaced_function(value, path))
        else:
            self._report(_unwritable(f"{value!r} ({type(value).__name__})", path))


def _configuration(configuration: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if configuration is None else {"configuration": configuration}


def _unknown_name(name: str, path: str, known: list[str]) -> Finding:
    return Finding(
        "E011",
        f"{path} refers to {name!r}, which the connector does not declare.",
        f"{did_you_mean(name, known)}Declare an attribute with that name, or correct the Ref.",
    )


def _unknown_component(component: Component, name: str | None, path: str) -> Finding:
    if name is not None:
        return Finding(
            "E010",
            f"{path} refers to {name!r}, which this class removes.",
            "Declare it again, or replace the reference.",
        )
    return Finding(
        "E010",
        f"{path} refers to {component!r}, which is not an attribute of the connector.",
        "Assign it to an attribute of the class. The attribute name becomes its external id.",
    )


def _unwritable(what: str, path: str) -> Finding:
    return Finding(
        "E022",
        f"{what} at {path} cannot be sent as JSON.",
        "Use strings, numbers, booleans, None, lists, and mappings with string keys. Write dates "
        "as ISO 8601 text.",
    )


def _misplaced_function(function: Any, path: str) -> Finding:
    return Finding(
        "E033",
        f"The Python function {_described(function)} at {path} is not where a hook belongs.",
        f"Python functions go into hooks={{...}} under one of {', '.join(sorted(HOOK_KINDS))}.",
    )


def _wrong_hook(function: StackFunction, kind: str, path: str) -> Finding:
    return Finding(
        "E032",
        f"{function.name!r} is marked as a {function.kind} hook but used at {path}.",
        f"Move it to {function.kind!r}, or write a function for {kind!r}: they get different "
        "options.",
    )


def _two_kinds(known: StackFunction, function: StackFunction) -> Finding:
    return Finding(
        "E032",
        f"{function.name!r} is used both as a {known.kind} and as a {function.kind} hook.",
        "Write a function for each: they get different options.",
    )


def _namesakes(function: StackFunction) -> Finding:
    return Finding(
        "E031",
        f"Two different Python functions are named {function.name!r}.",
        "The platform calls functions by name. Rename one, or set its name with "
        f'@hook.{_snake(function.kind)}(name="...").',
    )


def _nameless(function: StackFunction) -> Finding:
    return Finding(
        "E030",
        f"The {function.kind} hook {_described(function.callable)} has no name.",
        f'Define it with def, or give it a name: hook.{_snake(function.kind)}(name="...").',
    )


def _described(function: Any) -> str:
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return repr(name)


def _snake(kind: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
