"""Errors of jobs: classic error management (protocol/http-api.md#11-jobs-job-errors-retries)."""

from __future__ import annotations

from connector_kit.sandbox.flows.errors import mark_resolved
from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call, answer
from connector_kit.sandbox.http.errors import impossible, not_found
from connector_kit.sandbox.http.files import File
from connector_kit.sandbox.http.paging import next_page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import render
from connector_kit.sandbox.jobs.selection import job_of, with_children
from connector_kit.sandbox.jobs.store import CANCELING

MOST_ERRORS = 1000
"""Errors of a job that can be read without the file."""


def job_errors(call: Call) -> Answer:
    """GET /jobs/{id}/joberrors, also spelled ``jobErrors``: for at most 1000 of them (U26)."""
    failures = _failures(call)
    if len(failures) > MOST_ERRORS:
        raise impossible(
            f"The job has {len(failures)} errors; for more than {MOST_ERRORS} read the file "
            "(GET /jobs/{id}/errorFile/signedURL)."
        )
    return answer([failure.job_error() for failure in failures])


def errors(call: Call) -> Answer:
    """GET /jobs/{id}/errors: today's name for a job's errors."""
    failures, url = next_page(call, _failures(call))
    body = {"errors": [failure.record() for failure in failures]}
    return answer({**body, "nextPageURL": url} if url else body)


def error_file(call: Call) -> Answer:
    """GET /jobs/{id}/errorFile/signedURL: 204 while a canceled job's steps are still ending."""
    job = job_of(call)
    if any(member.fields.get("status") == CANCELING for member in with_children(call, job)):
        return GONE
    content = render([failure.job_error() for failure in _failures(call)])
    file = File("errors.json", "application/json", content)
    return answer({"signedURL": call.origin + call.platform.files.sign(file, call.now)})


def resolve_all(call: Call) -> Answer:
    """PUT /jobs/{id}/joberrors/resolve, PUT /jobs/{id}/resolve."""
    for failure in _failures(call):
        mark_resolved(call, failure)
    return EMPTY


def resolve_one(call: Call) -> Answer:
    """PUT /jobs/{id}/joberrors/{errorId}/resolve: 201."""
    identity = call.params["errorId"]
    failure = next((failure for failure in _failures(call) if failure.id == identity), None)
    if failure is None:
        raise not_found(f"error {identity} of this job")
    mark_resolved(call, failure)
    return answer(failure.job_error(), 201)


def _failures(call: Call) -> list[Failure]:
    """Return the errors of a job and of its steps."""
    jobs = with_children(call, job_of(call))
    return call.platform.failures.of_jobs([job.id for job in jobs])


ROUTES = (
    Route("GET", "/jobs/{id}/joberrors", job_errors),
    Route("GET", "/jobs/{id}/jobErrors", job_errors),
    Route("GET", "/jobs/{id}/errors", errors, query="after"),
    Route("GET", "/jobs/{id}/errorFile/signedURL", error_file),
    Route("PUT", "/jobs/{id}/joberrors/resolve", resolve_all),
    Route("PUT", "/jobs/{id}/joberrors/{errorId}/resolve", resolve_one, ok=201),
    Route("PUT", "/jobs/{id}/resolve", resolve_all),
)
