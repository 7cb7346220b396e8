"""The one place where requests write documents: checked, stamped, audited.

protocol/http-api.md#3-conventions
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.account import audit_log
from connector_kit.sandbox.connections.online import login_errors
from connector_kit.sandbox.documents import shaping
from connector_kit.sandbox.documents.integrity import check_references
from connector_kit.sandbox.documents.masks import keep_secrets
from connector_kit.sandbox.documents.published import only_published
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.schemas import settled
from connector_kit.sandbox.documents.services import check_server
from connector_kit.sandbox.documents.validation import check_kinds, validate
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.errors import Refusal, forbidden, refuse
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.states.store import Place


def create(call: Call, resource: str, sent: Document) -> Record:
    """Make a new document of what was *sent*."""
    check_kinds(resource, sent)
    sent = keep_secrets(resource, sent, {})
    claimed = sent.get("_connectorId")
    if call.connector_id:
        # What a connector creates carries its tag.
        if claimed not in (None, call.connector_id):
            raise forbidden(f"This token cannot tag documents for the connector {claimed}.")
        sent["_connectorId"] = call.connector_id
    elif claimed is not None and not call.store.find("connectors", str(claimed)):
        raise refuse(422, "invalid_ref", f"There is no connector {claimed}.", "_connectorId")
    document = shaping.first_version(resource, sent)
    document = {
        "_id": call.store.ids.next(),
        **document,
        **derive_fields(call, resource, document),
    }
    if resource == "connections":
        document["offline"] = bool(login_errors(document))
    return write(call, resource, document, before=None)


def write(call: Call, resource: str, document: Document, *, before: Record | None) -> Record:
    """Check *document* and store it in place of *before*."""
    document = settled(resource, document)
    validate(resource, document)
    if resource == "mcpservers" and (
        errors := [*check_server(call.store, call.account_id, document)]
    ):
        raise Refusal(422, errors)
    check_references(call, resource, document, before)
    return store(call, resource, document)


def store(call: Call, resource: str, document: Document) -> Record:
    """Store *document* as it is, with a new ``lastModified``; a new one gets ``createdAt`` too."""
    if call.platform.options.strict_fields:
        document = only_published(resource, document)
    now = call.platform.clock.stamp()
    stamped = {**document, "createdAt": document.get("createdAt", now), "lastModified": now}
    before = call.store.find(resource, document["_id"])
    try:
        record = Record.of(call.account_id, resource, stamped)
    except ValueError as error:
        raise refuse(400, "invalid_json", f"The document cannot be stored: {error}.") from error
    call.store.put(record)
    _note(call, record, before, record)
    return record


def change(call: Call, record: Record, **fields: Any) -> Record:
    """Write *fields* into a stored document, if they change anything; None takes one away."""
    stored = record.document
    merged = {**stored, **fields}
    changed = {name: value for name, value in merged.items() if fields.get(name, value) is not None}
    return store(call, record.resource, changed) if changed != stored else record


def remove(call: Call, record: Record, *, for_good: bool = False) -> None:
    """Delete a document with its state; it can be restored from the recycle bin."""
    call.store.delete(record)
    call.platform.states.clear(Place(record.account_id, record.resource, record.id))
    if for_good:
        call.platform.caches.remove(record.id)
    else:
        call.platform.bin.put(record, call.now)
    _note(call, record, record, None)


def derive_fields(call: Call, resource: str, document: Document) -> Document:
    """Return what the server derives from the rest of a document."""
    if resource in ("exports", "imports") and not document.get("adaptorType"):
        connection_id = str(document.get("_connectionId") or "")
        connection = call.store.get(call.account_id, "connections", connection_id)
        type_ = shaping.adaptor_type(
            resource, document, connection.document if connection else None
        )
        return {"adaptorType": type_} if type_ else {}
    if resource == "integrations":
        return _with_ids(call, document, "flowGroupings")
    if resource == "connectors" and isinstance(document.get("twoDotZero"), dict):
        framework = document["twoDotZero"]
        return {"twoDotZero": {**framework, **_with_ids(call, framework, "editions")}}
    if resource == "stacks" and isinstance(document.get("server"), dict):
        server = document["server"]
        token = server.get("systemToken") or shaping.new_system_token()
        return {"server": {**server, "systemToken": token}}
    return {}


def _with_ids(call: Call, document: Document, name: str) -> Document:
    """Give an id to the items of a list that have none yet."""
    items = document.get(name)
    if not isinstance(items, list):
        return {}
    return {
        name: [
            {**item, "_id": call.store.ids.next()}
            if isinstance(item, dict) and not item.get("_id")
            else item
            for item in items
        ]
    }


def _note(call: Call, record: Record, before: Record | None, after: Record | None) -> None:
    call.platform.audit.note(
        audit_log.Change(
            id=call.store.ids.next(),
            account_id=record.account_id,
            user_id=call.user_id,
            source="stack" if call.connector_id else "api",
            at=call.now,
            resource=record.resource,
            document_id=record.id,
            before=audit_log.text_of(before),
            after=audit_log.text_of(after),
        )
    )
