"""Integrations: their members, their users, their tiles (protocol/http-api.md#7-integrations)."""

from __future__ import annotations

from connector_kit.sandbox.account.users import shares_of
from connector_kit.sandbox.clones.contents import contents_of
from connector_kit.sandbox.connections.routes import answer_connections, usable_iclients
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.references import used_by
from connector_kit.sandbox.documents.resources import answer_page
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.templates.zips import pack

MEMBERS = ("flows", "exports", "imports", "connections")
COPIED = ("_connectorId", "tag", "mode", "version", "_parentId")


def members(call: Call) -> Answer:
    """GET /integrations/{id}/flows, /exports, /imports, /connections.

    What the integration's flows use are members, too, and so are registered connections.
    """
    integration, kind = access.readable(call), call.segments[2]
    records = access.reached(call, call.store.documents(call.account_id, kind))
    used = set(integration.get("_registeredConnectionIds") or [])
    for record in contents_of(call.store, integration)[1:]:
        used.add(record.id)
        used |= used_by(record.resource, record.document)
    found = [record for record in records if _is_in(record, integration) or record.id in used]
    return answer_connections(call, found) if kind == "connections" else answer_page(call, found)


def ashares(call: Call) -> Answer:
    """GET /integrations/{id}/ashares: the users of this integration."""
    access.owners_only(call)
    integration = access.readable(call)
    return answer(shares_of(call, integration.id))


def iclients(call: Call) -> Answer:
    """GET /integrations/{id}/iclients: for a connection that an install step will create."""
    integration = access.readable(call)
    type_ = call.parameter("type") or "http"
    return answer(usable_iclients(call, integration.connector_id, type_))


def template(call: Call) -> Answer:
    """GET /integrations/{id}/template: the address of a zip of the whole integration."""
    return answer({"signedURL": pack(call, access.readable(call))})


def tiles(call: Call) -> Answer:
    """GET /tiles: one for each integration, with what its state is derived from."""
    access.owners_only(call)
    all_flows = call.store.documents(call.account_id, "flows")
    connections = call.store.documents(call.account_id, "connections")
    offline = [connection for connection in connections if connection.get("offline")]
    entries: list[Document] = []
    for integration in call.store.documents(call.account_id, "integrations"):
        document = integration.document
        flows = [flow for flow in all_flows if _is_in(flow, integration)]
        failures_by_step = [call.platform.failures.of_flow(flow.id) for flow in flows]
        registered = document.get("_registeredConnectionIds") or []
        entry = {
            "_integrationId": integration.id,
            "name": document.get("name"),
            "numFlows": len(flows),
            "numError": sum(
                not failure.is_resolved
                for by_step in failures_by_step
                for failures in by_step.values()
                for failure in failures
            ),
            "offlineConnections": [
                connection.id
                for connection in offline
                if _is_in(connection, integration) or connection.id in registered
            ],
            "sandbox": bool(document.get("sandbox")),
        }
        entries.append(entry | {name: document[name] for name in COPIED if name in document})
    return answer(entries)


def _is_in(record: Record, integration: Record) -> bool:
    return record.integration_id == integration.id


ROUTES = (
    *(
        Route(
            "GET", f"/integrations/{{id}}/{member}", members, query="after exclude fetchQueueSize"
        )
        for member in MEMBERS
    ),
    Route("GET", "/integrations/{id}/ashares", ashares),
    Route("GET", "/integrations/{id}/iclients", iclients, query="type assistant"),
    Route("GET", "/integrations/{id}/template", template),
    Route("GET", "/tiles", tiles),
)
