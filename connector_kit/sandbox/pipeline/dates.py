"""Dates in the formats that mappings name: ``MM/DD/YYYY HH:mm:ss``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connector_kit.sandbox.http.wire import iso

_WORDS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "DD": "%d",
    "D": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "h": "%I",
    "mm": "%M",
    "m": "%M",
    "ss": "%S",
    "s": "%S",
    "A": "%p",
    "a": "%p",
    "ZZ": "%z",
    "Z": "%z",
}
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)) + r"|\[([^\]]*)\]")


def converted(value: object, read: str | None, write: str | None, zone: str | None) -> str:
    """Return a date in another format, ISO 8601 where none is named.

    Raises ValueError or KeyError for a date, a format or a zone that says nothing.
    """
    instant = _read(str(value), read, zone)
    if not write:
        return iso(instant.timestamp())
    return instant.astimezone(ZoneInfo(zone or "UTC")).strftime(_pattern(write))


def _read(text: str, read: str | None, zone: str | None) -> datetime:
    found = (
        datetime.strptime(text, _pattern(read))  # noqa: DTZ007 - the zone follows
        if read
        else datetime.fromisoformat(text)
    )
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone) if zone else UTC)


def _pattern(format_: str) -> str:
    return _WORD.sub(lambda found: _WORDS.get(found[0], found[1] or ""), format_.replace("%", "%%"))
