"""Which integrations may use a connection, and putting another in its place (http-api.md#4)."""

from __future__ import annotations

from connector_kit.sandbox.documents import writing
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.flows.routes import steps_of
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import invalid, missing, not_found
from connector_kit.sandbox.http.routing import Route


def create_registered(call: Call) -> Answer:
    """POST /integrations/{id}/connections: a new connection, registered with the integration."""
    integration = access.writable(call)
    connection = writing.create(call, "connections", call.document())
    _register(call, integration, [connection.id])
    return Answer(201, connection.public)


def register(call: Call) -> Answer:
    """PUT /integrations/{id}/connections/register: the ids of connections."""
    integration = access.writable(call)
    identities = call.words()
    for identity in identities:
        access.lookup(call, "connections", identity, "connectionIds")
    return answer(_register(call, integration, identities))


def unregister(call: Call) -> Answer:
    """DELETE /integrations/{id}/connections/{connectionId}/register."""
    integration, identity = access.writable(call), call.params["connectionId"]
    registered = integration.get("_registeredConnectionIds") or []
    if identity not in registered:
        raise not_found(f"registered connection {identity}")
    left = [item for item in registered if item != identity]
    writing.change(call, integration, _registeredConnectionIds=left)
    return GONE


def replace_in_flow(call: Call) -> Answer:
    """PUT /flows/{id}/replaceConnection: in all exports and imports of the flow."""
    flow = access.writable(call)
    old = call.document().get("_connectionId")
    if not old:
        raise missing("_connectionId")
    steps = [step for step in steps_of(call, flow) if step.get("_connectionId") == old]
    for step in steps:
        _replace(call, step)
    return Answer(200, flow.public)


def replace_in_step(call: Call) -> Answer:
    """PUT /exports/{id}/replaceConnection, also /imports."""
    return Answer(200, _replace(call, access.writable(call)).public)


def _register(call: Call, integration: Record, identities: list[str]) -> list[str]:
    before = integration.get("_registeredConnectionIds") or []
    registered = [*dict.fromkeys([*before, *identities])]
    writing.change(call, integration, _registeredConnectionIds=registered)
    return registered


def _replace(call: Call, step: Record) -> Record:
    """Put the new connection, of the same type and environment, into an export or import."""
    field = "_newConnectionId"
    new = call.document().get(field)
    if not new:
        raise missing(field)
    connection = access.lookup(call, "connections", new, field)
    old = call.store.get(call.account_id, "connections", str(step.get("_connectionId")))
    if old and old.get("type") != connection.get("type"):
        raise invalid(field, f"is of the type {connection.get('type')!r}, not {old.get('type')!r}")
    document = {**step.document, "_connectionId": connection.id}
    return writing.write(call, step.resource, document, before=step)


ROUTES = (
    Route("POST", "/integrations/{id}/connections", create_registered, ok=201, body="connections"),
    Route("PUT", "/integrations/{id}/connections/register", register, body="ids"),
    Route("DELETE", "/integrations/{id}/connections/{connectionId}/register", unregister, ok=204),
    Route("PUT", "/flows/{id}/replaceConnection", replace_in_flow, body="replacement"),
    Route("PUT", "/exports/{id}/replaceConnection", replace_in_step, body="replacement"),
    Route("PUT", "/imports/{id}/replaceConnection", replace_in_step, body="replacement"),
)
