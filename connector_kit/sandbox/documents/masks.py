"""Secrets are write-only: they are answered as a mask (protocol/platform-2026.md#3-conventions).

A PUT that carries the mask keeps the stored secret; one that leaves it out loses it. A connection
takes the mask for its new secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from connector_kit.sandbox.documents.paths import Path, find, remove, replace
from connector_kit.sandbox.documents.schemas import secrets
from connector_kit.sandbox.http.wire import Document

MASK = "******"

_FURTHER: dict[str, tuple[Path, ...]] = {
    "accesstokens": (("token",),),
    "connections": (("rest", "encrypted"),),
    "stacks": (("server", "systemToken"), ("lambda", "secretAccessKey")),
}
"""Secrets that no published schema marks (protocol/resources.md, marked with a key)."""


def mask_secrets(resource: str, document: Document) -> Document:
    """Return *document* as it is answered; itself when it has no secrets."""
    shown = [path for path, value in _values(resource, document) if value != MASK]
    if not shown:
        return document
    public = deepcopy(document)
    for path in shown:
        replace(public, path, MASK)
    return public


def keep_secrets(resource: str, sent: Document, stored: Document) -> Document:
    """Return what is stored of *sent*: secrets are kept, except of connections."""
    if resource == "connections":
        return {**sent}
    return restore_secrets(resource, sent, stored)


def restore_secrets(resource: str, sent: Document, stored: Document) -> Document:
    """Return *sent* with the stored secrets where it carries the mask."""
    restored = deepcopy(sent)
    for path, value in _values(resource, sent):
        if value == MASK:
            secret = find(stored, path)
            if secret is None:
                remove(restored, path)
            else:
                replace(restored, path, secret)
    return restored


def without_secrets(resource: str, document: Document) -> Document:
    """Return *document* without what it hides."""
    bare = deepcopy(document)
    for path, _ in _values(resource, document):
        remove(bare, path)
    return bare


def _values(resource: str, document: Document) -> Iterator[tuple[Path, Any]]:
    for path in (*secrets(resource), *_FURTHER.get(resource, ())):
        value = find(document, path)
        if value not in (None, "", {}):
            yield path, value
