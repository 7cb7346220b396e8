"""References between documents: which there are, and which must lead somewhere.

A reference that leads nowhere is refused as ``invalid_ref`` (protocol/http-api.md#2-errors). The
fields are those of protocol/platform-2026.md#18.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.http.wire import Document

FIRM = "firm"
"""Must lead somewhere, and keeps what it leads to from being deleted."""

LOOSE = "loose"
"""Must lead somewhere when it is written. It stops no deletion: it may form a circle, or what it
leads to may go at any time."""

SHARED = "shared"
"""May also lead to what the platform's vendor, or a connector's publisher, lets other accounts use,
but to nothing else of theirs (protocol/platform-2026.md P12). It stops no deletion."""

OPEN = "open"
"""Leads to what is the same in all accounts, and in none of them: never checked."""

_TABLE = {
    FIRM: {
        "connections": "_connectionId _mcpConnectionId overrides.connections._id",
        "scripts": "_scriptId",
        "exports": "_exportId _postParseListenerId overrides.exports._id",
        "imports": "_importId",
        "flows": "_abstractFlowId",
        "tools": "_toolId",
        "apis": "_apiId",
        "asynchelpers": "_asyncHelperId",
        "ediprofiles": "_ediProfileId",
        "filedefinitions": "_fileDefinitionId",
        "lookupcaches": "_lookupCacheId",
    },
    LOOSE: {
        "agents": "_agentId",
        "connections": """
            _borrowConcurrencyFromConnectionId
            overrides.connections._abstractId overridesHelper.connections._abstractId
        """,
        "exports": """
            _keepDeltaBehindExportId _runNextExportIds._exportId
            overrides.exports._abstractId overridesHelper.exports._abstractId
        """,
        "imports": "overrides.imports._abstractId overridesHelper.imports._abstractId",
        "flows": "_keepDeltaBehindFlowId _runNextFlowIds _runNextExportIds._flowId",
        "integrations": "_integrationId",
        "mcpservers": "_mcpServerId",
        "stacks": "_stackId",
    },
    SHARED: {"iclients": "_iClientId _iClientIds"},
    OPEN: {
        "httpconnectors": """
            _httpConnectorId _httpConnectorApiId _httpConnectorVersionId _httpConnectorResourceId
            _httpConnectorEndpointId _httpConnectorEndpointIds
        """,
        "tradingpartnerconnectors": "_tpConnectorId",
    },
}
"""Where a field's name leaves open what it leads to, the fields around it come first."""

_TARGETS = {
    tuple(field.split(".")): (resource, hold)
    for hold, rows in _TABLE.items()
    for resource, fields in rows.items()
    for field in fields.split()
}
_LENGTHS = sorted({len(fields) for fields in _TARGETS}, reverse=True)
_OTHER_IDS = re.compile(r"_\w*Ids?")

_HOLDERS = {
    *("connections", "exports", "imports", "flows", "scripts", "tools", "apis", "mcpservers"),
    *("asynchelpers", "filedefinitions", "lookupcaches", "ediprofiles", "connectors"),
}

_OF_INTEGRATIONS = ("settingsForm", "preSave", "initChild", "flowGroupings")
"""Integrations also remember ids (in install steps, for one) that may be gone by now."""

AUTHORS_DATA = {
    "configuration",
    "form",
    "mapping",
    "mappings",
    "mockOutput",
    "mockResponse",
    "sampleData",
    "settings",
}
"""Fields with the author's own data, whatever its keys look like."""

Names = tuple[str, ...]
"""The fields that lead to a value, without positions in lists."""


@dataclass(frozen=True, slots=True)
class Reference:
    """*field* is its path, as ``errors`` names it: ``pageGenerators[0]._exportId``."""

    field: str
    resource: str
    id: str
    hold: str


def references(resource: str, document: Document) -> list[Reference]:
    """Return every reference of *document* that must lead somewhere: none that is `OPEN`."""
    if resource == "integrations":
        document = {name: document[name] for name in _OF_INTEGRATIONS if name in document}
    elif resource not in _HOLDERS:
        return []
    return [found for found in _walk(document, (), "") if found.hold != OPEN]


def used_by(resource: str, document: Document) -> frozenset[str]:
    """Return the ids of what cannot be deleted while *document* is there."""
    return frozenset(found.id for found in references(resource, document) if found.hold == FIRM)


def target_of(names: Names) -> tuple[str, str] | None:
    """Return the resource that the field at *names* leads to, and its hold; None without one."""
    if not names or not names[-1].startswith("_"):
        return None
    ends = (_TARGETS.get(names[-length:]) for length in _LENGTHS)
    return next((target for target in ends if target), None)


def holds_id(names: Names) -> bool:
    """Whether the field at *names* holds an id, be it of a kind that is not in the table."""
    return bool(target_of(names) or _OTHER_IDS.fullmatch(names[-1] if names else ""))


def _walk(value: Any, names: Names, path: str) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                yield from _walk(item, names, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name in AUTHORS_DATA:
                continue
            here, inside = f"{path}.{name}" if path else name, (*names, name)
            if target := target_of(inside):
                yield from _ids(inner, here, *target)
            else:
                yield from _walk(inner, inside, here)


def _ids(value: Any, path: str, resource: str, hold: str) -> Iterator[Reference]:
    for identity in value if isinstance(value, list) else [value]:
        if identity is not None:
            yield Reference(path, resource, str(identity), hold)
