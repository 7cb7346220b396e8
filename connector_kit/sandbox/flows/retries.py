"""Retrying failed records of a step, and the data that is retried (protocol/http-api.md#61).

A retry is a job; who runs jobs takes its records from the job's task.
"""

from __future__ import annotations

from connector_kit.sandbox.flows.errors import check_step, failures_of_step
from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.flows.routes import queue
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.errors import Refusal, error, invalid, missing, not_found, refuse
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.retry_store import Retry

AT_ONCE = 1000
"""Records of one request."""


def retry(call: Call) -> Answer:
    """POST /flows/{id}/{step}/retry: a job that runs records again."""
    failures = failures_of_step(call, access.writable)
    chosen = _choose(call.document(), failures)
    resolved = [failure.id for failure in chosen if failure.is_resolved]
    if resolved:
        raise invalid("errorIds", f"names resolved errors: {', '.join(resolved)}")
    flow, step = access.writable(call), call.params["step"]
    kind = "_exportId" if call.store.get(call.account_id, "exports", step) else "_importId"
    task = {"retryDataKeys": [failure.retry_key for failure in chosen if failure.retry_key]}
    job = queue(call, flow, task, type="retry", **{kind: step})
    for failure in chosen:
        call.platform.failures.change(failure, retried=True)
    return answer({"_jobId": job.id})


def read_data(call: Call) -> Answer:
    """GET /flows/{id}/{step}/{retryDataKey}/data: what would be run again."""
    return answer(_answer_data(_retry(call, access.readable)))


def write_data(call: Call) -> Answer:
    """PUT /flows/{id}/{step}/{retryDataKey}/data: the same with repaired data."""
    kept = _retry(call, access.writable)
    sent = call.document()
    if "data" not in sent:
        raise missing("data")
    call.platform.retries.replace(kept, sent["data"])
    return answer(_answer_data(kept))


def _retry(call: Call, reach: access.Reach) -> Retry:
    flow, step = reach(call), call.params["step"]
    check_step(flow, step)
    kept = call.platform.retries.get(call.account_id, call.params["retryDataKey"])
    if kept is None or (kept.flow_id, kept.step_id) != (flow.id, step):
        raise not_found(f"retry data {call.params['retryDataKey']} of this step")
    return kept


def _answer_data(kept: Retry) -> Document:
    return {"data": kept.data, "stage": kept.stage, "traceKey": kept.trace_key}


def _choose(sent: Document, failures: list[Failure]) -> list[Failure]:
    """Return the failures that a body names, by one of the ways to name them."""
    if "errorFileId" in sent:
        raise refuse(422, "invalid_ref", "There is no such file of errors.", "errorFileId")
    field = next((name for name in ("retryDataKeys", "errorIds") if name in sent), None)
    if field is None:
        raise missing("retryDataKeys")
    names = sent[field]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise invalid(field, "must be an array of texts")
    if len(names) > AT_ONCE:
        raise invalid(field, f"names {len(names)} records; at most {AT_ONCE} are retried at once")
    known = {
        failure.id if field == "errorIds" else failure.retry_key: failure for failure in failures
    }
    if unknown := [name for name in names if name not in known]:
        raise Refusal(
            422, [error("invalid_ref", f"There is no {name}.", field) for name in unknown]
        )
    return [known[name] for name in dict.fromkeys(names)]


ROUTES = (
    Route("POST", "/flows/{id}/{step}/retry", retry, body="retry"),
    Route("GET", "/flows/{id}/{step}/{retryDataKey}/data", read_data),
    Route("PUT", "/flows/{id}/{step}/{retryDataKey}/data", write_data, body="retry_data"),
)
