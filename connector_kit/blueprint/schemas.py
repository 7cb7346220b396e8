"""The platform's own schemas of documents, as the kit reads them (schemas/platform.json).

Null means that a field is not there. A reference of a symbolic document is an id to the schemas.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from connector_kit.documents import LITERAL, Document, Json, referred
from connector_kit.documents.walking import Path

_FILE = files("connector_kit").joinpath("schemas", "platform.json")
_AN_ID = "0" * 24

_DEPTH = 100
"""How deep documents are compared: schemas describe less, and the validator gives up at 255."""


@cache
def _schemas() -> Document:
    schemas: Document = json.loads(_FILE.read_text("utf-8"))
    return schemas


@cache
def _validator(resource: str) -> Draft202012Validator | None:
    schemas = _schemas()
    reference = schemas["x-resources"].get(resource)
    return Draft202012Validator({**schemas, "$ref": reference}) if reference else None


def published() -> tuple[str, ...]:
    """Return the resource types whose documents have a published schema."""
    return tuple(_schemas()["x-resources"])


def schema_of(resource: str) -> Document | None:
    """Return the schema of documents of *resource*, None if none is published."""
    reference = _schemas()["x-resources"].get(resource)
    return {"$ref": reference} if reference else None


def violations(resource: str, document: Document) -> Iterator[ValidationError]:
    """Yield what the schema of *resource* refuses in *document*, which may be symbolic."""
    validator = _validator(resource)
    if validator:
        yield from validator.iter_errors(_on_the_wire(document))


def missing(resource: str, document: Document) -> Iterator[Path]:
    """Yield the path of every field that the platform demands and *document* does not have."""
    found = (
        (*error.instance_path, error.kind.as_dict()["property"])
        for error in violations(resource, document)
        if error.kind.name == "required"
    )
    yield from dict.fromkeys(found)


def fields_of(schema: Document) -> Document:
    """Return the schema of every field that *schema* describes, whatever it depends on."""
    schema = resolved(schema)
    fields: Document = dict(schema.get("properties", {}))
    for key in ("if", "then", "else"):
        if isinstance(inner := schema.get(key), dict):
            for name, field in fields_of(inner).items():
                fields.setdefault(name, field)
    return fields


def field_at(resource: str, path: Path) -> Document:
    """Return the schema of the field at *path*; empty for one that is not described."""
    schema = schema_of(resource) or {}
    for step in path:
        schema = resolved(schema)
        schema = (
            schema.get("items", {}) if isinstance(step, int) else fields_of(schema).get(step, {})
        )
    return resolved(schema)


def resolved(schema: Document) -> Document:
    """Return the definition that *schema* refers to."""
    while "$ref" in schema:
        schema = _schemas()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return resolved(schema["allOf"][0]) if "allOf" in schema else schema


def _on_the_wire(value: Json, depth: int = 0) -> Any:
    if depth > _DEPTH:
        return None
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()  # the validator takes no half characters
    if isinstance(value, list):
        return [_on_the_wire(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if referred(value) is not None:
        return _AN_ID
    literal = value.get(LITERAL)
    inner = literal if len(value) == 1 and isinstance(literal, dict) else value
    return {
        _on_the_wire(name): _on_the_wire(item, depth + 1)
        for name, item in inner.items()
        if item is not None
    }
