"""Reading and writing documents of any type (protocol/http-api.md#3-conventions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from connector_kit.sandbox.documents import shaping
from connector_kit.sandbox.documents.masks import unmasked
from connector_kit.sandbox.documents.ping import missing_credentials
from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.documents.validation import validate
from connector_kit.sandbox.errors import Refusal, forbidden, missing, refuse
from connector_kit.sandbox.memory.states import Place
from connector_kit.sandbox.routes import access, locking
from connector_kit.sandbox.routes.call import GONE, Answer, Call
from connector_kit.sandbox.routes.paging import page
from connector_kit.sandbox.routes.referential import check_references, check_unused
from connector_kit.sandbox.wire import Document, parse, render


def read_all(call: Call) -> Answer:
    """GET /{resource}."""
    return answer_page(call, access.visible(call))


def read(call: Call) -> Answer:
    """GET /{resource}/{id}."""
    return Answer(200, access.readable(call).public)


def create(call: Call) -> Answer:
    """POST /{resource}: 201 with the stored document."""
    access.may_create(call)
    sent = _tagged(call, unmasked(call.resource, call.document(), {}))
    document = shaping.first_version(call.resource, sent)
    document = {"_id": call.store.ids.next(), **document, **_extras(call, document)}
    return Answer(201, write(call, document, before=None).public)


def replace(call: Call) -> Answer:
    """PUT /{resource}/{id}: the whole document; what is left out is erased."""
    record, sent = access.writable(call), call.document()
    stored = record.document
    if call.resource == "scripts" and not isinstance(sent.get("content"), str):
        raise missing("content")
    sent = unmasked(call.resource, sent, stored)
    document = shaping.next_version(call.resource, _allowed(call, record, sent), stored)
    return Answer(200, write(call, _complete(call, document, sent, stored), before=record).public)


def patch(call: Call) -> Answer:
    """PATCH /{resource}/{id}: a JSON Patch array."""
    record, operations = access.writable(call), _operations(call)
    if _is_locked_for(call, record):
        locking.check_patch(operations, locking.editable(call.store, record))
    stored = record.document
    sent = _patched(stored, operations)
    if call.connector_id is None:
        locking.check_no_update(call.store, record, sent)
    document = shaping.next_version(call.resource, sent, stored)
    return Answer(200, write(call, _complete(call, document, sent, stored), before=record).public)


def delete(call: Call) -> Answer:
    """DELETE /{resource}/{id}: 204, unless something uses the document."""
    record = access.writable(call)
    if record.resource == "integrations" and record.connector_id:
        raise refuse(
            422,
            "integration_app_installed",
            f"The integration {record.id} belongs to a connector; uninstall it instead "
            "(DELETE /integrations/{id}/install).",
        )
    check_unused(call.store, record)
    call.store.delete(record)
    call.platform.states.clear(Place(record.account_id, record.resource, record.id))
    return GONE


def write(call: Call, document: Document, *, before: Record | None) -> Record:
    """Check *document*, stamp it and store it in place of *before*."""
    validate(call.resource, document)
    check_references(call, document, before)
    return store(call, call.resource, document)


def store(call: Call, resource: str, document: Document) -> Record:
    """Store *document* as it is, with a new ``lastModified``; a new one gets ``createdAt`` too."""
    now = call.platform.clock.stamp()
    stamped = {**document, "createdAt": document.get("createdAt", now), "lastModified": now}
    try:
        record = Record.of(call.account_id, resource, stamped)
    except ValueError as error:
        raise refuse(400, "invalid_json", f"The document cannot be stored: {error}.") from error
    call.store.put(record)
    return record


def answer_page(call: Call, records: Iterable[Record]) -> Answer:
    """Answer one page of *records*, without the fields in ``?exclude=a,b``."""
    shown, headers = page(call, records)
    return Answer(200, _array(shown, call.parameter("exclude")), headers=headers)


def _array(records: Iterable[Record], exclude: str | None) -> bytes:
    if not exclude:
        return b"[" + b",".join(each.listed for each in records) + b"]"
    unwanted = set(exclude.split(","))
    return render(
        [
            {name: value for name, value in parse(each.listed).items() if name not in unwanted}
            for each in records
        ]
    )


def _tagged(call: Call, sent: Document) -> Document:
    """What a connector creates carries its tag; users tag nothing with what does not exist."""
    claimed = sent.get("_connectorId")
    if call.connector_id:
        if claimed not in (None, call.connector_id):
            raise forbidden(f"This token cannot tag documents for the connector {claimed}.")
        return {**sent, "_connectorId": call.connector_id}
    if claimed is not None and not call.store.find("connectors", str(claimed)):
        raise refuse(422, "invalid_ref", f"There is no connector {claimed}.", "_connectorId")
    return sent


def _extras(call: Call, document: Document) -> Document:
    """What the server derives for a new document of this type."""
    if call.resource == "connections":
        return {"offline": bool(missing_credentials(document))}
    if call.resource == "stacks":
        return {"server": _with_system_token(document)} if document.get("server") else {}
    return _adaptor(call, document)


def _adaptor(call: Call, document: Document) -> Document:
    if call.resource not in ("exports", "imports") or document.get("adaptorType"):
        return {}
    identity = str(document.get("_connectionId") or "")
    connection = call.store.get(call.account_id, "connections", identity)
    kind = shaping.adaptor_type(
        call.resource, document, connection.document if connection else None
    )
    return {"adaptorType": kind} if kind else {}


def _with_system_token(document: Document) -> Document:
    server: Document = document["server"]
    return {**server, "systemToken": server.get("systemToken") or shaping.new_system_token()}


def _allowed(call: Call, record: Record, sent: Document) -> Document:
    """What of a PUT counts: all of it, or on a locked document what its user may edit."""
    if call.connector_id is None:
        locking.check_no_update(call.store, record, sent)
    if not _is_locked_for(call, record):
        return sent
    return locking.with_edits(record.document, sent, locking.editable(call.store, record))


def _is_locked_for(call: Call, record: Record) -> bool:
    return call.connector_id is None and locking.is_locked(record)


def _complete(call: Call, document: Document, sent: Document, stored: Document) -> Document:
    """Add what depends on who writes, and what cannot be lost."""
    if call.resource == "integrations" and call.connector_id:
        document |= shaping.lifecycle_fields(sent, stored)
    if call.resource == "stacks" and isinstance(document.get("server"), dict):
        kept = (stored.get("server") or {}).get("systemToken")
        document["server"] = {"systemToken": kept, **document["server"]}
    return document | _adaptor(call, document)


def _operations(call: Call) -> list[Document]:
    body = call.json()
    if not isinstance(body, list) or not all(isinstance(each, dict) for each in body):
        raise refuse(400, "invalid_json", "A PATCH sends an array of JSON Patch operations.")
    return body


def _patched(stored: Document, operations: list[Document]) -> Document:
    try:
        result: Any = jsonpatch.apply_patch(stored, render(operations).decode())
    except (jsonpatch.JsonPatchException, JsonPointerException) as error:
        raise _bad_patch(error) from None
    if not isinstance(result, dict):
        raise _bad_patch(TypeError())
    return result


def _bad_patch(error: Exception) -> Refusal:
    """The library's own words quote the document, which may hold secrets."""
    message = f"The patch does not apply to the document ({type(error).__name__})."
    return refuse(422, "invalid_patch", message)
