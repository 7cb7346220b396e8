"""Pinging connections (protocol/http-api.md#4-connections, U25).

For a wrapper, its ping function is called; an application on this machine is pinged if the
connection says how; for every other connection only the credentials are checked.
"""

from __future__ import annotations

from connector_kit.sandbox.connections import online, requests, responses, wrappers
from connector_kit.sandbox.connections.backends import BackendRequest
from connector_kit.sandbox.connections.online import login_errors, ping
from connector_kit.sandbox.documents.paths import find
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.context import RunContext
from connector_kit.sandbox.pipeline.request_context import run_at_connection, with_stored_secrets
from connector_kit.sandbox.unsimulated import LOGINS

CONTEXT = ("_exportId", "_importId")
"""What a ping may be told of whose settings are in scope, and tells a wrapper."""


async def ping_stored(call: Call) -> Answer:
    """GET or POST /connections/{id}/ping, POST /connections/{id}/test."""
    record = access.readable(call)
    sent = call.instructions()
    integration, flow = (_in_scope(call, sent, name) for name in ("integrations", "flows"))
    run = run_at_connection(call, record, integration=integration, flow=flow, is_test=True)
    result = await _ping(run, sent)
    online.mark(call.store, record.account_id, record.id, offline=result["code"] != 200)
    return answer(result)


async def ping_unsaved(call: Call) -> Answer:
    """POST /connections/ping: a complete document, of which nothing is stored."""
    access.admit(call)
    sent = call.document()
    check_kinds("connections", sent)
    document = with_stored_secrets(call, "connections", sent)
    run = RunContext(
        platform=call.platform,
        account_id=call.account_id,
        connector_id=call.connector_id or document.get("_connectorId"),
        connection=document,
        is_test=True,
    )
    return answer(await _ping(run, sent))


async def _ping(run: RunContext, sent: Document) -> Document:
    connection = run.connection
    rules = find(connection, ("http", "ping"))
    try:
        if wrappers.is_wrapper(connection):
            ids = {name: sent[name] for name in CONTEXT if isinstance(sent.get(name), str)}
            return await wrappers.ping(run, ids)
        has_address = isinstance(rules, dict) and rules.get("relativeURI")
        is_here = run.platform.backends.reaches(str(find(connection, ("http", "baseURI"))))
        if login_errors(connection) or not (has_address and is_here):
            return ping(connection)
        request = BackendRequest(
            method=str(rules.get("method") or "GET").upper(),
            url=requests.address(connection, str(rules["relativeURI"])),
            headers=requests.default_headers(connection),
            body=str(rules.get("body") or "").encode(),
        )
        response = await requests.ask(run, request)
    except Refusal as refusal:
        # A ping that cannot be made has failed; it is still answered with status 200.
        if refusal.status != 422:
            raise
        return {"code": 401, "errors": refusal.errors}
    failure = responses.failure(response, responses.content(response), rules)
    return {"code": 401, "errors": [failure]} if failure else {"code": 200}


def _in_scope(call: Call, sent: Document, resource: str) -> Record | None:
    """Return what a body names as context; a ping does not fail for what is not there."""
    field = {"integrations": "_integrationId", "flows": "_flowId"}[resource]
    record = call.store.get(call.account_id, resource, str(sent.get(field)))
    return record if record and access.is_reached(call, record) else None


ROUTES = (
    Route("GET", "/connections/{id}/ping", ping_stored, unless=(LOGINS,)),
    Route("POST", "/connections/{id}/ping", ping_stored, body="ping", unless=(LOGINS,)),
    Route("POST", "/connections/{id}/test", ping_stored, body="ping", unless=(LOGINS,)),
    Route("POST", "/connections/ping", ping_unsaved, body="connections", unless=(LOGINS,)),
)
