"""Retrying jobs and failed records, one or many (protocol/http-api.md#11).

Each call queues a job for the job runner; the job's task names the ids.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, missing, not_found
from connector_kit.sandbox.http.files import File
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, iso, render
from connector_kit.sandbox.jobs.queueing import queue_job
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.jobs.selection import job_of, with_children
from connector_kit.sandbox.jobs.store import Job

TYPES = ("page", "object", "path", "file")


def retry_job(call: Call) -> Answer:
    """POST /jobs/{id}/retry."""
    return answer(queue_retry(call, job_of(call)).answer())


def retry_one(call: Call) -> Answer:
    """POST /jobs/{id}/retries/{retryId}/retry."""
    job = job_of(call)
    retry = _retry_of(call, job, call.params["retryId"])
    return answer(queue_for(call, job, [retry.id]).answer())


def retry_many(call: Call) -> Answer:
    """PUT, from the UI POST, /jobs/{id}/retries/retry."""
    job = job_of(call)
    retries = [_retry_of(call, job, word) for word in call.words()]
    if not retries:
        raise missing("retryIds")
    return answer(queue_for(call, job, [retry.id for retry in retries]).answer())


def queue_retry(call: Call, job: Job) -> Job:
    """Queue the retry of everything that failed in a job; raises `Refusal` 422 for nothing."""
    keys = retriable_keys(call, with_children(call, job))
    if job.is_unfinished or not (keys or job.fields.get("status") == "failed"):
        raise impossible(f"In the job {job.id} there is nothing to retry.")
    return queue_for(call, job, keys)


def retriable_keys(call: Call, jobs: list[Job]) -> list[str]:
    """Return the keys of what failed in some jobs and can be retried."""
    failures = call.platform.failures.of_jobs([job.id for job in jobs])
    return [
        failure.retry_key for failure in failures if failure.retry_key and not failure.is_resolved
    ]


def queue_for(call: Call, job: Job, keys: list[str], **fields: Any) -> Job:
    """Queue a job that retries records of another job; without records, all of its work."""
    ids = {
        name: job.fields[name]
        for name in ("_flowId", "_integrationId", "_exportId", "_importId")
        if job.fields.get(name)
    }
    fields = {"type": "retry", "_retryOfJobId": job.id, **ids, **fields}
    task = {} if keys else job.task or {}
    return queue_job(call.platform, call.account_id, fields, {**task, "retryDataKeys": keys})


def read_all(call: Call) -> Answer:
    """GET /retries, of one job with ``?_jobId=…``."""
    access.owners_only(call)
    job_ids = call.parameters("_jobId")
    retries = call.platform.retries.of_account(call.account_id)
    return answer([_describe(retry) for retry in retries if not job_ids or retry.job_id in job_ids])


def create(call: Call) -> Answer:
    """POST /retries: keep the data of a failed record."""
    access.owners_only(call)
    sent = call.document()
    job = call.platform.jobs.get(call.account_id, str(sent.get("_jobId")))
    if job is None:
        raise missing("_jobId")
    step = job.fields.get("_exportId") or job.fields.get("_importId") or ""
    kind = sent.get("type")
    retry = Retry(
        id=call.store.ids.next(),
        account_id=call.account_id,
        job_id=job.id,
        flow_id=job.flow_id or "",
        step_id=step,
        created=call.now,
        type=kind if kind in TYPES else "object",
        data=sent.get("data"),
    )
    return answer(_describe(call.platform.retries.add(retry)), 201)


def read_data(call: Call) -> Answer:
    """GET /retries/{id}/data."""
    return answer(_retry(call).data)


def write_data(call: Call) -> Answer:
    """PUT /retries/{id}/data: the repaired record."""
    retry = _retry(call)
    call.platform.retries.replace(retry, call.json())
    return answer(retry.data)


def data_file(call: Call) -> Answer:
    """GET /retries/{id}/signedURL."""
    file = File("retry.json", "application/json", render(_retry(call).data))
    return answer({"signedURL": call.origin + call.platform.files.sign(file, call.now)})


def _retry_of(call: Call, job: Job, identity: str) -> Retry:
    retry = call.platform.retries.get(call.account_id, identity)
    jobs = {member.id for member in with_children(call, job)}
    if retry is None or retry.job_id not in jobs:
        raise not_found(f"retry {identity} of this job")
    return retry


def _retry(call: Call) -> Retry:
    access.owners_only(call)
    retry = call.platform.retries.get(call.account_id, call.params["id"])
    if retry is None:
        raise not_found(f"retry {call.params['id']}")
    return retry


def _describe(retry: Retry) -> Document:
    return {
        "_id": retry.id,
        "_jobId": retry.job_id,
        "type": retry.type,
        "createdAt": iso(retry.created),
        "data": {"id": retry.id, "host": "sandbox"},
    }


ROUTES = (
    Route("POST", "/jobs/{id}/retry", retry_job),
    Route("POST", "/jobs/{id}/retries/{retryId}/retry", retry_one),
    Route("PUT", "/jobs/{id}/retries/retry", retry_many, body="ids"),
    Route("POST", "/jobs/{id}/retries/retry", retry_many, body="ids"),
    Route("GET", "/retries", read_all, query="_jobId"),
    Route("POST", "/retries", create, ok=201, body="new_retry"),
    Route("GET", "/retries/{id}/data", read_data),
    Route("PUT", "/retries/{id}/data", write_data, body="anything"),
    Route("GET", "/retries/{id}/signedURL", data_file),
)
