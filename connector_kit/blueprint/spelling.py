"""From the author's spelling to the platform's: which fields a declaration sends.

What comes out still holds the author's objects; `Writer` turns them into a symbolic document.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connector_kit.blueprint.components import Component, Ref
from connector_kit.blueprint.fields import known_fields, wire_name
from connector_kit.blueprint.flows import Branch, Flow, Part, Router, Source, Step
from connector_kit.blueprint.problems import Finding, did_you_mean

Report = Callable[[Finding], None]
ResourceOf = Callable[[Any], str | None]
"""Tells the resource type of a component or reference, None when nobody knows."""


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
            self._report(Finding("E022", f"wire is {wire!r}.", "Write an object: wire={...}."))
            wire = {}
        spelled = dict(self._known(kind, fields))
        for name in sorted((spelled.keys() | sugar.keys()) & wire.keys() | spelled.keys() & sugar):
            self._report(
                Finding("E021", f"The field {name!r} is given twice.", "Keep one of them.")
            )
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
            Step(each) if isinstance(each, Component | Ref) else each for each in _listed(steps)
        ]

    def _as_sources(self, sources: Any) -> list[Any]:
        return [
            Source(each) if isinstance(each, Component | Ref) else each for each in _listed(sources)
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
        f"{python_name!r} is no known field of {kind}.",
        f"{suggestion}To send a field that the kit does not know, put it into wire={{...}}.",
    )


def _mixed_response_mapping() -> Finding:
    return Finding(
        "E064",
        "A response mapping is neither pairs of strings nor the platform's document.",
        'Write {"generate": "extract", ...}, or {"fields": [...], "lists": [...]}.',
    )
