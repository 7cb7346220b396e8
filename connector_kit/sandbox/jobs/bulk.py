"""Resolving and retrying many jobs at a time (protocol/http-api.md#11-jobs-job-errors-retries).

A retry in bulk is a job of type ``bulk_retry``, of which the retries are members (``_bulkJobId``).
"""

from __future__ import annotations

from connector_kit.sandbox.flows.errors import mark_resolved
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, Answer, Call, answer
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.jobs.queueing import queue_job
from connector_kit.sandbox.jobs.retries import queue_for, retriable_keys
from connector_kit.sandbox.jobs.selection import named_jobs, visible_jobs, with_children
from connector_kit.sandbox.jobs.store import Job


def resolve_jobs(call: Call) -> Answer:
    """PUT /jobs/resolve: by the ids of jobs."""
    return _resolve(call, named_jobs(call, call.words()))


def retry_jobs(call: Call) -> Answer:
    """PUT /jobs/retry: by the ids of jobs."""
    return _retry(call, named_jobs(call, call.words()))


def resolve_flows(call: Call) -> Answer:
    """PUT /flows/jobs/resolve: by the ids of flows."""
    return _resolve(call, _jobs_of_flows(call, call.words()))


def retry_flows(call: Call) -> Answer:
    """PUT /flows/jobs/retry: by the ids of flows."""
    return _retry(call, _jobs_of_flows(call, call.words()))


def resolve_integration(call: Call) -> Answer:
    """PUT /integrations/{id}/jobs/resolve."""
    return _resolve(call, _jobs_of_integration(call))


def retry_integration(call: Call) -> Answer:
    """PUT /integrations/{id}/jobs/retry."""
    return _retry(call, _jobs_of_integration(call))


def _jobs_of_flows(call: Call, flow_ids: list[str]) -> list[Job]:
    for flow_id in flow_ids:
        access.lookup(call, "flows", flow_id, "flowIds")
    return [job for job in visible_jobs(call) if job.flow_id in flow_ids]


def _jobs_of_integration(call: Call) -> list[Job]:
    integration = access.writable(call)
    return [job for job in visible_jobs(call) if job.fields.get("_integrationId") == integration.id]


def _resolve(call: Call, jobs: list[Job]) -> Answer:
    ids = [member.id for job in jobs for member in with_children(call, job)]
    for failure in call.platform.failures.of_jobs([*dict.fromkeys(ids)]):
        mark_resolved(call, failure)
    return EMPTY


def _retry(call: Call, jobs: list[Job]) -> Answer:
    bulk = queue_job(call.platform, call.account_id, {"type": "bulk_retry"}, {})
    ended = (job for job in jobs if not job.is_unfinished)
    members = {member.id: member for job in ended for member in with_children(call, job)}
    for member in members.values():
        if keys := retriable_keys(call, [member]):
            queue_for(call, member, keys, _bulkJobId=bulk.id)
    return answer(bulk.answer())


ROUTES = (
    Route("PUT", "/jobs/resolve", resolve_jobs, body="ids"),
    Route("PUT", "/jobs/retry", retry_jobs, body="ids"),
    Route("PUT", "/flows/jobs/resolve", resolve_flows, body="ids"),
    Route("PUT", "/flows/jobs/retry", retry_flows, body="ids"),
    Route("PUT", "/integrations/{id}/jobs/resolve", resolve_integration),
    Route("PUT", "/integrations/{id}/jobs/retry", retry_integration),
)
