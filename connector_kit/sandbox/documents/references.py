"""References between documents: which there are, and which must lead somewhere.

A reference that leads nowhere is refused as ``invalid_ref`` (protocol/http-api.md#2-errors).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.http.wire import Document

TARGETS = {
    "_connectionId": "connections",
    "_borrowConcurrencyFromConnectionId": "connections",
    "_exportId": "exports",
    "_keepDeltaBehindExportId": "exports",
    "_importId": "imports",
    "_scriptId": "scripts",
    "_asyncHelperId": "asynchelpers",
    "_lookupCacheId": "lookupcaches",
    "_integrationId": "integrations",
    "_keepDeltaBehindFlowId": "flows",
    "_runNextFlowIds": "flows",
    "_stackId": "stacks",
}
"""The fields that are checked, and the resource each leads to. Others (``_iClientId``,
``_agentId`` ...) may lead to what other accounts share, in ways the protocol does not tell."""

_HOLDERS = {"connections", "exports", "imports", "flows", "scripts", "asynchelpers", "connectors"}
"""Integrations remember ids (in install steps, for one) that may be gone by now."""

_LOOSE = {
    "_integrationId",
    "_stackId",
    "_borrowConcurrencyFromConnectionId",
    "_keepDeltaBehindFlowId",
    "_keepDeltaBehindExportId",
    "_runNextFlowIds",
}
"""References that may form a circle, or that do not prevent the deletion of their target."""

AUTHORS_DATA = {
    "configuration",
    "mapping",
    "mappings",
    "mockOutput",
    "mockResponse",
    "sampleData",
    "settings",
    "settingsForm",
}
"""Fields with the author's own data, whatever its keys look like."""


@dataclass(frozen=True, slots=True)
class Reference:
    """*field* is its path, as ``errors`` names it: ``pageGenerators[0]._exportId``."""

    field: str
    resource: str
    id: str
    is_loose: bool


def references(resource: str, document: Document) -> list[Reference]:
    """Return every checked reference of *document*."""
    return list(_walk(document, "")) if resource in _HOLDERS else []


def used_by(resource: str, document: Document) -> frozenset[str]:
    """Return the ids of what cannot be deleted while *document* is there."""
    return frozenset(
        reference.id for reference in references(resource, document) if not reference.is_loose
    )


def _walk(value: Any, path: str) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            if name in TARGETS:
                yield from _named(name, inner, here)
            elif name not in AUTHORS_DATA:
                yield from _walk(inner, here)


def _named(name: str, value: Any, path: str) -> Iterator[Reference]:
    for identity in value if isinstance(value, list) else [value]:
        if identity is not None:
            yield Reference(path, TARGETS[name], str(identity), name in _LOOSE)
