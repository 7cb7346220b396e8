"""Where functions are found: in connector classes, and in modules, classes, objects and dicts.

A thing holds functions in namespaces (``hooks``, ``wrappers``, ``installer``, ``uninstaller``,
``settings``, ``utilities``), at its root, which is where framework 2.0 looks, or marked, in which
case the mark says where they belong. What is found is called on the object that it was found in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from connector_kit.blueprint import Connector, Offer, Problem, StackFunction, stack_functions
from connector_kit.blueprint.declare import declaration
from connector_kit.blueprint.offers import NOTHING
from connector_kit.blueprint.problems import Finding, placed
from connector_kit.errors import ConnectorKitError
from connector_kit.extension.authoring.functions import Registered, not_callable, register
from connector_kit.extension.authoring.kinds import FLAT, NAMESPACES
from connector_kit.extension.authoring.marks import wire_name
from connector_kit.extension.authoring.members import (
    connectors,
    holds_functions,
    is_function,
    is_namespace,
    members,
)
from connector_kit.extension.words import sort_of

_NAMELESS = Finding(
    "E407",
    "A function has no name.",
    'Define it with def, or give it a name, as in @hook.pre_map(name="...").',
)


class RegistrationError(ConnectorKitError, TypeError):
    """Functions cannot be served; `problems` lists everything that must be fixed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass
class Found:
    """The functions found at *place*, by part and name, and what is wrong with them.

    *offer* is that of the connector they belong to, if they belong to one.
    """

    place: str
    offer: Offer = NOTHING
    parts: dict[str, dict[str, Registered]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, function: Any, part: str, name: str, where: str | None) -> None:
        """Add *function*, found at *where*; the name and the parts of a mark take precedence.

        A function without a name has no place of its own either.
        """
        registered, findings = register(function, self.offer)
        for finding in findings:
            self.report(where, finding)
        if isinstance(function, StackFunction):
            name = function.name
        if not name:
            self.report(where, _NAMELESS)
        kind = registered.kind
        parts = kind.parts if kind else (part,)
        if kind and part not in (FLAT, *parts):
            misplaced = Finding(
                "E409",
                f"It is marked with @{kind.mark} but is in {part}.",
                f"Move it to {parts[0]}, or correct its mark.",
            )
            self.report(where, misplaced)
        for word in parts:
            known = self.parts.setdefault(word, {}).setdefault(name, registered)
            if known.callable != registered.callable:
                called = "without a type" if word == FLAT else f"in {word}"
                namesakes = Finding(
                    "E408",
                    f"Two functions are named {name!r} {called}.",
                    "The platform calls functions by name. Rename one, or set another name in its "
                    "mark.",
                )
                self.report(where, namesakes)

    def report(self, where: str | None, finding: Finding) -> None:
        """Note what is wrong at *where*, once."""
        problem = placed(self.place, where, finding)
        if problem not in self.problems:
            self.problems.append(problem)


def functions_of(thing: object) -> Found:
    """Return the functions of *thing*, together with what is wrong with them.

    *thing* is a connector class, a module, another class, an object, or a mapping. A module that
    declares a connector serves that connector's functions and what is marked; its plain functions
    are assumed to be internal to the connector.
    """
    named = thing if isinstance(thing, type | ModuleType) else type(thing)
    found = Found(named.__name__)
    if not holds_functions(thing):
        unusable = Finding(
            "E410",
            f"Functions cannot be taken from {sort_of(thing)}.",
            "Use a connector class, a module, a class, an object, or a dict of functions.",
        )
        found.report(None, unusable)
        return found
    plain: Iterable[tuple[str, Any]] = ()
    if isinstance(thing, type) and issubclass(thing, Connector):
        declared = [thing]
    else:
        declared, plain = connectors(thing), members(thing)
    if len(declared) > 1:
        names = ", ".join(cls.__name__ for cls in declared)
        several = Finding(
            "E412",
            f"The module declares several connectors: {names}.",
            "Choose one with package.module:Class.",
        )
        found.report(None, several)
    for connector in declared[:1]:
        found.offer = declaration(connector).offer
        # The hooks that components name, and every marked function that the class holds.
        for name, function in stack_functions(connector).items():
            found.add(function, FLAT, name, name or None)
    for name, value in plain:
        if name in NAMESPACES and is_namespace(value):
            _add_namespace(value, name, found)
        elif not declared or isinstance(value, StackFunction):
            _add_member(value, FLAT, name, thing, found)
    return found


def function_problems(thing: object) -> list[Problem]:
    """Return everything that is wrong with the functions of *thing*, see `functions_of`."""
    return functions_of(thing).problems


def _add_namespace(namespace: object, part: str, found: Found) -> None:
    found.parts.setdefault(part, {})
    if not holds_functions(namespace):
        unusable = Finding(
            "E411",
            f"It is {sort_of(namespace)}, but must contain functions.",
            f"Make {part} a module, a class, an object, or a dict, or rename it.",
        )
        found.report(part, unusable)
        return
    for name, value in members(namespace):
        _add_member(value, part, name, namespace, found)


def _add_member(value: Any, part: str, name: str, holder: object, found: Found) -> None:
    where = name if part == FLAT else f"{part}.{name}"
    if is_function(value, holder):
        found.add(value, part, wire_name(name), where)
    elif isinstance(holder, Mapping) and not (name in NAMESPACES and value is None):
        found.report(where, not_callable(value))
