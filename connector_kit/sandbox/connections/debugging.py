"""Until when requests or scripts are logged (protocol/resources.md#script, #connection)."""

from __future__ import annotations

from connector_kit.sandbox.http.errors import invalid
from connector_kit.sandbox.http.wire import Document, instant

LONGEST = 3600
"""Seconds that a script may be debugged from now on."""
UNTIL = {"connections": "debugDate", "scripts": "debugUntil"}
_CLOCKS_DIFFER = 60


def is_debugged(resource: str, document: Document, now: float) -> bool:
    """Whether what happens to the document is logged at *now*."""
    try:
        return instant(document.get(UNTIL[resource])) > now
    except (ValueError, OverflowError):
        return False


def check_debug_until(resource: str, document: Document, now: float) -> None:
    """Raise `Refusal` 422 when a script is to be debugged for longer than an hour."""
    until = document.get("debugUntil")
    if resource != "scripts" or until is None:
        return
    try:
        seconds = instant(until) - now
    except (ValueError, OverflowError) as error:
        raise invalid("debugUntil", f"must be an ISO 8601 date, not {until!r}") from error
    if seconds > LONGEST + _CLOCKS_DIFFER:
        raise invalid("debugUntil", "must be at most one hour ahead")
