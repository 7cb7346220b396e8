"""Requests that a step made, while its connection is being debugged (protocol/http-api.md#61)."""

from __future__ import annotations

from connector_kit.sandbox.connections.debug_log import step_log_name
from connector_kit.sandbox.flows.errors import check_step
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import Answer, Call, answer
from connector_kit.sandbox.http.dates import moment
from connector_kit.sandbox.http.errors import not_found
from connector_kit.sandbox.http.routing import Route
from connector_kit.sandbox.http.wire import Document

FILTERS = "statusCode stage method time_gt time_lte"


def read_all(call: Call) -> Answer:
    """GET /flows/{id}/{step}/requests."""
    entries = _log(call)
    for name in ("statusCode", "stage", "method"):
        if values := call.parameters(name):
            entries = [entry for entry in entries if str(entry.get(name)) in values]
    return answer({"requests": [entry for entry in entries if is_within(call, entry)]})


def read(call: Call) -> Answer:
    """GET /flows/{id}/{step}/requests/{key}."""
    key = call.params["key"]
    found = next((document for document in _log(call) if document.get("key") == key), None)
    if found is None:
        raise not_found(f"request {key} of this step")
    return answer(found)


def _log(call: Call) -> list[Document]:
    flow, step = access.readable(call), call.params["step"]
    check_step(flow, step)
    return call.platform.logs.read(step_log_name(flow.id, step))


def is_within(call: Call, entry: Document) -> bool:
    """Whether a log entry lies between ``time_gt`` and ``time_lte``."""
    after, until = call.parameter("time_gt"), call.parameter("time_lte")
    seconds = entry["time"] / 1000
    if after is not None and seconds <= moment("time_gt", after):
        return False
    return until is None or seconds <= moment("time_lte", until)


ROUTES = (
    Route("GET", "/flows/{id}/{step}/requests", read_all, query=FILTERS),
    Route("GET", "/flows/{id}/{step}/requests/{key}", read),
)
