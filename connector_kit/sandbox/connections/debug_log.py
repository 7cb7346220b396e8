"""The debug log of a connection: its requests, while ``debugDate`` lies ahead. No secrets.

Those of a flow are also in the log of the step that made them (protocol/http-api.md#4-connections,
#61).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from connector_kit.sandbox.connections.backends import BackendAnswer, BackendRequest
from connector_kit.sandbox.http.wire import Document, instant, iso
from connector_kit.sandbox.pipeline.context import RunContext

LONGEST = 2000
"""Characters of a body that are logged."""
_OPEN_HEADERS = ("accept", "content-type")


def log_name(connection_id: str) -> tuple[str, str]:
    """Return the name of a connection's log."""
    return "connections", connection_id


def step_log_name(flow_id: str, step_id: str) -> tuple[str, str, str]:
    """Return the name of a step's log."""
    return "steps", flow_id, step_id


def write(run: RunContext, request: BackendRequest, answer: BackendAnswer) -> None:
    """Log an exchange, if the connection is being debugged."""
    connection_id, now = run.connection.get("_id"), run.platform.clock.now()
    try:
        is_debugged = instant(run.connection.get("debugDate")) > now
    except (ValueError, OverflowError):
        is_debugged = False
    if not (connection_id and is_debugged):
        return
    entry = {
        "_resourceId": run.stored_id,
        "method": request.method,
        "url": urlsplit(request.url)._replace(query="").geturl(),  # the query may hold a token
        "headers": {
            name: value if name.lower() in _OPEN_HEADERS else "******"
            for name, value in request.headers.items()
        },
        "statusCode": answer.status,
        "response": answer.body[:LONGEST].decode(errors="replace"),
    }
    logs = run.platform.logs
    logs.write(log_name(connection_id), entry, now)
    if run.flow and run.stored_id:
        key = run.platform.store.ids.next()
        logs.write(step_log_name(run.flow.id, run.stored_id), {"key": key, **entry}, now)


def text(entries: list[Document]) -> str:
    """Return entries as the log is read: as text."""
    return "".join(
        f"{iso(entry['time'] / 1000)} {entry['method']} {entry['url']}\n"
        f"  headers: {entry['headers']}\n"
        f"  {entry['statusCode']}: {entry['response']}\n"
        for entry in entries
    )
