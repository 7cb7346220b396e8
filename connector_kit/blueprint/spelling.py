"""From the author's spelling to the platform's: which fields a declaration sends.

What comes out still holds the author's objects; `Writer` turns them into a symbolic document.
"""

import keyword
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connector_kit.blueprint.components import Component, Ref
from connector_kit.blueprint.fields import BelongingFields
from connector_kit.blueprint.flows import Branch, Flow, Part, Router, Source, Step
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import TYPES

Report = Callable[[Finding], None]
ResourceOf = Callable[[Any], str | None]
"""Tells the resource type of a component or reference, None when it is unknown."""


_SPELLINGS = {
    "agent": "_agentId",
    "borrow_concurrency_from": "_borrowConcurrencyFromConnectionId",
    "connection": "_connectionId",
    "data_uri_template": "dataURITemplate",
    "export": "_exportId",
    "flow_grouping": "_flowGroupingId",
    "import_": "_importId",
    "keep_delta_behind_export": "_keepDeltaBehindExportId",
    "keep_delta_behind_flow": "_keepDeltaBehindFlowId",
    "netsuite_da": "netsuite_da",
    "run_next": "_runNextFlowIds",
}

_BELONGING = frozenset(BelongingFields.__annotations__)
_PARAMETERS = frozenset({"self", "resource", "customer_owns", "wire"}) | _BELONGING


def _camel(python_name: str) -> str:
    first, *rest = python_name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _snake(wire_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wire_name).lower()


def _spelled(kind: type[Component | Part]) -> dict[str, str]:
    names = (name for name in kind.keywords if name not in _BELONGING)
    return {name: _SPELLINGS.get(name, _camel(name)) for name in names}


_WIRE_NAMES = {
    **{row.path: _spelled(row.declared_as) for row in TYPES.values() if row.declared_as},
    **{part.kind: _spelled(part) for part in (Source, Step, Router, Branch)},
}
_PYTHON_NAMES = {
    resource: {wire: python for python, wire in names.items()}
    for resource, names in _WIRE_NAMES.items()
}


def known_fields(resource: str) -> Mapping[str, str]:
    """Return the wire name of every keyword of *resource*; empty for a resource without a list.

    The parts of a flow count as resources: ``flows.pageGenerators``, ``flows.pageProcessors``,
    ``flows.routers``, ``flows.routers.branches``.
    """
    return _WIRE_NAMES.get(resource, {})


def wire_name(resource: str, python_name: str) -> str | None:
    """Return the platform's spelling of a keyword; None when *resource* has no such field.

    Resources without a list of fields (``asynchelpers``) are spelled by rule.
    """
    if resource in _WIRE_NAMES:
        return _WIRE_NAMES[resource].get(python_name)
    return _camel(python_name)


def python_field(resource: str, wire_name: str) -> str | None:
    """Return the keyword that compiles to *wire_name*; None when it belongs in ``wire={...}``."""
    if resource in _PYTHON_NAMES:
        return _PYTHON_NAMES[resource].get(wire_name)
    python_name = _snake(wire_name)
    writable = (
        python_name.isidentifier()
        and not keyword.iskeyword(python_name)
        and python_name not in _PARAMETERS
    )
    return python_name if writable and _camel(python_name) == wire_name else None


class Speller:
    """Spells components and the parts of flows; reports what has no spelling."""

    def __init__(self, resource_of: ResourceOf, report: Report) -> None:
        self._resource_of = resource_of
        self._report = report

    def component(self, component: Component) -> dict[str, Any]:
        """Return *component*'s top-level fields."""
        sugar = self._flow_sugar(component) if isinstance(component, Flow) else {}
        return self._fields(component.resource, component.fields, component.wire, sugar)

    def part(self, part: Part) -> dict[str, Any]:
        """Return the fields of a part of a flow."""
        sugar = {
            Source: self._source_sugar,
            Step: self._step_sugar,
            Router: self._router_sugar,
            Branch: self._branch_sugar,
        }[type(part)](part)
        return self._fields(part.kind, part.fields, part.wire, sugar)

    def _fields(
        self,
        kind: str,
        fields: Mapping[str, Any],
        wire: Any,
        sugar: Mapping[str, Any],
    ) -> dict[str, Any]:
        if not isinstance(wire, Mapping):
            self._report(Finding("E022", f"wire is {wire!r}.", "Use an object: wire={...}."))
            wire = {}
        spelled = dict(self._known(kind, fields))
        for name in sorted((spelled.keys() | sugar.keys()) & wire.keys() | spelled.keys() & sugar):
            self._report(Finding("E021", f"The field {name!r} is set twice.", "Keep one of them."))
        return spelled | dict(sugar) | dict(wire)

    def _known(self, kind: str, fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for python_name, value in fields.items():
            name = wire_name(kind, python_name)
            if name is None:
                self._report(_unknown_field(kind, python_name))
            else:
                yield name, self._value(name, value)

    def _value(self, name: str, value: Any) -> Any:
        match name:
            case "responseMapping":
                return self._response_mapping(value)
            case "pageGenerators":
                return self._as_sources(value)
            case "pageProcessors":
                return self._as_steps(value)
        return value

    def _flow_sugar(self, flow: Flow) -> dict[str, Any]:
        sugar: dict[str, Any] = {}
        if flow.source is not None:
            sugar["pageGenerators"] = self._as_sources(flow.source)
        if flow.steps is not None:
            sugar["pageProcessors"] = self._as_steps(flow.steps)
        return sugar

    def _as_steps(self, steps: Any) -> list[Any]:
        return [
            Step(item) if isinstance(item, Component | Ref) else item for item in _listed(steps)
        ]

    def _as_sources(self, sources: Any) -> list[Any]:
        return [
            Source(item) if isinstance(item, Component | Ref) else item for item in _listed(sources)
        ]

    def _source_sugar(self, source: Any) -> dict[str, Any]:
        return {"_exportId": source.export}

    def _step_sugar(self, step: Any) -> dict[str, Any]:
        is_lookup = self._resource_of(step.component) == "exports"
        word, field = ("export", "_exportId") if is_lookup else ("import", "_importId")
        sugar: dict[str, Any] = {"type": word, field: step.component}
        if step.post_response_map is not None:
            sugar["hooks"] = {"postResponseMap": step.post_response_map}
        return sugar

    def _router_sugar(self, router: Any) -> dict[str, Any]:
        return {"branches": router.branches}

    def _branch_sugar(self, branch: Any) -> dict[str, Any]:
        sugar: dict[str, Any] = {}
        if branch.steps is not None:
            sugar["pageProcessors"] = self._as_steps(branch.steps)
        if branch.next_router is not None:
            following = branch.next_router
            sugar["nextRouterId"] = following.id if isinstance(following, Router) else following
        return sugar

    def _response_mapping(self, mapping: Any) -> Any:
        if not isinstance(mapping, Mapping) or {"fields", "lists"} & _lists_in(mapping):
            return mapping
        if any(not isinstance(extract, str) for extract in mapping.values()):
            self._report(_mixed_response_mapping())
        if not mapping:
            return mapping
        pairs = [{"extract": extract, "generate": name} for name, extract in mapping.items()]
        return {"fields": pairs, "lists": []}


def _listed(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _lists_in(mapping: Mapping[str, Any]) -> set[str]:
    return {key for key, value in mapping.items() if isinstance(value, list | tuple)}


def _unknown_field(kind: str, python_name: str) -> Finding:
    known = known_fields(kind)
    by_wire_name = {wire: python for python, wire in known.items()}
    suggestion = (
        f"Did you mean {by_wire_name[python_name]!r}? "
        if python_name in by_wire_name
        else did_you_mean(python_name, known)
    )
    return Finding(
        "E020",
        f"{python_name!r} is not a known field of {kind}.",
        f"{suggestion}To send a field that the kit does not know, use wire={{...}}.",
    )


def _mixed_response_mapping() -> Finding:
    return Finding(
        "E064",
        "The response mapping is neither pairs of strings nor the platform's document.",
        'Write {"generate": "extract", ...}, or {"fields": [...], "lists": [...]}.',
    )
