"""Errors of a flow, step by step: today's error management (protocol/http-api.md#61)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import chain
from typing import Any

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import EMPTY, GONE, Answer, Call, answer
from connector_kit.sandbox.http.dates import moment, moment_of
from connector_kit.sandbox.http.errors import Refusal, error, invalid, missing, not_found
from connector_kit.sandbox.http.files import File
from connector_kit.sandbox.http.paging import next_page
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document, render

OPEN_FILTERS = "source classification occurredAt_gte occurredAt_lte _flowJobId after"
RESOLVED_FILTERS = f"{OPEN_FILTERS} resolvedAt_gte resolvedAt_lte"
EXACT = ("source", "classification", "_flowJobId")
_BOUNDS = (("gte", 1), ("lte", -1))


class Filters(Enum):
    """Which dates a list may be narrowed by."""

    OPEN = ("occurredAt",)
    RESOLVED = ("occurredAt", "resolvedAt")


def of_flow(call: Call) -> Answer:
    """GET /flows/{id}/errors: how many open errors each step has."""
    flow = access.readable(call)
    counted = call.platform.failures.of_flow(flow.id)
    return answer(
        {"flowErrors": [{"_expOrImpId": step, **_count(counted[step])} for step in counted]}
    )


def of_integration(call: Call) -> Answer:
    """GET /integrations/{id}/errors: how many open errors each flow has."""
    integration = access.readable(call)
    flows = call.store.documents(call.account_id, "flows")
    failures = call.platform.failures
    return answer(
        [
            {"_flowId": flow.id, **_count(chain(*failures.of_flow(flow.id).values()))}
            for flow in access.reached(call, flows)
            if flow.integration_id == integration.id
        ]
    )


def open_errors(call: Call) -> Answer:
    """GET /flows/{id}/{step}/errors."""
    return _page(call, "errors", _open(call))


def resolved_errors(call: Call) -> Answer:
    """GET /flows/{id}/{step}/resolved."""
    return _page(call, "resolved", _resolved(call))


def resolve(call: Call) -> Answer:
    """PUT /flows/{id}/{step}/resolved: mark errors as resolved."""
    for failure in _named_errors(call, "errors", access.writable):
        mark_resolved(call, failure)
    return GONE


def purge(call: Call) -> Answer:
    """DELETE /flows/{id}/{step}/resolved: forget resolved errors."""
    failures = _named_errors(call, "errors", access.writable)
    unresolved = [failure.id for failure in failures if not failure.is_resolved]
    if unresolved:
        raise invalid("errors", f"names errors that are not resolved: {', '.join(unresolved)}")
    for failure in failures:
        call.platform.failures.delete(failure)
    return GONE


def assign(call: Call) -> Answer:
    """PUT /flows/{id}/{step}/errors/assign: to a user of the account."""
    sent = call.document()
    assignee = sent.get("email") or sent.get("_userId")
    if not assignee:
        raise missing("email")
    for failure in _named_errors(call, "errorIds", access.writable):
        call.platform.failures.change(failure, assignedTo=assignee)
    return EMPTY


def assign_tags(call: Call) -> Answer:
    """PUT /flows/{id}/{step}/tags: with tags of the account."""
    tags = _texts(call.document().get("tagIds"), "tagIds")
    for failure in _named_errors(call, "errorIds", access.writable):
        call.platform.failures.change(failure, tags=tags)
    return EMPTY


def tags(call: Call) -> Answer:
    """GET /tags: those that errors of the account have."""
    access.owners_only(call)
    flows = call.store.documents(call.account_id, "flows")
    used = {
        tag
        for flow in flows
        for failure in chain(*call.platform.failures.of_flow(flow.id).values())
        for tag in failure.fields.get("tags") or ()
    }
    return answer([{"tagId": tag, "tag": tag} for tag in sorted(used)])


def open_file(call: Call) -> Answer:
    """GET /flows/{id}/{step}/errors/signedURL: the address of a file of the open errors."""
    return _file(call, "errors", _open(call))


def resolved_file(call: Call) -> Answer:
    """GET /flows/{id}/{step}/resolved/signedURL."""
    return _file(call, "resolved", _resolved(call))


def failures_of_step(call: Call, reach: access.Reach = access.readable) -> list[Failure]:
    """Return the failures of the path's step; raises `Refusal` 404 when the flow has no such."""
    flow = reach(call)
    check_step(flow, call.params["step"])
    return call.platform.failures.of_step(flow.id, call.params["step"])


def check_step(flow: Record, step: str) -> None:
    """Raise `Refusal` 404 when a flow does not run this export or import."""
    if step not in flow.uses:
        raise not_found(f"step {step} of the flow {flow.id}")


def mark_resolved(call: Call, failure: Failure) -> None:
    """Mark one error as resolved, and count it."""
    if failure.is_resolved:
        return
    platform = call.platform
    platform.failures.change(failure, resolvedAt=platform.clock.stamp(), resolvedBy=call.user_id)
    job = platform.jobs.get(call.account_id, failure.job_id or "")
    flow_job = job and platform.jobs.get(call.account_id, job.fields.get("_flowJobId") or "")
    for counted in {member.id: member for member in (job, flow_job) if member}.values():
        platform.jobs.change(counted, numResolved=int(counted.count("numResolved")) + 1)


def filter_errors(call: Call, failures: Iterable[Failure], filters: Filters) -> list[Failure]:
    """Return those failures that the query asks for."""
    found = [*failures]
    for name in EXACT:
        if values := call.parameters(name):
            found = [failure for failure in found if failure.fields.get(name) in values]
    for name in filters.value:
        for suffix, sign in _BOUNDS:
            parameter = f"{name}_{suffix}"
            text = call.parameter(parameter)
            if text is not None:
                bound = moment(parameter, text)
                found = [
                    failure
                    for failure in found
                    if sign * (moment_of(failure.fields.get(name)) - bound) >= 0
                ]
    return found


def _open(call: Call) -> list[Failure]:
    found = filter_errors(call, failures_of_step(call), Filters.OPEN)
    return [failure for failure in found if not failure.is_resolved]


def _resolved(call: Call) -> list[Failure]:
    found = filter_errors(call, failures_of_step(call), Filters.RESOLVED)
    return [failure for failure in found if failure.is_resolved]


def _named_errors(call: Call, field: str, reach: access.Reach) -> list[Failure]:
    """Return the errors that a body names; raises `Refusal` 422 for one that is not there."""
    known = {failure.id: failure for failure in failures_of_step(call, reach)}
    identities = _texts(call.document().get(field), field)
    unknown = [identity for identity in identities if identity not in known]
    if unknown:
        raise Refusal(
            422, [error("invalid_ref", f"There is no error {name}.", field) for name in unknown]
        )
    return [known[identity] for identity in dict.fromkeys(identities)]


def _texts(value: Any, field: str) -> list[str]:
    if value is None:
        raise missing(field)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(field, "must be an array of texts")
    return value


def _count(failures: Iterable[Failure]) -> Document:
    unresolved = [failure for failure in failures if not failure.is_resolved]
    last = max(
        (str(failure.fields.get("occurredAt") or "") for failure in unresolved), default=None
    )
    return {"numError": len(unresolved), "lastErrorAt": last}


def _page(call: Call, name: str, failures: list[Failure]) -> Answer:
    page, url = next_page(call, failures)
    body: Document = {name: [failure.record() for failure in page]}
    return answer({**body, "nextPageURL": url} if url else body)


def _file(call: Call, name: str, failures: list[Failure]) -> Answer:
    content = render([failure.record() for failure in failures])
    file = File(f"{name}.json", "application/json", content)
    return answer({"signedURL": call.origin + call.platform.files.sign(file, call.now)})


ROUTES = (
    Route("GET", "/tags", tags),
    Route("GET", "/flows/{id}/errors", of_flow),
    Route("GET", "/integrations/{id}/errors", of_integration),
    Route("GET", "/flows/{id}/{step}/errors", open_errors, query=OPEN_FILTERS),
    Route("GET", "/flows/{id}/{step}/resolved", resolved_errors, query=RESOLVED_FILTERS),
    Route("PUT", "/flows/{id}/{step}/resolved", resolve, ok=204, body="errors"),
    Route("DELETE", "/flows/{id}/{step}/resolved", purge, ok=204, body="errors"),
    Route("PUT", "/flows/{id}/{step}/errors/assign", assign, body="assignment"),
    Route("PUT", "/flows/{id}/{step}/tags", assign_tags, body="tagging"),
    Route("GET", "/flows/{id}/{step}/errors/signedURL", open_file, query=OPEN_FILTERS),
    Route("GET", "/flows/{id}/{step}/resolved/signedURL", resolved_file, query=RESOLVED_FILTERS),
)
