"""Copies of documents: without what belongs to the original, references led elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.caches.store import sizes
from connector_kit.sandbox.clones.contents import ORDER
from connector_kit.sandbox.documents import shaping, writing
from connector_kit.sandbox.documents.fields import model_of
from connector_kit.sandbox.documents.masks import without_secrets
from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import AUTHORS_DATA, Names, holds_id, target_of
from connector_kit.sandbox.documents.store import Ids
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.wire import Document

_ORIGINALS_OWN = (
    *("_id", "createdAt", "lastModified", "apiIdentifier", "_connectorId", "_integrationId"),
    *("lastExecutedAt", "resolvedAt", "debugDate", "debugUntil", "updateInProgress", "mode"),
)


def copy_document(
    document: Document, ids: Mapping[str, str], *, leaves_account: bool = False
) -> Document:
    """Return a copy of *document* that names what *ids* leads to, old id to new.

    In another account (*leaves_account*), what is not copied along does not exist: references to it
    are left out.
    """
    fields = {name: value for name, value in document.items() if name not in _ORIGINALS_OWN}
    copy: Document = _Redirection(ids, leaves_account).applied(fields)
    return copy


def as_template(connection: Document) -> Document:
    """Return a connection as install steps carry it: without secrets and other connections."""
    fields = {
        name: value
        for name, value in connection.items()
        if name not in (*_ORIGINALS_OWN[1:], "sandbox", "offline", "queues")
    }
    template = without_secrets("connections", fields)
    alone: Document = _Redirection({}, leaves_account=True).applied(template)
    return alone


def regroup(document: Document, ids: Ids) -> dict[str, str]:
    """Give the flow groups of *document*, a copy, ids of their own; returns old ids with new."""
    new = {str(group.get("_id")): ids.next() for group in objects(document.get("flowGroupings"))}
    if new:
        document["flowGroupings"] = [
            {**group, "_id": new[str(group.get("_id"))]}
            for group in objects(document["flowGroupings"])
        ]
    return new


def make_copies(
    call: Call, records: list[Record], ids: Mapping[str, str], fields: Document
) -> list[Record]:
    """Store a copy of each of *records*, an integration first, and return the copies.

    *ids* leads to what was copied before or is replaced: connections, stacks, the integration.
    *fields* are written into each copy. Flows are copied switched off.
    """
    ids = {**{record.id: call.store.ids.next() for record in records}, **ids}
    copies = []
    for record in records:
        leaves = record.account_id != call.account_id
        copied = {**copy_document(record.document, ids, leaves_account=leaves), **fields}
        document = shaping.first_version(record.resource, copied)
        document |= {"_id": ids[record.id], "_sourceId": record.id}
        if record.resource == "integrations":
            document.pop("_integrationId", None)
            ids |= regroup(document, call.store.ids)
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


@dataclass(frozen=True)
class _Redirection:
    """Leads references to the new ids; what has none is kept, or left out in another account."""

    ids: Mapping[str, str]
    leaves_account: bool

    def applied(self, value: Any, names: Names = ()) -> Any:
        """Return *value*, which is at *names*; None for what is left out."""
        if isinstance(value, dict):
            inside = {
                key: inner if key in AUTHORS_DATA else self.applied(inner, (*names, key))
                for key, inner in value.items()
            }
            kept = {
                key: inner
                for key, inner in inside.items()
                if inner is not None or value[key] is None
            }
            return None if value and not kept else kept
        if isinstance(value, list):
            items = ((item, self.applied(item, names)) for item in value)
            return [new for item, new in items if new is not None or item is None]
        if isinstance(value, str) and holds_id(names):
            return self.ids.get(value) or (None if self._is_left(names) else value)
        return value

    def _is_left(self, names: Names) -> bool:
        target = target_of(names)
        return bool(self.leaves_account and target and target[0] in (*ORDER, "connections"))
