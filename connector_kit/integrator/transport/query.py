"""Query strings and dates as integrator.io spells them (protocol/http-api.md#3-conventions)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

Moment = datetime | str
"""A moment: with its time zone, or as the platform spells it (``2026-01-31T10:00:00.000Z``)."""

Value = str | int | bool
Pairs = Iterable[tuple[str, Value | None]]


def without_none(**params: Value | None) -> dict[str, Value]:
    """Return those of *params* that have a value."""
    return {name: value for name, value in params.items() if value is not None}


def with_query(path: str, pairs: Pairs) -> str:
    """Return *path* with the *pairs* that have a value behind it; a name may come several times."""
    spelled = [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in pairs
        if value is not None
    ]
    return f"{path}?{urlencode(spelled)}" if spelled else path


def iso(moment: Moment | None) -> str | None:
    """Return *moment* as ISO 8601 in UTC with milliseconds.

    Raises ValueError for one without a time zone, since it would mean another moment elsewhere.
    """
    if not isinstance(moment, datetime):
        return moment
    utc = _aware(moment).astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(moment: datetime | int | None) -> int | None:
    """Return *moment* as milliseconds since 1970, as logs are asked for; raises like `iso`."""
    if not isinstance(moment, datetime):
        return moment
    return round(_aware(moment).timestamp() * 1000)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(
            f"{moment.isoformat()} has no time zone. Use datetime(..., tzinfo=UTC) or another "
            "time zone."
        )
    return moment
