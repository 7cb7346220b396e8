"""What the platform's own schemas say of a component (schemas/platform.json).

All of it is advice: the platform may know more than the schemas that the kit has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jsonschema_rs import ValidationError

from connector_kit.blueprint.compiled import CompiledComponent
from connector_kit.blueprint.fields import ENVELOPE_FIELDS, SERVER_FIELDS
from connector_kit.blueprint.placeholders import completed
from connector_kit.blueprint.problems import Finding, did_you_mean
from connector_kit.blueprint.resources import resource_type
from connector_kit.blueprint.schemas import (
    field_at,
    fields_of,
    resolved,
    schema_of,
    violations,
)
from connector_kit.blueprint.spelling import known_fields
from connector_kit.documents import Document, Json, referred
from connector_kit.documents.walking import Path, at, dotted

_KINDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


_OBSERVED = {
    "apis": frozenset({"builder.routers.nextRouterId"}),
    "exports": frozenset({"http.formType", "http.isRest"}),
    "tools": frozenset({"routers.nextRouterId"}),
}
"""Fields that documents have in accounts and no schema (protocol/resources.md#export)."""

_INDEX = re.compile(r"\[\d+\]")


def published_findings(component: CompiledComponent) -> Iterator[Finding]:
    """Yield what the schema of *component* refuses, and fields that it does not have.

    What the kit completes with placeholders is not missing.
    """
    document = completed(component.resource, component.document)
    reported: dict[Path, Finding | None] = {}
    for error in violations(component.resource, document):
        path = _path(error)
        reported.setdefault(path, _finding(component.resource, document, path, error))
    yield from filter(None, reported.values())
    if schema := schema_of(component.resource):
        yield from _unknown(schema, document, (), _further_fields(component.resource))


def _path(error: ValidationError) -> Path:
    """Return the path of the field that *error* is about, which may be missing."""
    is_missing = error.kind.name == "required"
    return (*error.instance_path, *([error.kind.as_dict()["property"]] if is_missing else ()))


def _finding(
    resource: str, document: Document, path: Path, error: ValidationError
) -> Finding | None:
    """Say what is wrong; None for steps beside routers, which the rules for flows report."""
    kind, value, message, hint = error.kind.as_dict(), error.instance, "", ""
    match error.kind.name:
        case "required":
            return _lacking(resource, document, path)
        case "enum":
            return _unknown_word(resource, path, value, list(map(str, kind["options"])))
        case "type" if not (isinstance(value, str) and "{{" in value):
            message = f"{dotted(path)} is {value!r}."
            hint = f"It must be {' or '.join(_KINDS[name] for name in kind['types'])}."
        case "maxLength":
            message = f"{dotted(path)} has {len(str(value))} characters."
            hint = f"The platform allows {kind['limit']}."
        case "minimum" | "maximum":
            message = f"{dotted(path)} is {value}."
            bound = "least" if error.kind.name == "minimum" else "most"
            hint = f"The platform allows at {bound} {kind['limit']}."
    return Finding("W051", message, hint) if message else None


def _lacking(resource: str, document: Document, path: Path) -> Finding | None:
    """Say what is missing; None for what is being set up, and what the kit adds when it writes."""
    if path[0] in ENVELOPE_FIELDS:
        return None
    holder = at(document, path[:-1])
    if isinstance(holder, dict) and holder.get("setupInProgress"):
        return None
    field = field_at(resource, path)
    hint = "Add it."
    if words := field.get("enum"):
        hint = f"Add one of {', '.join(map(str, words))}."
    elif target := field.get("x-ref"):
        hint = f"Refer to the {resource_type(target).noun} with it."
    message = f"The platform refuses the {resource_type(resource).noun} without {dotted(path)}."
    return Finding("W050", message, hint)


def _unknown_word(resource: str, path: Path, value: Json, words: list[str]) -> Finding | None:
    is_settled = "x-case" in field_at(resource, path)  # the platform corrects the case itself
    if is_settled and str(value).casefold() in map(str.casefold, words):
        return None
    by_case = {word.casefold(): word for word in words}
    meant = by_case.get(str(value).casefold())
    suggestion = f"Did you mean {meant!r}? " if meant else did_you_mean(str(value), words)
    message = f"{dotted(path)} is {value!r}, which the platform does not know."
    return Finding("W051", message, f"{suggestion}It knows {', '.join(words)}.")


def _further_fields(resource: str) -> frozenset[str]:
    """The fields of a document that no schema has, as paths."""
    own = frozenset(known_fields(resource).values()) | _OBSERVED.get(resource, frozenset())
    return own | ENVELOPE_FIELDS | SERVER_FIELDS


def _unknown(
    schema: Document, value: Json, path: Path, further: frozenset[str]
) -> Iterator[Finding]:
    """Yield the fields in *value* that neither *schema* nor *further* has.

    Where a script may be named, so may a stack (protocol/README.md U8).
    """
    schema = resolved(schema)
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unknown(schema.get("items", {}), item, (*path, number), further)
        return
    fields = fields_of(schema)
    if not isinstance(value, dict) or not fields or referred(value) is not None:
        return
    for name, item in value.items():
        place = dotted((*path, name))
        is_free = schema.get("additionalProperties") or (
            name == "_stackId" and "_scriptId" in fields
        )
        if name in fields:
            yield from _unknown(fields[name], item, (*path, name), further)
        elif _INDEX.sub("", place) not in further and not is_free:
            message = f"The platform documents no field {place}."
            hint = f"{did_you_mean(name, fields)}Check its spelling."
            yield Finding("W052", message, hint)
