"""What a test puts into an account that no API request can create: jobs, errors, logs.

They are what running flows would have left behind (`connector_kit.sandbox.jobs`).
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.documents.validation import check_kinds
from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.http.errors import invalid, missing, not_found
from connector_kit.sandbox.http.wire import Document, instant, iso
from connector_kit.sandbox.jobs.queueing import NO_COUNTS
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.jobs.store import Job
from connector_kit.sandbox.platform import Platform

LOGS = ("connections", "scripts", "steps")


def stage_job(platform: Platform, account_id: str, sent: Document) -> Document:
    """Put a job into an account, finished or not; ``createdAt`` may lie in the past."""
    check_kinds("jobs", sent)
    if not sent.get("type"):
        raise missing("type")
    created = instant(sent.get("createdAt") or platform.clock.stamp())
    fields = {"status": "completed", **NO_COUNTS, **sent}
    dates = {"createdAt": iso(created), "lastModified": platform.clock.stamp()}
    job = Job(platform.store.ids.next(), account_id, created, {**fields, **dates})
    return platform.jobs.add(job).answer()


def stage_errors(platform: Platform, account_id: str, sent: Document) -> list[Document]:
    """Put errors into a step of a flow: ``{_flowId, _expOrImpId, _jobId?, errors: [...]}``.

    An error with ``retryData`` can be retried. The job's ``numError`` grows with them.
    """
    flow = platform.store.get(account_id, "flows", str(sent.get("_flowId")))
    if flow is None or sent.get("_expOrImpId") not in flow.uses:
        raise invalid("_expOrImpId", "must be an export or import of the flow _flowId")
    job = platform.jobs.get(account_id, str(sent.get("_jobId")))
    failures = [
        _failure(platform, account_id, sent, error, job) for error in objects(sent.get("errors"))
    ]
    if job:
        platform.jobs.change(job, numError=int(job.count("numError")) + len(failures))
    return [failure.record() for failure in failures]


def stage_log(platform: Platform, sent: Document) -> Document:
    """Write entries into a log: ``{about: ["steps", flow, step], entries: [...]}``."""
    about: Any = sent.get("about")
    if not isinstance(about, list) or not about or about[0] not in LOGS:
        raise invalid("about", f"must begin with one of {', '.join(LOGS)}")
    entries = [*objects(sent.get("entries"))]
    for entry in entries:
        platform.logs.write(tuple(map(str, about)), entry, platform.clock.now())
    return {"written": len(entries)}


def account_id_of(platform: Platform, identity: str) -> str:
    """Return the id of an account; raises `Refusal` 404."""
    if identity not in platform.store.accounts:
        raise not_found(f"account {identity}")
    return identity


def _failure(
    platform: Platform, account_id: str, sent: Document, error: Document, job: Job | None
) -> Failure:
    flow_id, step_id = str(sent["_flowId"]), str(sent["_expOrImpId"])
    fields = {
        "code": "error",
        "message": "",
        "source": "application",
        "occurredAt": platform.clock.stamp(),
        **{name: value for name, value in error.items() if name != "retryData"},
    }
    occurred = instant(fields["occurredAt"])
    if job:
        fields["_flowJobId"] = job.fields.get("_flowJobId") or job.id
    if "retryData" in error:
        retry = Retry(
            id=platform.store.ids.next(),
            account_id=account_id,
            job_id=job.id if job else "",
            flow_id=flow_id,
            step_id=step_id,
            created=occurred,
            type="object",
            data=error["retryData"],
            stage=str(fields["source"]),
            trace_key=fields.get("traceKey"),
        )
        fields["retryDataKey"] = platform.retries.add(retry).id
    return platform.failures.add(
        Failure(
            id=platform.store.ids.next(),
            account_id=account_id,
            flow_id=flow_id,
            step_id=step_id,
            job_id=job.id if job else None,
            occurred=occurred,
            fields=fields,
        )
    )
