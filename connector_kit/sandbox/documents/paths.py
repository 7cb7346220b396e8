"""Fields of a document by their dotted path, through objects only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connector_kit.sandbox.http.wire import Document

Path = tuple[str, ...]


def find(document: Document, path: Path) -> Any:
    """Return the value at *path*, None where there is none."""
    value: Any = document
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def has(document: Document, path: Path) -> bool:
    """Whether there is something at *path*, be it null."""
    parent = find(document, path[:-1])
    return isinstance(parent, dict) and path[-1] in parent


def replace(document: Document, path: Path, value: Any) -> None:
    """Put *value* at *path*, making the objects on the way."""
    for name in path[:-1]:
        inner = document.get(name)
        if not isinstance(inner, dict):
            inner = document[name] = {}
        document = inner
    document[path[-1]] = value


def remove(document: Document, path: Path) -> None:
    """Take away what is at *path*."""
    parent = find(document, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)


def objects(value: Any) -> Iterator[Document]:
    """Yield the objects of a list; nothing for any other value."""
    yield from (
        item for item in (value if isinstance(value, list) else ()) if isinstance(item, dict)
    )
