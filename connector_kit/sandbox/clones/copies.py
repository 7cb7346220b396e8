"""Making copies of documents in the account of a request."""

from __future__ import annotations

from collections.abc import Mapping

from connector_kit.sandbox.clones.copying import copied
from connector_kit.sandbox.documents import shaping, writing
from connector_kit.sandbox.documents.models import model_of
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.wire import Document


def make_copies(
    call: Call, records: list[Record], ids: Mapping[str, str], fields: Document
) -> list[Record]:
    """Store a copy of each of *records*, and return the copies.

    *ids* leads to what was copied before or is replaced: connections, stacks, the integration.
    *fields* are written into each copy. Flows are copied switched off.
    """
    new = {each.id: call.store.ids.next() for each in records}
    everywhere = {**ids, **new}
    return [_copy(call, each, everywhere, fields) for each in records]


def summary(records: list[Record]) -> list[Document]:
    """Return what the platform answers when several documents were made."""
    return [
        {"model": model_of(each.resource), "_id": each.id, "name": each.get("name")}
        for each in records
    ]


def _copy(call: Call, record: Record, ids: Mapping[str, str], fields: Document) -> Record:
    document = shaping.first_version(record.resource, {**copied(record.document, ids), **fields})
    if record.resource == "flows":
        document["disabled"] = True
    origin = {"_id": ids[record.id], "_sourceId": record.id}
    return writing.store(call, record.resource, {**document, **origin})
