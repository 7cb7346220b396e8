"""Queueing jobs, for whatever asks for one: a request, an event, a schedule, another flow."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.store import QUEUED, Job
from connector_kit.sandbox.platform import Platform

NO_COUNTS = {
    "numSuccess": 0,
    "numError": 0,
    "numIgnore": 0,
    "numResolved": 0,
    "numPagesGenerated": 0,
    "numPagesProcessed": 0,
    "retriable": False,
}


def queue_flow(platform: Platform, flow: Record, task: Document, **fields: Any) -> Job:
    """Queue a job of a flow."""
    belongs = {"_integrationId": flow.integration_id} if flow.integration_id else {}
    job_fields = {"type": "flow", "_flowId": flow.id, **belongs, **fields}
    return queue_job(platform, flow.account_id, job_fields, task)


def queue_job(platform: Platform, account_id: str, fields: Document, task: Document) -> Job:
    """Queue a job of any type; *task* is its work."""
    job = create_job(platform, account_id, {"status": QUEUED, **fields}, task)
    platform.queue.take(job)
    return job


def create_job(
    platform: Platform, account_id: str, fields: Document, task: Document | None = None
) -> Job:
    """Remember a job, with its dates and without counts."""
    stamp = platform.clock.stamp()
    dates = {"createdAt": stamp, "lastModified": stamp}
    return platform.jobs.add(
        Job(
            id=platform.store.ids.next(),
            account_id=account_id,
            created=platform.clock.now(),
            fields={**NO_COUNTS, **dates, **fields},
            task=task,
        )
    )
