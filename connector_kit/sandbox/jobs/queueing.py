"""Queueing jobs, for whatever asks for one: a request, an event, a schedule, another flow."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document, iso
from connector_kit.sandbox.jobs.store import LIFETIME, QUEUED, Job
from connector_kit.sandbox.platform import Platform

NO_COUNTS = {
    "numSuccess": 0,
    "numError": 0,
    "numIgnore": 0,
    "numResolved": 0,
    "numExport": 0,
    "numPagesGenerated": 0,
    "numPagesProcessed": 0,
    "doneExporting": False,
}


def queue_flow(platform: Platform, flow: Record, task: Document, **fields: Any) -> Job:
    """Queue a job of a flow, a run unless *fields* say otherwise; a run names its first export."""
    fields = {"type": "flow", "_flowId": flow.id, **fields}
    if flow.integration_id:
        fields["_integrationId"] = flow.integration_id
    if fields["type"] == "flow" and (identity := first_export(flow.document)):
        fields["_exportId"] = identity
    return queue_job(platform, flow.account_id, fields, task)


def first_export(flow: Document) -> str | None:
    """Return the id of the export that a flow begins with, None where it has none."""
    generator = next(objects(flow.get("pageGenerators")), flow)
    identity = generator.get("_exportId")
    return str(identity) if identity else None


def queue_job(platform: Platform, account_id: str, fields: Document, task: Document) -> Job:
    """Queue a job of any type; *task* is its work."""
    job = create_job(platform, account_id, {"status": QUEUED, **fields}, task)
    platform.queue.take(job)
    return job


def create_job(
    platform: Platform, account_id: str, fields: Document, task: Document | None = None
) -> Job:
    """Remember a job, with its dates and without counts."""
    stamp, now = platform.clock.stamp(), platform.clock.now()
    dates = {"createdAt": stamp, "lastModified": stamp}
    if fields.get("type") == "flow":
        dates["purgeAt"] = iso(now + LIFETIME)
    return platform.jobs.add(
        Job(
            id=platform.store.ids.next(),
            account_id=account_id,
            created=now,
            fields={**NO_COUNTS, **dates, **fields},
            task=task,
        )
    )
