"""Values in the data types and date formats that mappings name: ``MM/DD/YYYY HH:mm:ss``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector_kit.sandbox.http.wire import Document, iso, render
from connector_kit.sandbox.pipeline.lookups import RecordFailed

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


def _pattern(format_: str) -> str:
    return _WORD.sub(lambda found: _WORDS.get(found[0], found[1] or ""), format_.replace("%", "%%"))


def convert_value(value: Any, line: Document) -> Any:
    """Return *value* in the data type that a line of either mapper names."""
    if line.get("extractDateFormat") or line.get("generateDateFormat"):
        return _convert_date(value, line)
    convert = _TYPES.get(str(line.get("dataType") or "").lower())
    if convert is None or value is None:
        return value
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        kind, field = line["dataType"], line.get("generate")
        raise RecordFailed("mapping_error", f"{field}: {value!r} is no {kind}.") from error


def _convert_date(value: Any, line: Document) -> Any:
    """Return a date in another format, ISO 8601 where none is named."""
    if value in (None, ""):
        return value
    read, write = line.get("extractDateFormat"), line.get("generateDateFormat")
    zone = line.get("extractDateTimezone") or line.get("generateDateTimezone")
    try:
        if read:
            date = datetime.strptime(str(value), _pattern(read))  # noqa: DTZ007 - the zone follows
        else:
            date = datetime.fromisoformat(str(value))
        if not date.tzinfo:
            date = date.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        if not write:
            return iso(date.timestamp())
        return date.astimezone(ZoneInfo(zone or "UTC")).strftime(_pattern(write))
    except (TypeError, ValueError, KeyError) as error:
        raise RecordFailed(
            "mapping_error",
            f"{line.get('generate')}: {value!r} is no date of the format {read!r}.",
        ) from error


def _number(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


_TYPES: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: value if isinstance(value, str) else render(value).decode(),
    "number": _number,
    "boolean": lambda value: value is True or str(value).lower() in ("true", "1", "yes", "y"),
}
