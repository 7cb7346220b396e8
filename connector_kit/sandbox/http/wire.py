"""JSON and dates as they travel (protocol/http-api.md#3-conventions)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any, NoReturn

Document = dict[str, Any]

_DEEPEST = 400
_TEXTS_AND_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEVEL = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def parse(text: bytes) -> Any:
    """Read JSON; raises ValueError, also for NaN and for nesting without end.

    The standard reader, because it keeps integers of any size as they are. It never meets the
    interpreter's limit of recursion, at which finalizers of collected objects fail, too.
    """
    if text.count(b"[") + text.count(b"{") > _DEEPEST:
        level = 0
        for found in _TEXTS_AND_BRACKETS.finditer(text):
            level += _LEVEL.get(found[0], 0)
            if level > _DEEPEST:
                raise ValueError("nested too deeply")
    return json.loads(text, parse_constant=_no_constant)


def render(value: Any) -> bytes:
    """Write *value* as compact JSON in ASCII; raises ValueError for what JSON cannot say."""
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def iso(seconds: float) -> str:
    """Write an instant as ISO 8601 in UTC with milliseconds."""
    instant = datetime.fromtimestamp(seconds, UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: object) -> float:
    """Read an ISO 8601 date as seconds since the epoch, UTC when it names no zone."""
    if not isinstance(text, str):
        raise ValueError("a date is a text")  # noqa: TRY004 - one error for every bad date
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
