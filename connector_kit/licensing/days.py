"""Days in customers' time zones: when one ends depends on where they are.

Dates on the platform are instants in UTC (protocol/http-api.md#3-conventions); what a customer has
paid for ends with a day. All arithmetic is between days, and only its result becomes an instant, so
that a clock change moves no day.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)
"""The platform's dates have milliseconds."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(9000, 12, 31)
"""All days that a license may name are between these; dates beyond cannot be computed with."""


def zone(name: str) -> ZoneInfo:
    """Return the time zone called *name*; raises ValueError for one that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"{name!r} is not a time zone. Use an IANA name, such as Europe/Berlin."
        ) from error


def day_of(moment: datetime, zone_name: str) -> date:
    """Return the day at *moment* in that zone."""
    return moment.astimezone(zone(zone_name)).date()


def at(day: date, hour: time, zone_name: str) -> datetime:
    """Return the instant, in UTC, when the clocks of that zone show *hour* on *day*.

    The first of two such instants; where the clocks skip it, the one at which they do.
    """
    return datetime.combine(day, hour, tzinfo=zone(zone_name)).astimezone(UTC)


def end_of(day: date, zone_name: str) -> datetime:
    """Return the last millisecond, in UTC, of *day* in that zone."""
    return at(day + DAY, time(), zone_name) - TICK


def stamp(moment: datetime) -> str:
    """Write an instant as the platform does: ISO 8601, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """Read an instant; UTC when it names no zone. Raises ValueError, also beyond all calendars."""
    read = datetime.fromisoformat(text)
    try:
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is out of range.") from error


def day(text: str) -> date:
    """Read a day written as ``2027-01-31``; raises ValueError, also for one out of bounds."""
    try:
        read = date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a day such as 2027-01-31.") from error
    if not FIRST_DAY <= read <= LAST_DAY:
        raise ValueError(f"{text} is out of range. Use a day from {FIRST_DAY} to {LAST_DAY}.")
    return read
