"""The log lines of calls: what was called for which customer, never the data."""

import logging
import re

from connector_kit.exceptions import (
    is_of_infrastructure,
    is_shown,
    message_in,
    places_in,
    traceback_in,
)
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.errors import ErrorEntry, masked
from connector_kit.logs import Event, inform

log = logging.getLogger("connector_kit.extension")

_CODE = re.compile(r"[A-Za-z_][\w.-]{0,63}")
"""What counts as a code, as opposed to data in its place."""

_FLOW_FIELDS = ("_flowId", "_exportId", "_importId")


def log_call(call: FunctionCall) -> None:
    """Write the line of an incoming call; a failure to write never stops the call."""
    if not log.isEnabledFor(logging.INFO):
        return
    try:
        inform(log, Event("callFunctionInvoked", _fields(call)))
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


def _fields(call: FunctionCall) -> list[tuple[str, object]]:
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
        fields.append(
            ("_connectionId", connection.get("_id") if isinstance(connection, dict) else None)
        )
    fields += (("_reqId", call.request_id), ("traceId", call.trace_id))
    return fields
