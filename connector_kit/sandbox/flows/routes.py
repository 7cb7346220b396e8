"""Starting flows, and what belongs to one: jobs, steps, last date (protocol/http-api.md#6-flows).

To start a flow is to queue a job, which `connector_kit.sandbox.flows.runner` runs.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.connectors.license_rules import has_expired, license_expired
from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.flows.runner.loading import LoadedFlow
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, invalid, refuse
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, instant, parse
from connector_kit.sandbox.jobs.queueing import queue_flow
from connector_kit.sandbox.jobs.store import Job
from connector_kit.sandbox.templates.zips import pack

STEPS = ("exports", "imports")


def run(call: Call) -> Answer:
    """POST /flows/{id}/run: 201 with the job; while the flow runs, it waits its turn.

    A delta flow can be given a start date, a flow of files the key of one.
    """
    flow = access.writable(call)
    sent = call.instructions()
    task: Document = {}
    start = find(sent, ("export", "startDate"))
    if start is not None:
        try:
            instant(start)
        except (ValueError, OverflowError) as error:
            raise invalid("export.startDate", "must be an ISO 8601 date") from error
        task["startDate"] = start
    if "runKey" in sent:
        task["runKey"] = str(sent["runKey"])
    if has_expired(call.platform, flow.integration_id or ""):
        raise license_expired(flow.integration_id)
    if flow.get("disabled"):
        raise refuse(422, "invalid_flow", f"The flow {flow.id} is disabled.", "disabled")
    return answer({"_jobId": queue(call, flow, task).id}, 201)


def queue(call: Call, flow: Record, task: Document, **fields: Any) -> Job:
    """Queue a job of a flow; raises `Refusal` 422 while a connection of it is offline."""
    loaded = LoadedFlow(call.platform, flow)
    if refusal := loaded.refusal():
        raise refusal
    if connection_id := loaded.offline_connection():
        message = f"The connection {connection_id} is offline; flows that use it do not run."
        raise impossible(message)
    return queue_flow(call.platform, flow, task, **fields)


def start_listeners(call: Call, export: Record, events: list[Any]) -> None:
    """Queue a job for each enabled flow that begins with an export of events."""
    for flow in call.store.documents(call.account_id, "flows"):
        document = flow.document
        generators = objects(document.get("pageGenerators"))
        begins = any(generator.get("_exportId") == export.id for generator in generators)
        if begins and not document.get("disabled"):
            queue_flow(call.platform, flow, {"_exportId": export.id, "data": events})


def steps_of(call: Call, flow: Record) -> list[Record]:
    """Return the exports and imports that a flow runs, the oldest first."""
    found = (call.store.get(call.account_id, kind, use) for kind in STEPS for use in flow.uses)
    return sorted((item for item in found if item), key=lambda item: item.id)


def descendants(call: Call) -> Answer:
    """GET /flows/{id}/descendants: the exports and imports that the flow runs."""
    steps = steps_of(call, access.readable(call))
    return answer(
        {kind: [parse(step.public) for step in steps if step.resource == kind] for kind in STEPS}
    )


def latest_jobs(call: Call) -> Answer:
    """GET /flows/{id}/jobs/latest: an array with the newest flow job, if there is one."""
    flow = access.readable(call)
    jobs = call.platform.jobs.of_flows(call.account_id, {flow.id})
    return answer([job.answer() for job in jobs[-1:]])


def last_export(call: Call) -> Answer:
    """GET /flows/{id}/lastExportDateTime: when the last completed run began, else null."""
    flow = access.readable(call)
    date = call.platform.jobs.last_export(call.account_id, flow.id)
    return answer({"lastExportDateTime": date})


def template(call: Call) -> Answer:
    """GET /flows/{id}/template: the address of a zip of the flow and all it uses."""
    return answer({"signedURL": pack(call, access.readable(call))})


ROUTES = (
    Route("POST", "/flows/{id}/run", run, ok=201, body="run"),
    Route("GET", "/flows/{id}/descendants", descendants),
    Route("GET", "/flows/{id}/jobs/latest", latest_jobs),
    Route("GET", "/flows/{id}/lastExportDateTime", last_export),
    Route("GET", "/flows/{id}/template", template),
)
