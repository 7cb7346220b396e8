"""From the author's objects to a symbolic document."""

import re
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
                entry = {"function": value.name, "_scriptId": value.script}
                return self._object(entry | _configuration(value.configuration), path)
            case Part():
                return self._object(self._speller.part(value), path)
            case Mapping():
                return self._object(value, path)
            case list() | tuple():
                return [self._value(item, f"{path}[{n}]") for n, item in enumerate(value)]
            case _ if callable(value):
                function = _described(value)
                message = f"The Python function {function} at {path} is not where a hook belongs."
                points = ", ".join(sorted(HOOK_KINDS))
                hint = f"Python functions go into hooks={{...}} under one of {points}."
                self._report(Finding("E033", message, hint))
            case _:
                self._report(_unwritable(f"{value!r} ({type(value).__name__})", path))
        return None

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
                message = f"{path} refers to {value.name!r}, which the connector does not declare."
                suggestion = did_you_mean(value.name, [*known, *CONTEXTS])
                hint = f"{suggestion}Declare an attribute with that name, or correct the Ref."
                self._report(Finding("E011", message, hint))
            return ref(value.name)
        name = self._declaration.names.get(value)
        if name is None:
            message = f"{path} refers to {value!r}, which is not an attribute of the connector."
            hint = (
                "Assign it to an attribute of the class. The attribute name becomes its external "
                "id."
            )
            self._report(Finding("E010", message, hint))
        elif name not in known:
            message = f"{path} refers to {name!r}, which this class removes."
            self._report(Finding("E010", message, "Declare it again, or replace the reference."))
        return ref(name or "")

    def _hook(self, kind: str, value: HookFunction, path: str) -> Document:
        function = stack_function(value, kind)
        if function.kind != kind:
            message = f"{function.name!r} is marked as a {function.kind} hook but used at {path}."
            hint = (
                f"Move it to {function.kind!r}, or write a function for {kind!r}: they get "
                "different options."
            )
            self._report(Finding("E032", message, hint))
        self._register(function)
        entry = {"function": function.name, "_stackId": Ref(STACK)}
        return self._object(entry | _configuration(function.configuration), path)

    def _register(self, function: StackFunction) -> None:
        known = self.functions.setdefault(function.name, function)
        in_python = re.sub(r"(?=[A-Z])", "_", function.kind).lower()
        if not function.name.isidentifier():
            message = f"The {function.kind} hook {_described(function.callable)} has no name."
            hint = f'Define it with def, or give it a name: hook.{in_python}(name="...").'
            self._report(Finding("E030", message, hint))
        elif known.callable is not function.callable:
            message = f"Two different Python functions are named {function.name!r}."
            hint = (
                "The platform calls functions by name. Rename one, or set its name with "
                f'@hook.{in_python}(name="...").'
            )
            self._report(Finding("E031", message, hint))
        elif known.kind != function.kind:
            kinds = f"both as a {known.kind} and as a {function.kind} hook"
            message = f"{function.name!r} is used {kinds}."
            hint = "Write a function for each: they get different options."
            self._report(Finding("E032", message, hint))


def _configuration(configuration: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if configuration is None else {"configuration": configuration}


def _unwritable(what: str, path: str) -> Finding:
    return Finding(
        "E022",
        f"{what} at {path} cannot be sent as JSON.",
        "Use strings, numbers, booleans, None, lists, and mappings with string keys. Write dates "
        "as ISO 8601 text.",
    )


def _described(function: Any) -> str:
    name = getattr(function, "__qualname__", None) or type(function).__qualname__
    return repr(name)
