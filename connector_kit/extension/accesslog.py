"""The log lines of requests and of the calls in them, written by the process that answers.

The access log names the path but never the query, which may hold a token
(protocol/extension.md#access-log). The lines of a call say what was called for which
customer, never the data.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable

from connector_kit.exceptions import (
    is_of_infrastructure,
    is_shown,
    message_in,
    places_in,
    traceback_in,
)
from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.errors import ErrorEntry, masked
from connector_kit.logs import Event, inform

access_log = logging.getLogger("connector_kit.access")
log = logging.getLogger("connector_kit.extension")

_CODE = re.compile(r"[A-Za-z_][\w.-]{0,63}")
"""What counts as a code, as opposed to data in its place."""

_FLOW_FIELDS = ("_flowId", "_exportId", "_importId")


def log_request(
    method: str,
    path: str,
    status: int | str,
    began: float,
    trail: Iterable[tuple[str, object]] = (),
) -> None:
    """Write the line of a request that came at *began*, in seconds of the monotonic clock.

    *trail* are pairs that tell one request from another.
    """
    if not access_log.isEnabledFor(logging.INFO):
        return
    fields = (
        ("method", method),
        ("url", path),
        ("statusCode", status),
        ("responseTime", f"{(time.monotonic() - began) * 1000:.0f}ms"),
        *trail,
    )
    inform(access_log, Event("reqFinished", fields))


def log_answer(raw: RawCall, call: FunctionCall | None, answer: Answer) -> None:
    """Write the line of the request with *raw*; *call* is the call in its body."""
    about: tuple[tuple[str, object], ...] = ()
    if call:
        about = (("function", call.function), ("_integrationId", call.option("_integrationId")))
    trace_id = call.trace_id if call else raw.trace_id
    trail = (*about, ("_reqId", raw.request_id), ("traceId", trace_id))
    log_request("POST", "/function", answer.status, raw.began, trail)


def log_call(call: FunctionCall) -> None:
    """Write the line of an incoming call; a failure to write never stops the call."""
    if not log.isEnabledFor(logging.INFO):
        return
    try:
        options = call.options if isinstance(call.options, dict) else {}
        fields = [
            ("type", call.type),
            ("function", call.function),
            ("_connectorId", call.connector_id),
            ("_integrationId", options.get("_integrationId")),
        ]
        if call.type in ("hook", "wrapper"):
            fields += [(name, options.get(name)) for name in _FLOW_FIELDS]
        if call.type == "wrapper":
            connection = options.get("connection")
            connection_id = connection.get("_id") if isinstance(connection, dict) else None
            fields.append(("_connectionId", connection_id))
        fields += (("_reqId", call.request_id), ("traceId", call.trace_id))
        inform(log, Event("callFunctionInvoked", fields))
    except Exception as error:  # noqa: BLE001 - whatever it is, the call goes on
        log.warning(Event("failedToLogMetadata", [("error", type(error).__name__)]))


def log_failure(call: FunctionCall, failure: BaseException, entry: ErrorEntry) -> None:
    """Write the log line of a failed call, with the place in the code.

    The error's message is left out, because authors put records into it; the caller gets it.
    Messages of a database or a broker go to no caller, so they are logged here.
    """
    is_of_server = is_of_infrastructure(failure)
    fields = (
        ("code", entry.code if _CODE.fullmatch(entry.code) else type(failure).__name__),
        ("error", f"{type(failure).__name__}: {message_in(failure)}" if is_of_server else None),
        ("function", call.function),
        ("_connectorId", call.connector_id),
        ("at", masked(places_in(failure), call.bearer_token)),
        ("_reqId", call.request_id),
        ("traceId", call.trace_id),
    )
    log.warning(Event("callFunctionFailed", fields))
    if not is_shown(failure):
        log.warning(
            "logName=failureNotShown, _reqId=%s\n%s", call.request_id, traceback_in(failure)
        )
