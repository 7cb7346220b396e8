"""What takes the place of credentials until the customer enters them.

The platform refuses a new connection without what its kind of login needs
(protocol/platform-2026.md#4-connections). A declaration has no credentials, so placeholders are
sent, for exactly what the schema demands and the declaration leaves out. They end in ``.invalid``,
a domain that never exists (RFC 2606): no application accepts them. They are never part of a
blueprint. Wherever a document is read, a field with a placeholder counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector_kit.blueprint.schemas import field_at, missing, resolved
from connector_kit.documents import Document, Json
from connector_kit.documents.walking import Path, dotted, leaves

TO_BE_ENTERED = "to-be-entered.invalid"

_FORMATS = {"uri": f"https://{TO_BE_ENTERED}", "email": f"nobody@{TO_BE_ENTERED}"}


def is_placeholder(value: Json) -> bool:
    """Tell whether *value* stands for something that the customer has not entered yet."""
    return isinstance(value, str) and TO_BE_ENTERED in value.casefold()


def not_entered(document: Document) -> list[str]:
    """Return the dotted paths of the placeholders that *document* shows."""
    return [dotted(path) for path, value in leaves(document) if is_placeholder(value)]


def completed(resource: str, document: Document, before: Document | None = None) -> Document:
    """Return a connection's *document* with placeholders for what the platform demands.

    Not for what its live document *before* lacked as well: the platform accepted that. Fields that
    refer to something, or allow only certain words, have no placeholder: the author decides them
    (`connector_kit.blueprint.rules.published`).
    """
    if resource != "connections":
        return document
    accepted = dict(_additions(before)) if before is not None else {}
    for path, value in _additions(document):
        if path not in accepted:
            document = _with(document, path, value)
    return document


def _additions(document: Document) -> Iterator[tuple[Path, Json]]:
    """Yield what *document* lacks, outermost fields first: each may demand more within it."""
    found: set[Path] = set()
    while lacking := [path for path in missing("connections", document) if path not in found]:
        found |= {*lacking}
        for path in lacking:
            value = _placeholder(field_at("connections", path))
            if value is not None:
                document = _with(document, path, value)
                yield path, value


def _placeholder(schema: Document) -> Json:
    kind = schema.get("type")
    if "enum" in schema or "x-ref" in schema:
        return None
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), TO_BE_ENTERED)
    if kind == "array":
        items = _placeholder(resolved(schema.get("items", {})))
        return [items] * schema.get("minItems", 0)
    return {"object": {}, "number": 0}.get(str(kind))


def _with(holder: Any, path: Path, value: Json) -> Any:
    """Return *holder* with *value* at *path*; objects on the way are made, items of lists exist."""
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        item = _with(holder[step], rest, value)
        return [*holder[:step], item, *holder[step + 1 :]]
    fields = holder if isinstance(holder, dict) else {}
    return {**fields, step: _with(fields.get(step), rest, value) if rest else value}
