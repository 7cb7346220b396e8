"""The access log: a line for every request, written by the process that answers it.

It names the path but never the query, which may hold a token (protocol/extension.md#access-log).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.calls import FunctionCall
from connector_kit.logs import Event, inform

access_log = logging.getLogger("connector_kit.access")


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
