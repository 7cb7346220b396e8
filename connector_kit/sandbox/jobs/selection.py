"""Which jobs a request is about, and the filters of lists (protocol/http-api.md#11)."""

from __future__ import annotations

from collections.abc import Iterable

from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Call
from connector_kit.sandbox.http.dates import moment, moment_of
from connector_kit.sandbox.http.errors import Refusal, error, invalid, not_found
from connector_kit.sandbox.jobs.store import Job

IDS = (
    *("_integrationId", "_exportId", "_importId", "_flowId", "_flowJobId", "_bulkJobId"),
    *("_parentJobId", "_jobId"),
)
WORDS = ("status", "type")
COUNTS = ("numSuccess", "numError", "numExport", "numIgnore", "numResolved")
FILTERS = " ".join(
    [
        *IDS,
        *WORDS,
        *("_flowId_in", "type_in", "createdAt_gte", "createdAt_lte", "retriable", "hideEmpty"),
        *(f"{name}_{bound}" for name in COUNTS for bound in ("gte", "lte")),
        "after",
    ]
)
SPELLINGS = {"cancelled": "canceled", "cancelling": "canceling"}
"""Both spellings are seen; the first is understood, the second written (U26)."""
_BOUNDS = (("gte", 1), ("lte", -1))
_OTHER_NAMES = {"_parentJobId": "_flowJobId", "_jobId": "_flowJobId"}


def visible_jobs(call: Call) -> list[Job]:
    """Return the jobs of the account that the token sees: a connector those of its own flows."""
    jobs = call.platform.jobs.of_account(call.account_id)
    return jobs if _sees_all(call) else [job for job in jobs if is_visible(call, job)]


def is_visible(call: Call, job: Job) -> bool:
    """Whether the token sees a job of its account."""
    if _sees_all(call):
        return True
    flow = call.store.get(call.account_id, "flows", job.flow_id or "")
    return flow is not None and access.is_reached(call, flow)


def job_of(call: Call) -> Job:
    """Return the job of the path; raises `Refusal` 404."""
    job = call.platform.jobs.get(call.account_id, call.params["id"])
    if job is None or not is_visible(call, job):
        raise not_found(f"job {call.params['id']}")
    return job


def named_jobs(call: Call, identities: Iterable[str]) -> list[Job]:
    """Return the jobs that a body names; raises `Refusal` 422 for one that is not there."""
    known = {job.id: job for job in visible_jobs(call)}
    ids = [*dict.fromkeys(identities)]
    if unknown := [job_id for job_id in ids if job_id not in known]:
        raise Refusal(
            422, [error("invalid_ref", f"There is no job {job_id}.") for job_id in unknown]
        )
    return [known[job_id] for job_id in ids]


def with_children(call: Call, job: Job) -> list[Job]:
    """Return a job and those of its steps."""
    return [job, *call.platform.jobs.children(job)]


def query_jobs(call: Call) -> list[Job]:
    """Return the jobs that the query asks for."""
    jobs = visible_jobs(call)
    for name in (*IDS, *WORDS):
        texts = call.parameters(name) + call.parameters(f"{name}_in")
        words = {SPELLINGS.get(word, word) for text in texts for word in text.split(",")}
        if words:
            field = _OTHER_NAMES.get(name, name)
            jobs = [job for job in jobs if job.fields.get(field) in words]
    for name in COUNTS:
        for suffix, sign in _BOUNDS:
            if (text := call.parameter(f"{name}_{suffix}")) is not None:
                count = _number(f"{name}_{suffix}", text)
                jobs = [job for job in jobs if sign * (job.count(name) - count) >= 0]
    for suffix, sign in _BOUNDS:
        if (text := call.parameter(f"createdAt_{suffix}")) is not None:
            date = moment(f"createdAt_{suffix}", text)
            jobs = [
                job for job in jobs if sign * (moment_of(job.fields.get("createdAt")) - date) >= 0
            ]
    if (text := call.parameter("retriable")) is not None:
        jobs = [job for job in jobs if bool(job.fields.get("retriable")) is (text == "true")]
    if call.parameter("hideEmpty") == "true":
        jobs = [job for job in jobs if any(job.count(name) for name in COUNTS)]
    return jobs


def _sees_all(call: Call) -> bool:
    return call.connector_id is None and call.token.integrations is None


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as wrong:
        raise invalid(name, "must be a number") from wrong
