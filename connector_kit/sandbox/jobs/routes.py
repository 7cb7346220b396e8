"""Reading jobs (protocol/http-api.md#11-jobs-job-errors-retries)."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call, answer
from connector_kit.sandbox.http.dates import moment, moment_of
from connector_kit.sandbox.http.errors import impossible, invalid, not_found
from connector_kit.sandbox.http.files import File
from connector_kit.sandbox.http.paging import page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.jobs.queueing import NO_COUNTS
from connector_kit.sandbox.jobs.selection import (
    FILTERS,
    SPELLINGS,
    job_of,
    named_jobs,
    query_jobs,
    visible_jobs,
    with_children,
)
from connector_kit.sandbox.jobs.store import CANCELED, CANCELING, QUEUED, Job

PLATFORMS_OWN = ("_id", "createdAt", "lastModified", "numOpenError", "children")


def read_all(call: Call) -> Answer:
    """GET /jobs: the oldest first."""
    jobs, headers = page(call, query_jobs(call))
    return Answer(200, render([job.answer() for job in jobs]), headers=headers)


def read(call: Call) -> Answer:
    """GET /jobs/{id}."""
    return answer(job_of(call).answer())


def family(call: Call) -> Answer:
    """GET /jobs/{id}/family: a job with ``children``."""
    return answer(_with_children(call, job_of(call)))


def families(call: Call) -> Answer:
    """POST /jobs/family: the same for several ids."""
    return answer([_with_children(call, job) for job in named_jobs(call, call.words())])


def current(call: Call) -> Answer:
    """POST /jobs/current: what waits or runs, by the filters of the body."""
    return answer([job.answer() for job in _filter_jobs(call) if job.is_unfinished])


def finished_runs(call: Call) -> Answer:
    """POST /flows/runs/stats: flow jobs that have ended, by the filters of the body."""
    jobs = (job for job in _filter_jobs(call) if job.fields.get("type") == "flow")
    return answer([job.answer() for job in jobs if not job.is_unfinished])


def latest_of_integration(call: Call) -> Answer:
    """GET /integrations/{id}/jobs/latest: the newest job of each of its flows."""
    integration = access.readable(call)
    newest: dict[str | None, Job] = {}
    for job in visible_jobs(call):
        is_its = job.fields.get("_integrationId") == integration.id
        if is_its and job.fields.get("type") == "flow":
            newest[job.flow_id] = job
    return answer([job.answer() for job in newest.values()])


def cancel(call: Call) -> Answer:
    """PUT /jobs/{id}/cancel: what waits ends at once, what runs as soon as it can."""
    job = job_of(call)
    if not job.is_unfinished:
        raise impossible(f"The job {job.id} has ended; it cannot be canceled.")
    for member in with_children(call, job):
        if member.is_unfinished:
            is_waiting = member.fields.get("status") == QUEUED
            ended = {"endedAt": call.platform.clock.stamp()} if is_waiting else {}
            call.platform.jobs.change(
                member,
                status=CANCELED if is_waiting else CANCELING,
                canceledBy=call.user_id,
                **ended,
            )
    call.platform.queue.stir()
    return answer(job.answer())


def diagnostics(call: Call) -> Answer:
    """GET /jobs/{id}/diagnostics: the address of a file with all that is known of a job."""
    job = job_of(call)
    failures = call.platform.failures.of_jobs([member.id for member in with_children(call, job)])
    errors = [failure.record() for failure in failures]
    return _sign_file(
        call, "diagnostics.json", {"job": _with_children(call, job), "errors": errors}
    )


def files(call: Call) -> Answer:
    """POST /jobs/{id}/files/signedURL: the address of the list of a job's files."""
    found = job_of(call).fields.get("files")
    if not found:
        raise not_found(f"file of the job {call.params['id']}")
    return _sign_file(call, "files.json", found)


def purge_files(call: Call) -> Answer:
    """DELETE /jobs/{id}/files."""
    job = job_of(call)
    job.fields.pop("files", None)
    call.platform.jobs.change(job)
    return GONE


def create(call: Call) -> Answer:
    """POST /jobs: of an early edition; a job that ran elsewhere."""
    access.owners_only(call)
    fields = _fields(call.document())
    if not isinstance(fields.get("type"), str):
        raise invalid("type", "must be a type of jobs, such as 'flow'")
    stamp = call.platform.clock.stamp()
    fields = {"status": "completed", **NO_COUNTS, **fields, "createdAt": stamp}
    job = Job(call.store.ids.next(), call.account_id, call.now, {**fields, "lastModified": stamp})
    return answer(call.platform.jobs.add(job).answer(), 201)


def replace(call: Call) -> Answer:
    """PUT /jobs/{id}: of an early edition."""
    access.owners_only(call)
    job = job_of(call)
    kept: Document = {
        name: job.fields[name] for name in ("type", "createdAt") if name in job.fields
    }
    job.fields = {"status": job.fields.get("status"), **_fields(call.document()), **kept}
    call.platform.jobs.change(job, lastModified=call.platform.clock.stamp())
    return answer(job.answer())


def delete(call: Call) -> Answer:
    """DELETE /jobs/{id}: of an early edition."""
    access.owners_only(call)
    call.platform.jobs.delete(job_of(call))
    return GONE


def _fields(sent: Document) -> Document:
    check_kinds("jobs", sent)
    fields = {name: value for name, value in sent.items() if name not in PLATFORMS_OWN}
    if "status" in fields:
        status = str(fields["status"])
        fields["status"] = SPELLINGS.get(status, status)
    return fields


def _with_children(call: Call, job: Job) -> Document:
    children = call.platform.jobs.children(job)
    return {**job.answer(), "children": [child.answer() for child in children]}


def _filter_jobs(call: Call) -> list[Job]:
    """Return the jobs that the filters of a body ask for."""
    sent = call.instructions()
    found = visible_jobs(call)
    for field, name in (("flowIds", "_flowId"), ("integrationIds", "_integrationId")):
        if field in sent:
            ids = sent[field]
            if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
                raise invalid(field, "must be an array of texts")
            found = [job for job in found if job.fields.get(name) in ids]
    if (is_sandbox := sent.get("sandbox")) is not None:
        flows = call.store.documents(call.account_id, "flows")
        in_sandbox = {flow.id for flow in flows if flow.get("sandbox")}
        found = [job for job in found if (job.flow_id in in_sandbox) is bool(is_sandbox)]
    if (after := sent.get("time_gt")) is not None:
        start = moment("time_gt", str(after))
        found = [job for job in found if moment_of(job.fields.get("createdAt")) > start]
    if (until := sent.get("time_lte")) is not None:
        end = moment("time_lte", str(until))
        found = [job for job in found if moment_of(job.fields.get("createdAt")) <= end]
    return found


def _sign_file(call: Call, name: str, content: Any) -> Answer:
    file = File(name, "application/json", render(content))
    return answer({"signedURL": call.origin + call.platform.files.sign(file, call.now)})


ROUTES = (
    Route("GET", "/jobs", read_all, query=FILTERS),
    Route("POST", "/jobs", create, ok=201, body="job"),
    Route("GET", "/jobs/{id}", read),
    Route("PUT", "/jobs/{id}", replace, body="job"),
    Route("DELETE", "/jobs/{id}", delete, ok=204),
    Route("GET", "/jobs/{id}/family", family),
    Route("POST", "/jobs/family", families, body="ids"),
    Route("POST", "/jobs/current", current, body="job_filters"),
    Route("POST", "/flows/runs/stats", finished_runs, body="job_filters"),
    Route("GET", "/integrations/{id}/jobs/latest", latest_of_integration),
    Route("PUT", "/jobs/{id}/cancel", cancel),
    Route("GET", "/jobs/{id}/diagnostics", diagnostics),
    Route("POST", "/jobs/{id}/files/signedURL", files, body="anything"),
    Route("DELETE", "/jobs/{id}/files", purge_files, ok=204),
)
