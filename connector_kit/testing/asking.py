"""From the name of a function, or of what carries it, to a call with the platform's options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector_kit.blueprint import CONNECTOR, INTEGRATION
from connector_kit.documents import Document
from connector_kit.extension.authoring.functions import Registered
from connector_kit.extension.authoring.kinds import FLAT, KINDS, PARTS, Kind
from connector_kit.extension.errors import ExtensionError
from connector_kit.extension.registry import FunctionModule
from connector_kit.testing.failures import NotDeclared
from connector_kit.testing.ids import ONE_TIME_TOKEN, made_up_id
from connector_kit.testing.places import Declared, Place
from connector_kit.testing.records import Records
from connector_kit.testing.ways import Way

_TYPES: Mapping[str, str | None] = {part: type_ for type_, part in PARTS.items()} | {FLAT: None}


@dataclass(frozen=True)
class Installation:
    """What the platform knows of the installation that calls are made for.

    *settings* are those of the integration, *opts* the license's. *connections* holds, by external
    id, the ``encrypted`` and ``unencrypted`` values that a customer has entered.
    """

    bearer_token: str = field(default=ONE_TIME_TOKEN, repr=False)
    integration_id: str = made_up_id(INTEGRATION)
    connector_id: str = made_up_id(CONNECTOR)
    settings: Document = field(default_factory=dict)
    opts: Document = field(default_factory=dict)
    connections: Mapping[str, Document] = field(default_factory=dict, repr=False)


class Calls:
    """Makes calls by *way*, to functions of *module* (None: unknown), placed by *declared*.

    *is_diy* tells whether the functions are called as a self-made integration's. With *framework*
    2 hooks and wrappers are called without a type.
    """

    def __init__(
        self,
        way: Way,
        *,
        module: FunctionModule | None,
        declared: Declared | None,
        installation: Installation,
        is_diy: bool,
        framework: int,
    ) -> None:
        self._way = way
        self._module = module
        self._declared = declared
        self._installation = installation
        self._is_diy = is_diy
        self._framework = framework

    def call(self, type: str | None, function: str, /, **options: Any) -> Any:  # noqa: A002
        """Call *function* with nothing but *options*, a token and the integration's id.

        *type* is the platform's word (``hook``, ``utility``, ...), None for framework 2.0.
        """
        return self.send(type, function, {**self._everywhere(), **options})

    def send(self, type: str | None, function: object, options: object) -> Any:  # noqa: A002
        """Make the very call that is given; returns its result, or raises `CallFailed`."""
        whose: Document = {"_connectorId": self._installation.connector_id}
        if self._is_diy:
            whose = {"diy": True}
        typed = {} if type is None else {"type": type}
        return self._way({**whose, **typed, "function": function, "options": options})

    @property
    def places(self) -> Sequence[Place]:
        """Where the connector that is tested has functions called; empty for other functions."""
        return self._declared.places if self._declared else ()

    def kinds_of(self, name: str) -> set[str]:
        """Return the kinds of function that *name*, a component or a function, may mean.

        A function that nothing says more of is taken for what its name, or its namespace, says.
        """
        placed = {place.kind for place in self.places if name in (place.component, place.function)}
        marked = {
            function.kind.name
            for function in self._functions(name, KINDS.values())
            if function.kind
        }
        if placed or marked:
            return placed | marked
        known = set(self._module or ())
        return {
            kind.name
            for kind in KINDS.values()
            if name == kind.name or (len(kind.parts) == 1 and kind.parts != (FLAT,))
            if any(f"{part}.{name}" in known for part in kind.parts)
        }

    def _ask(self, kind: str, place: Place, options: Mapping[str, Any]) -> Any:
        """Call the function of a *kind* at *place*, with the type under which it is found."""
        parts = KINDS[kind].parts
        types = [_TYPES.get(part, part) for part in parts]
        if self._framework == 2:
            types.reverse()
        module, type_ = self._module, types[0]
        if module is not None:
            type_ = next((word for word in types if _found(module, word, place.function)), type_)
        return self.send(type_, place.function, {**self._everywhere(), **options})

    def _ask_plainly(self, kind: str, name: str, options: Mapping[str, Any]) -> Any:
        """Call the function *name* of a *kind* that no component names."""
        return self._ask(kind, self._place(kind, name), options)

    def _everywhere(self) -> Document:
        return {
            "bearerToken": self._installation.bearer_token,
            "_integrationId": self._installation.integration_id,
        }

    def _place(self, kind: str, name: str) -> Place:
        """Return where *name*, a component or a function, is called; raises `NotDeclared`."""
        ours = [place for place in self.places if place.kind == kind]
        found = [place for place in ours if place.component == name]
        found = found or [place for place in ours if place.function == name]
        if found:
            return _only(kind, name, found)
        functions = self._functions(name, [KINDS[kind]])
        if self._module is not None and not functions:
            placed = {place.component for place in ours if place.runs_here}
            by_part = (known.partition(".") for known in self._module)
            named = {function for part, _, function in by_part if part in KINDS[kind].parts}
            known = sorted(placed) or sorted(named)
            offered = f"There are {', '.join(known)}." if known else "There is none at all."
            raise NotDeclared(f"No {kind} function is called {name!r}, or at {name!r}. {offered}")
        marked = functions[0].kind if functions else None
        if marked and marked.name != kind:
            raise NotDeclared(f"{name!r} is marked as a {marked.name} function, not as a {kind}.")
        return Place(kind, "", name)

    def _functions(self, name: str, kinds: Iterable[Kind]) -> list[Registered]:
        """Return what calls for *name* find where functions of *kinds* stand."""
        if self._module is None:
            return []
        types = dict.fromkeys(_TYPES.get(part, part) for kind in kinds for part in kind.parts)
        found = (_found(self._module, type_, name) for type_ in types)
        return [item for item in found if item]

    @staticmethod
    def _records_at(records: Records | None, place: Place) -> Records:
        """Return *records*, or the samples of *place*; raises `NotDeclared` without either."""
        if records is None and not place.records:
            raise NotDeclared(
                f"There are no sample records for {place.component or place.function!r}: give "
                "records=[...], or the export that they come from a mock_output."
            )
        return place.records if records is None else records


def _found(module: FunctionModule, type_: str | None, name: str) -> Registered | None:
    try:
        return module.find(type_, name)
    except ExtensionError:
        return None


def _only(kind: str, name: str, found: list[Place]) -> Place:
    """Return the one of *found* that is meant; raises `NotDeclared` when they differ."""
    place = found[0]
    if len({place.component for place in found}) > 1:
        places = ", ".join(dict.fromkeys(place.component for place in found))
        raise NotDeclared(f"{name!r} is called at {places}: name the one that is meant.")
    if len({place.function for place in found}) > 1:
        functions = ", ".join(dict.fromkeys(place.function for place in found))
        raise NotDeclared(f"The flows call {functions} at {name!r}: name the one that is meant.")
    if not place.runs_here:
        raise NotDeclared(
            f"The {kind} at {place.component!r} is {place.function!r}, a script's function: the "
            "platform runs it, not the stack."
        )
    return place
