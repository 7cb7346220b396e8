"""Moments in query strings: ISO 8601 dates, or milliseconds since the epoch."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.http.errors import invalid
from connector_kit.sandbox.http.wire import instant

NEVER = float("-inf")


def moment(name: str, text: str) -> float:
    """Read a parameter as seconds since the epoch; raises `Refusal` 422."""
    try:
        return milliseconds(text) if text.lstrip("-").isdigit() else instant(text)
    except (ValueError, OverflowError) as error:
        raise invalid(name, "must be an ISO 8601 date or milliseconds since the epoch") from error


def milliseconds(text: str) -> float:
    """Read milliseconds as seconds."""
    return int(text) / 1000


def moment_of(value: Any) -> float:
    """Return a document's date as seconds since the epoch, long ago when it has none."""
    try:
        return instant(value)
    except (ValueError, OverflowError):
        return NEVER
