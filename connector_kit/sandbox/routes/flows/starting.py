"""Starting a flow: a job is queued, for whoever runs jobs (protocol/http-api.md#6-flows).

The sandbox does not run flows yet: a job stays ``queued``. What a runner needs is in its task.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.documents.records import Record
from connector_kit.sandbox.errors import invalid, refuse
from connector_kit.sandbox.memory.jobs import QUEUED, Job
from connector_kit.sandbox.routes import access
from connector_kit.sandbox.routes.call import Answer, Call, answer
from connector_kit.sandbox.routes.licensing import has_expired, license_expired
from connector_kit.sandbox.routes.route import Route
from connector_kit.sandbox.wire import Document, instant

NO_COUNTS = {
    "numSuccess": 0,
    "numError": 0,
    "numIgnore": 0,
    "numResolved": 0,
    "numPagesGenerated": 0,
    "numPagesProcessed": 0,
    "retriable": False,
}


def run(call: Call) -> Answer:
    """POST /flows/{id}/run: 201 with the job; while the flow runs, it waits its turn."""
    flow = access.writable(call)
    task = _task(call.instructions())
    if has_expired(call.platform, flow.integration_id or ""):
        raise license_expired(flow.integration_id)
    if flow.get("disabled"):
        raise refuse(422, "invalid_flow", f"The flow {flow.id} is disabled.", "disabled")
    return answer({"_jobId": queue(call, flow, task).id}, 201)


def queue(call: Call, flow: Record, task: Document, **fields: Any) -> Job:
    """Queue a job of a flow."""
    return queue_job(
        call,
        {
            "type": "flow",
            "_flowId": flow.id,
            **({"_integrationId": flow.integration_id} if flow.integration_id else {}),
            **fields,
        },
        task,
    )


def queue_job(call: Call, fields: Document, task: Document) -> Job:
    """Queue a job of any type."""
    stamp = call.platform.clock.stamp()
    dates = {"createdAt": stamp, "lastModified": stamp}
    return call.platform.jobs.add(
        Job(
            id=call.store.ids.next(),
            account_id=call.account_id,
            created=call.now,
            fields={"status": QUEUED, **NO_COUNTS, **dates, **fields},
            task=task,
        )
    )


def start_listeners(call: Call, export: Record, events: list[Any]) -> None:
    """Queue a job for each enabled flow that begins with an export of events."""
    for flow in call.store.documents(call.account_id, "flows"):
        document = flow.document
        generators = objects(document.get("pageGenerators"))
        begins = any(each.get("_exportId") == export.id for each in generators)
        if begins and not document.get("disabled"):
            queue(call, flow, {"_exportId": export.id, "data": events})


def _task(sent: Document) -> Document:
    """Read what a run may be told: a start date for a delta flow, or the key of a file."""
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
    return task


ROUTES = (Route("POST", "/flows/{id}/run", run, ok=201, body="run"),)
