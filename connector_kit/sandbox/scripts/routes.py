"""Logs of scripts (protocol/http-api.md#10).

The sandbox runs scripts without a console: only ``POST /_sandbox/logs`` writes these.
"""

from __future__ import annotations

from connector_kit.sandbox.flows.request_log import is_within
from connector_kit.sandbox.http import access
from connector_kit.sandbox.http.call import GONE, Answer, Call, answer
from connector_kit.sandbox.http.routing import Route

FILTERS = ("_flowId", "_resourceId", "functionType")


def log_name(script_id: str) -> tuple[str, str]:
    """Return the name of a script's log."""
    return "scripts", script_id


def read(call: Call) -> Answer:
    """GET /scripts/{id}/logs."""
    entries = call.platform.logs.read(log_name(access.readable(call).id))
    for name in FILTERS:
        if values := call.parameters(name):
            entries = [entry for entry in entries if entry.get(name) in values]
    return answer({"logs": [entry for entry in entries if is_within(call, entry)]})


def clear(call: Call) -> Answer:
    """DELETE /scripts/{id}/logs."""
    call.platform.logs.clear(log_name(access.writable(call).id))
    return GONE


ROUTES = (
    Route("GET", "/scripts/{id}/logs", read, query="time_gt time_lte " + " ".join(FILTERS)),
    Route("DELETE", "/scripts/{id}/logs", clear, ok=204),
)
