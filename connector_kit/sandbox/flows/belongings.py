"""What belongs to a flow: jobs, steps, last date, template (protocol/http-api.md#6-flows)."""

from __future__ import annotations

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.route import Route
from connector_kit.sandbox.http.wire import parse
from connector_kit.sandbox.templates.zips import packed

STEPS = ("exports", "imports")


def steps_of(call: Call, flow: Record) -> list[Record]:
    """Return the exports and imports that a flow runs, the oldest first."""
    found = (call.store.get(call.account_id, kind, each) for kind in STEPS for each in flow.uses)
    return sorted((each for each in found if each), key=lambda each: each.id)


def descendants(call: Call) -> Answer:
    """GET /flows/{id}/descendants: the exports and imports that the flow runs."""
    steps = steps_of(call, access.readable(call))
    return answer(
        {kind: [parse(each.public) for each in steps if each.resource == kind] for kind in STEPS}
    )


def latest_jobs(call: Call) -> Answer:
    """GET /flows/{id}/jobs/latest: an array with the newest flow job, if there is one."""
    flow = access.readable(call)
    jobs = call.platform.jobs.of_flows(call.account_id, {flow.id})
    return answer([each.answer() for each in jobs[-1:]])


def last_export(call: Call) -> Answer:
    """GET /flows/{id}/lastExportDateTime: when the last completed run began, else null."""
    flow = access.readable(call)
    date = call.platform.jobs.last_export(call.account_id, flow.id)
    return answer({"lastExportDateTime": date})


def template(call: Call) -> Answer:
    """GET /flows/{id}/template: the address of a zip of the flow and all it uses."""
    return answer({"signedURL": packed(call, access.readable(call))})


ROUTES = (
    Route("GET", "/flows/{id}/descendants", descendants),
    Route("GET", "/flows/{id}/jobs/latest", latest_jobs),
    Route("GET", "/flows/{id}/lastExportDateTime", last_export),
    Route("GET", "/flows/{id}/template", template),
)
