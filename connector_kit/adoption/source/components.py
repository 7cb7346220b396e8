"""Components as Python: one expression for each, in the terms that an author would choose."""

from connector_kit.adoption.source import flows
from connector_kit.adoption.source.arguments import Argument, keywords, without
from connector_kit.adoption.source.layout import Expression, call
from connector_kit.adoption.source.literals import literal
from connector_kit.adoption.source.values import Values
from connector_kit.blueprint import CompiledComponent, Component
from connector_kit.blueprint.compile import owned_by_default
from connector_kit.blueprint.resources import resource_type
from connector_kit.documents import Document

_FLOW_PARTS = {
    "pageGenerators": ("source=", flows.source),
    "pageProcessors": ("steps=", flows.steps),
    "routers": ("routers=", flows.routers),
}


def component(values: Values, compiled: CompiledComponent, section: str | None) -> Expression:
    """Return the expression that declares *compiled*; *section* is that of a flow."""
    word = (resource_type(compiled.resource).declared_as or Component).__name__
    document = compiled.document
    arguments = [] if word != "Component" else [("", literal(compiled.resource))]
    if isinstance(document.get("name"), str):
        arguments.append(("", literal(document["name"])))
    if section is not None:
        arguments.append(("section=", literal(section)))
    if word == "Export" and document.get("isLookup") is True:
        word, document = "Lookup", without(document, "isLookup")
    arguments += _fields(values, compiled, document)
    return call(values.kit(word), arguments)


def _fields(values: Values, compiled: CompiledComponent, document: Document) -> list[Argument]:
    where, resource = (compiled.external_id,), compiled.resource
    arguments: list[Argument] = []
    if isinstance(document.get("name"), str):
        document = without(document, "name")
    if resource == "scripts" and isinstance(document.get("content"), str):
        content = values.script(compiled.external_id, document["content"])
        arguments.append(("content=", content))
        document = without(document, "content")
    if resource == "flows":
        for key, (prefix, write) in _FLOW_PARTS.items():
            if flows.are_parts(document.get(key)):
                arguments.append((prefix, write(values, document[key], (*where, key))))
                document = without(document, key)
    arguments += keywords(values, resource, document, where, _raw(resource, document))
    return [*arguments, *_owned(values, compiled)]


def _raw(resource: str, document: Document) -> set[str]:
    """Return the fields whose keyword would be read as something else than the value they have."""
    raw = {"name"}
    if resource in {"connections", "scripts"}:
        raw |= {key for key in ("type", "content") if document.get(key, "") is None}
    if resource == "flows":
        raw |= {"pageGenerators", "pageProcessors"}
    return raw


def _owned(values: Values, compiled: CompiledComponent) -> list[Argument]:
    if compiled.customer_owns == owned_by_default(compiled.resource, compiled.document):
        return []
    return [("customer_owns=", values.items(map(literal, compiled.customer_owns)))]
