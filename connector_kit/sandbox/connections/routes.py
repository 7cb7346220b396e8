"""What the platform tells about a connection (protocol/http-api.md#4-connections)."""

from __future__ import annotations

from connector_kit.sandbox.connections import debug_log
from connector_kit.sandbox.connections.online import ping
from connector_kit.sandbox.documents import resources
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.flows.routes import steps_of
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, TEXT, Answer, Call, answer
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, parse, render
from connector_kit.sandbox.jobs.selection import visible_jobs
from connector_kit.sandbox.jobs.store import QUEUED, Job

PACKAGES = {"suitebundle": "bundle", "suiteapp": "SuiteApp"}


def read_all(call: Call) -> Answer:
    """GET /connections; ``?fetchQueueSize=true`` adds ``queues``."""
    return answer_connections(call, access.visible(call))


def answer_connections(call: Call, records: list[Record]) -> Answer:
    """Answer a page of connections."""
    if call.parameter("fetchQueueSize") != "true":
        return resources.answer_page(call, records)
    on_page, headers = page(call, records)
    jobs = _unfinished(call)
    entries = []
    for connection in on_page:
        queue = {"name": connection.id, "size": len(_waiting(call, connection, jobs))}
        entries.append({**parse(connection.listed), "queues": [queue]})
    return Answer(200, render(entries), headers=headers)


def read_debug_log(call: Call) -> Answer:
    """GET /connections/{id}/debug, …/debug/{exportOrImportId}: the log as text."""
    record = access.readable(call)
    entries = call.platform.logs.read(debug_log.log_name(record.id))
    if step_id := call.params.get("resourceId"):
        entries = [entry for entry in entries if entry["_resourceId"] == step_id]
    return Answer(200, debug_log.text(entries).encode(), TEXT)


def clear_debug_log(call: Call) -> Answer:
    """DELETE /connections/{id}/debug."""
    call.platform.logs.clear(debug_log.log_name(access.writable(call).id))
    return GONE


def is_package_installed(call: Call) -> Answer:
    """GET /connections/{id}/distributed: whether the application has what the platform needs.

    A SuiteApp is installed when the connection says so (``netsuite.suiteAppInstalled``); a bundle
    or a Salesforce package when the connection can log in.
    """
    connection = access.readable(call).document
    kind = call.parameter("type")
    if ping(connection)["code"] != 200:
        return _not_installed("The connection is offline.")
    if kind is None:
        is_salesforce = connection.get("type") == "salesforce"
        return _installed() if is_salesforce else _not_installed("This is no Salesforce.")
    if kind not in PACKAGES or connection.get("type") != "netsuite":
        return _not_installed(f"There is no {kind!r} for a {connection.get('type')} connection.")
    if kind == "suiteapp" and not find(connection, ("netsuite", "suiteAppInstalled")):
        return _not_installed("The SuiteApp is not installed in NetSuite.")
    return _installed()


def iclients(call: Call) -> Answer:
    """GET /connections/{id}/iclients: a connector's own for its connections, else the account's."""
    connection = access.readable(call)
    return answer(usable_iclients(call, connection.connector_id, str(connection.get("type"))))


def usable_iclients(call: Call, connector_id: str | None, type_: str) -> Document:
    """Return ``{"iclients": [...]}`` for connections of a type."""
    connector = call.store.find("connectors", connector_id or "")
    if connector is None:
        own = call.store.documents(call.account_id, "iclients")
        return {"iclients": [parse(record.public) for record in own if not record.connector_id]}
    ids = [
        str(id_)
        for entry in objects(connector.get("_iClientIdMap"))
        if find(entry, ("connection", "type")) == type_
        for id_ in entry.get("_iClientIds") or ()
    ]
    records = (call.store.get(connector.account_id, "iclients", id_) for id_ in ids)
    return {"iclients": [parse(record.public) for record in records if record]}


def jobs(call: Call) -> Answer:
    """GET /connections/{id}/jobs: those that wait for it."""
    connection = access.readable(call)
    return answer([job.answer() for job in _waiting(call, connection, _unfinished(call))])


def _unfinished(call: Call) -> list[Job]:
    return [job for job in visible_jobs(call) if job.is_unfinished]


def _waiting(call: Call, connection: Record, unfinished: list[Job]) -> list[Job]:
    waiting = []
    for job in [job for job in unfinished if job.fields.get("status") == QUEUED]:
        flow = call.store.get(call.account_id, "flows", job.flow_id or "")
        if flow and any(connection.id in step.uses for step in steps_of(call, flow)):
            waiting.append(job)
    return waiting


def _installed() -> Answer:
    return answer({"success": True})


def _not_installed(why: str) -> Answer:
    return answer({"success": False, "message": why})


ROUTES = (
    Route("GET", "/connections", read_all, query="after exclude fetchQueueSize"),
    Route("GET", "/connections/{id}/debug", read_debug_log),
    Route("GET", "/connections/{id}/debug/{resourceId}", read_debug_log),
    Route("DELETE", "/connections/{id}/debug", clear_debug_log, ok=204),
    Route("GET", "/connections/{id}/distributed", is_package_installed, query="type"),
    Route("GET", "/connections/{id}/iclients", iclients),
    Route("GET", "/connections/{id}/jobs", jobs),
)
