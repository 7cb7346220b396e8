"""From the author's spelling to the platform's: which fields a declaration sends.

What comes out still holds the author's objects; `Writer` turns them into a symbolic document.
"""

import inspect
import keyword
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.blueprint.components import Component, Ref
from connector_kit.blueprint.fields import ComponentFields
from connector_kit.blueprint.flows import Branch, Flow, Part, Router, Source, Step
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import TYPES

Report = Callable[[Finding], None]
ResourceOf = Callable[[Any], str | None]
"""Tells the resource type of a component or reference, None when it is unknown."""


_SPELLINGS = {
    "abstract_flow": "_abstractFlowId",
    "agent": "_agentId",
    "borrow_concurrency_from": "_borrowConcurrencyFromConnectionId",
    "connection": "_connectionId",
    "data_uri_template": "dataURITemplate",
    "edi_profile": "_ediProfileId",
    "enable_iclient_references": "enableIClientReferences",
    "enable_jwt": "enableJWT",
    "export": "_exportId",
    "flow_grouping": "_flowGroupingId",
    "http_connector": "_httpConnectorId",
    "http_connector_api": "_httpConnectorApiId",
    "import_": "_importId",
    "keep_delta_behind_export": "_keepDeltaBehindExportId",
    "keep_delta_behind_flow": "_keepDeltaBehindFlowId",
    "netsuite_da": "netsuite_da",
    "post_parse_listener": "_postParseListenerId",
    "relative_uri": "relativeURI",
    "run_next": "_runNextFlowIds",
    "run_next_exports": "_runNextExportIds",
    "skip_edi_profile_validation": "skipEDIProfileValidation",
    "skip_edi_validation": "skipEDIValidation",
    "unb010_0001": "unb010_0001",
    "unb010_0002": "unb010_0002",
}

_NOT_SENT = frozenset(ComponentFields.__annotations__)
_PARAMETERS = frozenset({"self", "resource"}) | _NOT_SENT


def _camel(python_name: str) -> str:
    first, *rest = python_name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _spelled(kind: type[Component | Part]) -> dict[str, str]:
    names = (name for name in kind.keywords if name not in _NOT_SENT)
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

    Resources without a list of fields (``agents``) are spelled by rule.
    """
    if resource in _WIRE_NAMES:
        return _WIRE_NAMES[resource].get(python_name)
    return _camel(python_name)


def python_field(resource: str, wire_name: str) -> str | None:
    """Return the keyword that compiles to *wire_name*; None when it belongs in ``wire={...}``."""
    if resource in _PYTHON_NAMES:
        return _PYTHON_NAMES[resource].get(wire_name)
    python_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", wire_name).lower()
    writable = (
        python_name.isidentifier()
        and not keyword.iskeyword(python_name)
        and python_name not in _PARAMETERS
    )
    return python_name if writable and _camel(python_name) == wire_name else None


def marked_fields(resource: str, kind: type[Component]) -> Mapping[str, Any]:
    """Return the fields by which documents of *kind* differ from others of *resource*."""
    return {_WIRE_NAMES[resource][name]: value for name, value in kind.marks.items()}


class Speller:
    """Spells components and the parts of flows; reports what has no spelling."""

    def __init__(self, resource_of: ResourceOf, report: Report) -> None:
        self._resource_of = resource_of
        self._report = report

    def component(self, component: Component) -> dict[str, Any]:
        """Return *component*'s top-level fields."""
        return self._fields(component.resource, component)

    def part(self, part: Part) -> dict[str, Any]:
        """Return the fields of a part of a flow."""
        return self._fields(part.kind, part)

    def _fields(self, kind: str, declared: Component | Part) -> dict[str, Any]:
        wire: Any = declared.wire
        if not isinstance(wire, Mapping):
            self._report(Finding("E022", f"wire is {wire!r}.", "Use an object: wire={...}."))
            wire = {}
        spelled: dict[str, Any] = {}
        for python_name, value in declared.fields.items():
            match wire_name(kind, python_name):
                case None:
                    self._report(_unknown_field(kind, python_name, type(declared)))
                case "responseMapping" as name:
                    spelled[name] = self._response_mapping(value)
                case "pageGenerators" as name:
                    spelled[name] = _parts(Source, value)
                case "pageProcessors" as name:
                    spelled[name] = _parts(Step, value)
                case name:
                    spelled[name] = value
        short = self._short_forms(declared)
        for name in sorted((spelled.keys() | short.keys()) & wire.keys() | spelled.keys() & short):
            self._report(Finding("E021", f"The field {name!r} is set twice.", "Keep one of them."))
        return spelled | short | dict(wire)

    def _short_forms(self, declared: Component | Part) -> dict[str, Any]:
        """Return the fields that the short forms of a flow and its parts mean."""
        fields: dict[str, Any] = {}
        match declared:
            case Flow() if declared.source is not None:
                fields["pageGenerators"] = _parts(Source, declared.source)
            case Source():
                fields["_exportId"] = declared.export
            case Step():
                is_lookup = self._resource_of(declared.component) == "exports"
                word, field = ("export", "_exportId") if is_lookup else ("import", "_importId")
                fields |= {"type": word, field: declared.component}
                if declared.post_response_map is not None:
                    fields["hooks"] = {"postResponseMap": declared.post_response_map}
            case Router():
                fields["branches"] = declared.branches
        if isinstance(declared, Router | Branch) and declared.next_router is not None:
            fields["nextRouterId"] = declared.next_router
        if isinstance(declared, Flow | Branch) and declared.steps is not None:
            fields["pageProcessors"] = _parts(Step, declared.steps)
        return fields

    def _response_mapping(self, mapping: Any) -> Any:
        """Return pairs of names as the platform's document, which is returned as it is."""
        if not isinstance(mapping, Mapping) or not mapping:
            return mapping
        if any(isinstance(mapping.get(key), list | tuple) for key in ("fields", "lists")):
            return mapping
        if any(not isinstance(extract, str) for extract in mapping.values()):
            message = (
                "The response mapping is neither pairs of strings nor the platform's document."
            )
            hint = 'Write {"generate": "extract", ...}, or {"fields": [...], "lists": [...]}.'
            self._report(Finding("E064", message, hint))
        pairs = [{"extract": extract, "generate": name} for name, extract in mapping.items()]
        return {"fields": pairs, "lists": []}


def _parts(kind: type[Source | Step], values: Any) -> list[Any]:
    """Return *values*, of which one may come without a list, with components as parts of a flow."""
    listed = values if isinstance(values, list | tuple) else [values]
    return [kind(item) if isinstance(item, Component | Ref) else item for item in listed]


def _unknown_field(kind: str, python_name: str, declared_as: type[Component | Part]) -> Finding:
    known = known_fields(kind)
    by_wire_name = {wire: python for python, wire in known.items()}
    suggestion = (
        f"Did you mean {by_wire_name[python_name]!r}? "
        if python_name in by_wire_name
        else did_you_mean(python_name, [*known, *_own_keywords(declared_as)])
    )
    return Finding(
        "E020",
        f"{python_name!r} is not a known field of {kind}.",
        f"{suggestion}To send a field that the kit does not know, use wire={{...}}.",
    )


def _own_keywords(kind: type[Component | Part]) -> Iterator[str]:
    """Yield the keywords of *kind* that are the kit's own, such as ``steps`` or ``edition``."""
    for cls in kind.__mro__:
        parameters = inspect.signature(cls).parameters.values() if cls is not object else ()
        yield from (item.name for item in parameters if item.kind is item.KEYWORD_ONLY)
