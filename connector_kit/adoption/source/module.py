"""A connector as a Python package: its module, and the files that the module reads."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from connector_kit import blueprint
from connector_kit.adoption.source import flows
from connector_kit.adoption.source.arguments import Argument, keywords, without
from connector_kit.adoption.source.files import Files
from connector_kit.adoption.source.layout import (
    WIDTH,
    Atom,
    Bracketed,
    Expression,
    assignment,
    call,
    columns,
)
from connector_kit.adoption.source.literals import literal
from connector_kit.adoption.source.outline import Outline
from connector_kit.adoption.source.values import DATA_HELPER, TEXT_HELPER, Values
from connector_kit.blueprint.compile import owned_by_default
from connector_kit.blueprint.resources import TYPES, resource_type
from connector_kit.blueprint.spelling import marked_fields
from connector_kit.blueprint.wizard import FUNCTIONS, CompiledStep
from connector_kit.documents import Document, digest

HELPERS = {
    TEXT_HELPER: f"""
def {TEXT_HELPER}(path: str) -> str:
    return (HERE / path).read_bytes().decode()
""",
    DATA_HELPER: f"""
def {DATA_HELPER}(path: str) -> Any:
    return json.loads((HERE / path).read_bytes())
""",
}

_DECLARATIONS = (
    *(blueprint.Connector, blueprint.Component, blueprint.Ref),
    *(blueprint.Source, blueprint.Step, blueprint.Router, blueprint.Branch),
    *(blueprint.InstallStep, blueprint.UninstallStep),
    *(row.declared_as for row in TYPES.values() if row.declared_as),
    *(variant for row in TYPES.values() for variant in row.variants),
)

MODULE_NAMES = frozenset(
    {
        *(declaration.__name__ for declaration in _DECLARATIONS),
        *("hook", "Any", "HERE", "Path", "json"),
        *HELPERS,
    }
)
"""What a class or a component in the module cannot be called."""

_DOCSTRING = '"""A connector that began as an integration built in integrator.io."""'

_INDENT = 4

_FLOW_PARTS = {
    "pageGenerators": ("source=", flows.source),
    "pageProcessors": ("steps=", flows.steps),
    "routers": ("routers=", flows.routers),
}


def package(outline: Outline) -> Mapping[str, bytes]:
    """Return the files of the package that declares *outline*: contents by relative path."""
    files = Files()
    values = Values(
        {compiled.external_id: compiled.resource for compiled in outline.components}, files
    )
    body = "\n".join(_class(outline, values))
    module = "\n".join([_DOCSTRING, "", *_prologue(values.used), "", body, ""])
    return {"__init__.py": module.encode(), **files.contents}


def _prologue(used: set[str]) -> Iterator[str]:
    reads_files, reads_data = bool(used & HELPERS.keys()), DATA_HELPER in used
    if reads_data:
        yield "import json"
    if reads_files:
        yield "from pathlib import Path"
    if reads_data:
        yield "from typing import Any"
    if reads_files:
        yield ""
    names = sorted(used - HELPERS.keys() | {"Connector"})
    line = f"from connector_kit import {', '.join(names)}"
    if columns(line) <= WIDTH:
        yield line
    else:
        yield from ("from connector_kit import (", *(f"    {name}," for name in names), ")")
    if reads_files:
        yield "\nHERE = Path(__file__).parent"
        yield from (f"\n{HELPERS[name].rstrip()}" for name in HELPERS if name in used)
    yield ""


def _class(outline: Outline, values: Values) -> Iterator[str]:
    listing = {"name": literal(outline.name)}
    if outline.description:
        listing["description"] = literal(outline.description)
    listing["version"] = literal(outline.version)
    if words := [("", literal(application)) for application in outline.applications]:
        # A tuple of one needs its comma.
        alone = Atom(f"({words[0][1].flat},)")
        listing["applications"] = Bracketed("(", words, ")") if len(words) > 1 else alone
    if outline.steps or outline.scripted:
        listing["framework"] = literal(2)
    yield f"class {outline.class_name}(Connector):"
    yield from (assignment(name, value, indent=_INDENT) for name, value in listing.items())
    for _resource, group in groupby(outline.components, key=lambda item: item.resource):
        yield ""
        for item in group:
            value = _component(values, item, outline.sections.get(item.external_id))
            yield assignment(item.external_id, value, indent=_INDENT)
            values.declared.add(item.external_id)
    if outline.steps or outline.scripted:
        yield ""
    for name, step in outline.steps.items():
        yield assignment(name, _step(values, name, step), indent=_INDENT)
    for name, function in outline.scripted.items():
        yield assignment(name, values.value(function, (name, "")), indent=_INDENT)


def _step(values: Values, name: str, step: CompiledStep) -> Expression:
    """Return the expression that declares a *step* of a wizard."""
    document, is_install = step.document, step.wizard == "installSteps"
    kind = blueprint.InstallStep if is_install else blueprint.UninstallStep
    arguments: list[Argument] = [("", literal(document["name"]))]
    arguments += [
        (f"{field}=", values.value(document[field], (name, field)))
        for field in ("description", "form", "url")
        if document.get(field)
    ]
    for field, keyword in FUNCTIONS.items():
        if document.get(field):
            function = {"function": document[field], "_scriptId": document["_scriptId"]}
            arguments.append((f"{keyword}=", values.value(function, (name, field))))
    return call(values.kit(kind.__name__), arguments)


def _component(
    values: Values, compiled: blueprint.CompiledComponent, section: str | None
) -> Expression:
    """Return the expression that declares *compiled*; *section* is that of a flow."""
    kind, document = _declared_as(compiled)
    arguments = [("", literal(compiled.resource))] if kind is blueprint.Component else []
    if isinstance(document.get("name"), str):
        arguments.append(("", literal(document["name"])))
        document = without(document, "name")
    if section is not None:
        arguments.append(("section=", literal(section)))
    arguments += _fields(values, compiled, document)
    if compiled.data:
        arguments.append(("data=", values.value(dict(compiled.data), (compiled.external_id,))))
    if compiled.customer_owns != owned_by_default(compiled.resource, compiled.document):
        owned = values.items(map(literal, compiled.customer_owns))
        arguments.append(("customer_owns=", owned))
    return call(values.kit(kind.__name__), arguments)


def _declared_as(
    compiled: blueprint.CompiledComponent,
) -> tuple[type[blueprint.Component], Document]:
    """Return the class that declares *compiled*, and the fields that it leaves to the author."""
    row, document = resource_type(compiled.resource), compiled.document
    for variant in row.variants:
        marks = marked_fields(compiled.resource, variant)
        if all(digest(document.get(key)) == digest(value) for key, value in marks.items()):
            return variant, without(document, *marks)
    return row.declared_as or blueprint.Component, document


def _fields(
    values: Values, compiled: blueprint.CompiledComponent, document: Document
) -> list[Argument]:
    """Return the fields of *document*, what is left of *compiled*'s, as arguments."""
    where, resource = (compiled.external_id,), compiled.resource
    arguments: list[Argument] = []
    if resource == "scripts" and isinstance(document.get("content"), str):
        content = values.script(compiled.external_id, document["content"])
        arguments.append(("content=", content))
        document = without(document, "content")
    # A name that is no text has no keyword; an empty list of parts would be read as none.
    raw = {"name"}
    if resource == "flows":
        raw |= {"pageGenerators", "pageProcessors"}
        for key, (prefix, write) in _FLOW_PARTS.items():
            if flows.are_parts(document.get(key)):
                arguments.append((prefix, write(values, document[key], (*where, key))))
                document = without(document, key)
    return [*arguments, *keywords(values, resource, document, where, raw)]
