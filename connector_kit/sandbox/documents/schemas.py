"""What the platform's own schemas say of a document (schemas/platform.json).

Null means that a field is not there. Ids and addresses are not checked by format: references are
followed, and texts may be templates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from connector_kit.sandbox.documents.paths import Path
from connector_kit.sandbox.http.errors import invalid_entry, missing_entry
from connector_kit.sandbox.http.wire import Document

_FILE = files("connector_kit").joinpath("schemas", "platform.json")

_KINDS = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object",
    "array": "an array",
    "null": "null",
}
_CASES = {"lower": str.lower, "upper": str.upper}
_LEVELS = ("concurrencyLevel", "targetConcurrencyLevel")
"""Fields in which more than an account is licensed for is lowered, not refused."""

_DEPTH = 100
"""How deep documents are compared: schemas describe less, and the validator gives up at 255."""

_UNFINISHED = ("_exportId", "_importId")
"""What a part of a flow may lack while its setup is in progress (protocol/resources.md#flow)."""


@cache
def _schemas() -> Document:
    schemas: Document = json.loads(_FILE.read_text("utf-8"))
    return schemas


@cache
def _validator(resource: str) -> Draft202012Validator | None:
    schemas = _schemas()
    reference = schemas["x-resources"].get(resource)
    return Draft202012Validator({**schemas, "$ref": reference}) if reference else None


def _of(resource: str) -> Document:
    return {"$ref": _schemas()["x-resources"][resource]}


def has_schema(resource: str) -> bool:
    """Whether the platform publishes what a document of this type holds."""
    return resource in _schemas()["x-resources"]


def published_fields(resource: str) -> frozenset[str] | None:
    """Return the fields of the vendor's schema of *resource*, None if there is none.

    Fields and types that are known from accounts alone are in none.
    """
    if not has_schema(resource) or _resolved(_of(resource)).get("x-observed"):
        return None
    fields = _fields(_of(resource)).items()
    return frozenset(name for name, schema in fields if not schema.get("x-observed"))


def words(resource: str) -> dict[str, list[str]]:
    """Return the allowed words of each field of a document that has a list of them."""
    fields = _fields(_of(resource)) if has_schema(resource) else {}
    return {name: schema["enum"] for name, schema in fields.items() if "enum" in schema}


def violations(resource: str, document: Document) -> Iterator[Document]:
    """Yield an entry for every field that the schema of *resource* refuses."""
    validator = _validator(resource)
    if validator is None:
        return
    present = _present(document)
    for error in validator.iter_errors(present):
        # That steps and routers exclude each other is said more clearly elsewhere.
        if error.kind.name != "not" and not _is_unfinished(error, present):
            yield _entry(error)


def _entry(error: ValidationError) -> Document:
    """Say what is wrong in the platform's words, without the value: it may be a secret."""
    kind = error.kind.as_dict()
    path = _spelled(error.instance_path)
    match error.kind.name:
        case "required":
            return missing_entry(f"{path}.{kind['property']}".removeprefix("."))
        case "enum":
            why = f"must be one of {', '.join(map(str, kind['options']))}"
        case "type":
            types = kind["types"]
            why = f"must be {' or '.join(_KINDS.get(name, name) for name in types)}"
        case "maxLength":
            limit = kind["limit"]
            why = f"has {len(str(error.instance))} characters; at most {limit} are allowed"
        case "minimum" | "exclusiveMinimum":
            why = f"must be at least {kind['limit']}"
        case "maximum" | "exclusiveMaximum":
            why = f"must be at most {kind['limit']}"
        case "minItems":
            why = f"must have at least {kind['limit']} items"
        case _:
            why = "has none of the forms that are allowed"
    return invalid_entry(path, why)


def _spelled(path: list[str | int]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def _is_unfinished(error: ValidationError, document: Document) -> bool:
    if error.kind.name != "required" or error.kind.as_dict()["property"] not in _UNFINISHED:
        return False
    place: Any = document
    for step in error.instance_path:
        place = place[step]
    return bool(place.get("setupInProgress"))


def _present(value: Any, depth: int = 0) -> Any:
    """Return what the validator takes of *value*: no null, half character, or endless depth."""
    if depth > _DEPTH:
        return None
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_present(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        _present(name): _present(item, depth + 1)
        for name, item in value.items()
        if item is not None
    }


def settled(resource: str, document: Document) -> Document:
    """Return *document* as the platform stores it: words in its case, levels within their limits.

    protocol/platform-2026.md#3-conventions
    """
    schema = _schemas()["x-resources"].get(resource)
    return _settled({"$ref": schema}, document) if schema else document


def _settled(schema: Document, value: Any) -> Any:
    schema = _resolved(schema)
    if isinstance(value, dict):
        fields = _fields(schema)
        return {name: _level(fields.get(name, {}), name, item) for name, item in value.items()}
    if isinstance(value, str) and "x-case" in schema:
        return _CASES[schema["x-case"]](value)
    return value


def _level(schema: Document, name: str, value: Any) -> Any:
    limit = schema.get("maximum")
    if name in _LEVELS and limit and isinstance(value, int) and value > limit:
        return limit
    return _settled(schema, value)


def _fields(schema: Document) -> Document:
    fields: Document = _resolved(schema).get("properties", {})
    return fields


def _resolved(schema: Document) -> Document:
    while "$ref" in schema:
        schema = _schemas()["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return _resolved(schema["allOf"][0]) if "allOf" in schema else schema


@cache
def secrets(resource: str) -> tuple[Path, ...]:
    """Return the paths of what a document of this type hides."""
    schema = _schemas()["x-resources"].get(resource)
    return tuple(dict.fromkeys(_marked({"$ref": schema}, ()))) if schema else ()


def _marked(schema: Document, path: Path) -> Iterator[Path]:
    if _resolved(schema).get("x-secret"):
        yield path
        return
    for name, inner in _fields(schema).items():
        yield from _marked(inner, (*path, name))
