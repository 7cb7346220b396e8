"""Pinging connections (protocol/http-api.md#4-connections, U25).

For a wrapper, its ping function is called; an application on this machine is pinged if the
connection says how; for every other connection only the credentials are checked.
"""

from __future__ import annotations

from collections.abc import Awaitable

from connector_kit.sandbox.connections import online, requests, responses, wrappers
from connector_kit.sandbox.connections.backends import BackendRequest, is_local
from connector_kit.sandbox.connections.online import missing_credentials, ping
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
    told = call.instructions()
    integration, flow = (_in_scope(call, told, name) for name in ("integrations", "flows"))
    run = run_at_connection(call, record, integration=integration, flow=flow, is_test=True)
    result = await _ping(run, told)
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


async def _ping(run: RunContext, told: Document) -> Document:
    connection = run.connection
    if wrappers.is_wrapper(connection):
        ids = {name: told[name] for name in CONTEXT if isinstance(told.get(name), str)}
        return await _refused_as_failure(wrappers.ping(run, ids))
    if missing_credentials(connection) or not _can_be_asked(connection):
        return ping(connection)
    return await _refused_as_failure(_ask(run))


async def _ask(run: RunContext) -> Document:
    how = find(run.connection, ("http", "ping")) or {}
    headers = requests.default_headers(run.connection)
    request = BackendRequest(
        method=str(how.get("method") or "GET").upper(),
        url=requests.address(run.connection, str(how.get("relativeURI") or "")),
        headers=headers,
        body=str(how.get("body") or "").encode(),
    )
    got = await requests.ask(run, request)
    failed = responses.failure(got, responses.content(got), how)
    return {"code": 401, "errors": [failed]} if failed else {"code": 200}


async def _refused_as_failure(pinging: Awaitable[Document]) -> Document:
    """A ping that cannot be made is a failed one, with status 200."""
    try:
        return await pinging
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return {"code": 401, "errors": refusal.errors}


def _can_be_asked(connection: Document) -> bool:
    how = find(connection, ("http", "ping"))
    address = find(connection, ("http", "baseURI"))
    return isinstance(how, dict) and bool(how.get("relativeURI")) and is_local(str(address))


def _in_scope(call: Call, told: Document, resource: str) -> Record | None:
    """Return what a body names as context; a ping does not fail for what is not there."""
    field = {"integrations": "_integrationId", "flows": "_flowId"}[resource]
    found = call.store.get(call.account_id, resource, str(told.get(field)))
    return found if found and access.is_reached(call, found) else None


ROUTES = (
    Route("GET", "/connections/{id}/ping", ping_stored, unless=(LOGINS,)),
    Route("POST", "/connections/{id}/ping", ping_stored, body="ping", unless=(LOGINS,)),
    Route("POST", "/connections/{id}/test", ping_stored, body="ping", unless=(LOGINS,)),
    Route("POST", "/connections/ping", ping_unsaved, body="connections", unless=(LOGINS,)),
)
