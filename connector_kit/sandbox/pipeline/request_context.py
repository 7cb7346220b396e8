"""From a request to the context in which an export or import runs."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.masks import restore_secrets
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.errors import invalid, missing
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.context import RunContext

WEBHOOK = "webhook"
WITHOUT_CONNECTION = (WEBHOOK, "simple")


def run_at_connection(call: Call, connection: Record, **more: Any) -> RunContext:
    """Return the context of something that is not stored, at a stored connection."""
    return RunContext(
        platform=call.platform,
        account_id=call.account_id,
        connector_id=connection.connector_id or call.connector_id,
        connection=connection.document,
        integration=more.get("integration") or _integration(call, connection.integration_id),
        flow=more.get("flow"),
        is_test=bool(more.get("is_test")),
    )


def run_of_stored(call: Call, record: Record, *, is_test: bool = False) -> RunContext:
    """Return the context of a stored export or import."""
    return RunContext(
        platform=call.platform,
        account_id=call.account_id,
        connector_id=record.connector_id or call.connector_id,
        connection=connection_of(call, record.document),
        integration=_integration(call, record.integration_id),
        stored_id=record.id,
        is_test=is_test,
    )


def run_of_unsaved(call: Call, document: Document) -> RunContext:
    """Return the context of a document that is sent with a request, for a test.

    It may be a changed form of a stored one, whose secrets it does not know.
    """
    integration_id = call.params.get("id") or document.get("_integrationId")
    connection = connection_of(call, document)
    claimed = document.get("_connectorId") or connection.get("_connectorId")
    flow_id = call.params.get("flowId")
    return RunContext(
        platform=call.platform,
        account_id=call.account_id,
        connector_id=call.connector_id or claimed,
        connection=connection,
        integration=_integration(call, integration_id),
        flow=access.lookup(call, "flows", flow_id, "flowId") if flow_id else None,
        stored_id=document.get("_id") if isinstance(document.get("_id"), str) else None,
        is_test=True,
    )


def connection_of(call: Call, document: Document) -> Document:
    """Return the connection that an export or import names, secrets included."""
    identity = document.get("_connectionId")
    if not identity:
        if document.get("type") in WITHOUT_CONNECTION:
            return {"type": document["type"]}
        raise missing("_connectionId")
    return access.lookup(call, "connections", identity, "_connectionId").document


def with_stored_secrets(call: Call, resource: str, sent: Document) -> Document:
    """Return *sent* with the secrets of the stored document it is a form of."""
    stored = call.store.get(call.account_id, resource, str(sent.get("_id")))
    return restore_secrets(resource, sent, stored.document if stored else {})


def records_in(value: Any, field: str) -> list[Any]:
    """Return the records of a body: an array."""
    if not isinstance(value, list):
        raise invalid(field, "must be an array of records")
    return value


def part(sent: Document, name: str) -> Document:
    """Return the virtual ``export`` or ``import`` of a body."""
    if name not in sent:
        raise missing(name)
    if not isinstance(sent[name], dict):
        raise invalid(name, "must be an object")
    document: Document = sent[name]
    return document


def _integration(call: Call, identity: Any) -> Record | None:
    found = call.store.get(call.account_id, "integrations", str(identity)) if identity else None
    return found if found and access.is_reached(call, found) else None
