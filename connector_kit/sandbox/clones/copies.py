"""Copies of documents: without what belongs to the original, references led elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector_kit.sandbox.caches.store import sizes
from connector_kit.sandbox.documents import shaping, writing
from connector_kit.sandbox.documents.fields import model_of
from connector_kit.sandbox.documents.masks import mask_secrets, restore_secrets
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import AUTHORS_DATA
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.wire import Document

_ID_FIELD = re.compile(r"_\w*Ids?")
_ORIGINALS_OWN = (
    *("_id", "createdAt", "lastModified", "apiIdentifier", "_connectorId", "_integrationId"),
    *("lastExecutedAt", "resolvedAt", "debugDate", "debugUntil", "updateInProgress", "mode"),
)


def copy_document(document: Document, ids: Mapping[str, str]) -> Document:
    """Return a copy of *document* that names what *ids* leads to, old id to new."""
    fields = {name: value for name, value in document.items() if name not in _ORIGINALS_OWN}
    copy: Document = _redirect(fields, ids)
    return copy


def as_template(connection: Document) -> Document:
    """Return a connection as install steps carry it: without secrets."""
    fields = {
        name: value
        for name, value in connection.items()
        if name not in (*_ORIGINALS_OWN[1:], "sandbox", "offline", "queues")
    }
    return restore_secrets("connections", mask_secrets("connections", fields), {})


def make_copies(
    call: Call, records: list[Record], ids: Mapping[str, str], fields: Document
) -> list[Record]:
    """Store a copy of each of *records*, and return the copies.

    *ids* leads to what was copied before or is replaced: connections, stacks, the integration.
    *fields* are written into each copy. Flows are copied switched off.
    """
    ids = {**ids, **{record.id: call.store.ids.next() for record in records}}
    copies = []
    for record in records:
        document = shaping.first_version(
            record.resource, {**copy_document(record.document, ids), **fields}
        )
        document |= {"_id": ids[record.id], "_sourceId": record.id}
        if record.resource == "flows":
            document["disabled"] = True
        if document.get("includeDataInTemplatesAndCloning"):
            document |= sizes(call.platform.caches.copy(record.id, document["_id"]))
        copies.append(writing.store(call, record.resource, document))
    return copies


def summary(records: list[Record]) -> list[Document]:
    """Return what the platform answers when several documents were made."""
    return [
        {"model": model_of(record.resource), "_id": record.id, "name": record.get("name")}
        for record in records
    ]


def _redirect(value: Any, ids: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {
            key: inner if key in AUTHORS_DATA else _redirect(inner, ids, key)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_redirect(item, ids, name) for item in value]
    if isinstance(value, str) and _ID_FIELD.fullmatch(name):
        return ids.get(value, value)
    return value
