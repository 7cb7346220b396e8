"""Symbolic documents: JSON in which every reference is a name, never an account's id.

A reference is ``{"$ref": name}``. It replaces every id of the wire, so the same version of a
connector is the same document in every account. `resolve` fills in ids at the last moment, and
`abstract` turns those in an account's documents back into names; the two are exact inverses.

Data of the author that happens to look like a reference (a JSON schema in a mock output has
``$ref`` keys) is kept apart by wrapping the object that holds such a key: ``{"$literal": {...}}``.
A document itself, the outermost object, is never a reference and never wrapped, whatever its keys.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

Json = Any
"""Any JSON value as Python's `json` module reads it."""

Document = dict[str, Any]
"""A JSON object."""

MASK = "******"
"""What the platform shows instead of a secret (protocol/http-api.md)."""

REF = "$ref"
LITERAL = "$literal"


class UnresolvedReference(LookupError):
    """A document refers to names for which no id is known; `names` lists them all."""

    def __init__(self, names: set[str]) -> None:
        self.names = tuple(sorted(names))
        super().__init__(f"No id is known for {', '.join(self.names)}.")


def ref(name: str) -> Document:
    """Return the reference to the component, or the context (``@integration``), called *name*."""
    return {REF: name}


def canonical(value: Json) -> bytes:
    """Return the canonical byte string of *value*, regardless of the order of its keys.

    Raises ValueError for NaN and infinities, TypeError for what JSON cannot carry.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8", "surrogatepass")


def digest(value: Json) -> str:
    """Return the SHA-256 of *value*'s canonical form as 64 hexadecimal characters."""
    return hashlib.sha256(canonical(value)).hexdigest()


def references(document: Document) -> set[str]:
    """Return every name that *document* refers to."""
    return set().union(*map(references_in, document.values()))


def references_in(value: Json) -> set[str]:
    """Return every name that *value*, some part of a document, refers to."""
    names: set[str] = set()
    _collect(value, names)
    return names


def resolve(document: Document, ids: Mapping[str, str]) -> Document:
    """Return *document* with *ids* in place of names, ready for the wire.

    Raises UnresolvedReference with all the names that *ids* lacks.
    """
    missing = references(document) - set(ids)
    if missing:
        raise UnresolvedReference(missing)
    return {key: _resolved(item, ids) for key, item in document.items()}


def abstract(document: Document, names: Mapping[str, str]) -> Document:
    """Return what an account holds with names in place of ids: the inverse of `resolve`.

    *names* maps ids to names; a string that equals a known id becomes a reference wherever it
    occurs, and data that looks like a reference is escaped.
    """
    return {key: _abstracted(item, names) for key, item in document.items()}


def renamed(value: Json, names: Mapping[str, str]) -> Json:
    """Return *value* with every reference to one of *names* leading to its new name instead."""
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    name = referred(value)
    if name is not None:
        return ref(names.get(name, name))
    inner = _unescaped(value)
    inside = {key: renamed(item, names) for key, item in inner.items()}
    return inside if inner is value else {LITERAL: inside}


def shows_mask(value: Json) -> bool:
    """Tell whether the platform's mask for a secret occurs anywhere in *value*."""
    if isinstance(value, dict):
        return any(map(shows_mask, value.values()))
    if isinstance(value, list):
        return any(map(shows_mask, value))
    return bool(value == MASK)


def looks_symbolic(value: Mapping[str, Json]) -> bool:
    """Tell whether *value*, as plain data, has to be escaped in a symbolic document."""
    return REF in value or LITERAL in value


def referred(value: Json) -> str | None:
    """Return the name that *value* refers to, None when it is not a reference."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get(REF), str):
        return str(value[REF])
    return None


def _unescaped(value: Document) -> Document:
    inner = value.get(LITERAL)
    return inner if len(value) == 1 and isinstance(inner, dict) else value


def _collect(value: Json, names: set[str]) -> None:
    """Add what *value* refers to to *names*; most values are neither objects nor lists."""
    if isinstance(value, dict):
        name = referred(value)
        if name is not None:
            names.add(name)
            return
        items: Iterable[Json] = _unescaped(value).values()
    else:
        items = value if isinstance(value, list) else ()
    for item in items:
        if isinstance(item, dict | list):
            _collect(item, names)


def _resolved(value: Json, ids: Mapping[str, str]) -> Json:
    if isinstance(value, dict):
        name = referred(value)
        if name is not None:
            return ids[name]
        return {key: _resolved(item, ids) for key, item in _unescaped(value).items()}
    if isinstance(value, list):
        return [_resolved(item, ids) for item in value]
    return value


def _abstracted(value: Json, names: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return ref(names[value]) if value in names else value
    if isinstance(value, list):
        return [_abstracted(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    inside = {key: _abstracted(item, names) for key, item in value.items()}
    return {LITERAL: inside} if looks_symbolic(value) else inside
