"""Where a declared connector has its functions called, and what the platform knows there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK, CompiledComponent, Connector
from connector_kit.blueprint.compile import examine
from connector_kit.blueprint.functions import HOOK_KINDS
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import Document, references, referred, resolve
from connector_kit.testing.ids import made_up_id
from connector_kit.testing.records import Records, sample_records


@dataclass(frozen=True)
class Place:
    """A point at which the platform calls *function*: a hook, or the adaptor of a wrapper.

    *component* is the external id of what carries it; of a postResponseMap, of the step's export or
    import. *ids* are the options that name components, *configuration* is that of the hook's entry,
    *records* are samples of what arrives here. A function for which *runs_here* is false is a
    script's.
    """

    kind: str
    component: str
    function: str
    runs_here: bool = True
    ids: Mapping[str, str] = field(default_factory=dict)
    configuration: Document | None = None
    document: Document = field(default_factory=dict)
    connection: str = ""
    records: Records = field(default_factory=list)


class Flow(NamedTuple):
    """A flow: the exports that feed it, and its steps with their postResponseMap entries."""

    name: str
    sources: tuple[str, ...]
    steps: tuple[tuple[str, Any], ...]

    def holds(self, component: str) -> bool:
        """Tell whether *component* is a source or a step."""
        return component in self.sources or any(component == name for name, _ in self.steps)


class Declared:
    """A connector as if it were installed, with an id for everything that it declares.

    *documents* are its components as an account would hold them, by external id. Mistakes in the
    declaration are not looked for: ``connector-kit check`` does that.
    """

    def __init__(self, connector: type[Connector]) -> None:
        self.name = connector.name or connector.__name__
        self._components = {
            component.external_id: component for component in examine(connector).components
        }
        referred_to = (references(component.document) for component in self._components.values())
        names = {INTEGRATION, CONNECTOR, STACK, *self._components}.union(*referred_to)
        self._ids = {name: made_up_id(name) for name in names}
        self.documents: dict[str, Document] = {
            name: {
                "_id": self._ids[name],
                "externalId": name,
                **resolve(component.document, self._ids),
            }
            for name, component in self._components.items()
        }
        self._flows = [_flow(component) for component in self._of("flows")]
        self.places = tuple(self._places())

    def document(self, name: str, resource: str) -> Document | None:
        """Return the document of the component *name*, None unless it is one of *resource*."""
        component = self._components.get(name)
        return self.documents[name] if component and component.resource == resource else None

    def connection_of(self, place: Place) -> Document:
        """Return the document of the connection that *place* goes by, an empty one for none."""
        return self.documents.get(place.connection, {})

    def _of(self, *resources: str) -> Iterator[CompiledComponent]:
        return (
            component for component in self._components.values() if component.resource in resources
        )

    def _places(self) -> Iterator[Place]:
        for component in self._of("connections", "exports", "imports"):
            name = component.external_id
            flow = next((flow for flow in self._flows if flow.holds(name)), None)
            for kind, entry in _entries(component):
                yield self._place(kind, entry, component, flow)
        for flow in self._flows:
            for name, entry in flow.steps:
                if _is_entry(entry) and name in self._components:
                    yield self._place("postResponseMap", entry, self._components[name], flow)

    def _place(
        self, kind: str, entry: Mapping[str, Any], component: CompiledComponent, flow: Flow | None
    ) -> Place:
        name = component.external_id
        resolved = resolve(dict(entry), self._ids)
        connection = referred(component.document.get("_connectionId"))
        ids = {
            "_flowId": flow and self._ids[flow.name],
            "_connectionId": connection and self._ids[connection],
            resource_type(component.resource).ids[0]: self._ids[name],
        }
        # What arrives: samples of the flow's sources, or its own where it is a source.
        sources = flow.sources if flow and name not in flow.sources else (name,)
        samples = (sample_records(self.documents.get(source, {})) for source in sources)
        return Place(
            kind=kind,
            component=name,
            function=entry["function"],
            runs_here=not resolved.get("_scriptId"),
            ids={option: item for option, item in ids.items() if item},
            configuration=resolved.get("configuration"),
            document=self.documents[name],
            connection=name if component.resource == "connections" else connection or "",
            records=next(filter(None, samples), []),
        )


Entry = tuple[str, Mapping[str, Any]]


def _entries(component: CompiledComponent) -> Iterator[Entry]:
    """Yield the functions that *component* names, with their kinds."""
    document = component.document
    hooks = document.get("hooks")
    if component.resource in ("exports", "imports") and isinstance(hooks, dict):
        for kind, entry in hooks.items():
            if kind in HOOK_KINDS and _is_entry(entry):
                yield kind, entry
    wrapper = document.get("wrapper")
    if not isinstance(wrapper, dict):
        return
    if component.resource == "connections" and isinstance(wrapper.get("pingFunction"), str):
        yield "ping", {"function": wrapper["pingFunction"]}
    elif component.resource in ("exports", "imports") and _is_entry(wrapper):
        yield component.resource.removesuffix("s"), wrapper


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("function"), str)


def _flow(component: CompiledComponent) -> Flow:
    document = component.document
    generators = _objects(document.get("pageGenerators"))
    sources = (referred(generator.get("_exportId")) for generator in generators)
    routers = _objects(document.get("routers"))
    branches = [branch for router in routers for branch in _objects(router.get("branches"))]
    steps: list[tuple[str, Any]] = []
    for holder in (document, *branches):
        for step in _objects(holder.get("pageProcessors")):
            name = referred(step.get("_importId")) or referred(step.get("_exportId"))
            hooks = step.get("hooks")
            if name:
                entry = hooks.get("postResponseMap") if isinstance(hooks, dict) else None
                steps.append((name, entry))
    return Flow(component.external_id, tuple(filter(None, sources)), tuple(steps))


def _objects(value: Any) -> list[Document]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
