"""Values in the data types and date formats that mappings name.

Dates have the formats of Moment, ``MM/DD/YYYY HH:mm:ss`` (protocol/platform-2026.md). Only Moment
knows ``D`` beside ``DD``, ``Do``, and a ``Z`` that writes ``+00:00``, which is why neither
`strftime` nor the formats of Python's date libraries can be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from connector_kit.sandbox.http.wire import Document, iso, render
from connector_kit.sandbox.pipeline.lookups import RecordFailed

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_WORD = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|Do|DDDD?|DD|D|dddd|ddd|dd|do|d|HH|H|hh|h|kk|k|mm|m|ss|s|"
    r"S{1,3}|A|a|ZZ|Z|X|x|Q|WW|W|ww|w|E|e|gggg|gg|GGGG|GG|LTS|LT|L{1,4}|l{1,4}|N{1,5}|y{1,4}|zz?"
)
"""The words of Moment, longest first; all other characters stand for themselves."""

_WRITE: dict[str, Callable[[datetime], str]] = {
    "YYYY": lambda date: f"{date.year:04}",
    "YY": lambda date: f"{date.year % 100:02}",
    "MMMM": lambda date: MONTHS[date.month - 1],
    "MMM": lambda date: MONTHS[date.month - 1][:3],
    "MM": lambda date: f"{date.month:02}",
    "M": lambda date: str(date.month),
    "Do": lambda date: f"{date.day}{_ordinal(date.day)}",
    "DD": lambda date: f"{date.day:02}",
    "D": lambda date: str(date.day),
    "dddd": lambda date: DAYS[date.weekday()],
    "ddd": lambda date: DAYS[date.weekday()][:3],
    "HH": lambda date: f"{date.hour:02}",
    "H": lambda date: str(date.hour),
    "hh": lambda date: f"{date.hour % 12 or 12:02}",
    "h": lambda date: str(date.hour % 12 or 12),
    "mm": lambda date: f"{date.minute:02}",
    "m": lambda date: str(date.minute),
    "ss": lambda date: f"{date.second:02}",
    "s": lambda date: str(date.second),
    "SSS": lambda date: f"{date.microsecond // 1000:03}",
    "SS": lambda date: f"{date.microsecond // 10_000:02}",
    "S": lambda date: str(date.microsecond // 100_000),
    "A": lambda date: "AM" if date.hour < 12 else "PM",
    "a": lambda date: "am" if date.hour < 12 else "pm",
    "ZZ": lambda date: date.strftime("%z"),
    "Z": lambda date: f"{date:%z}"[:3] + ":" + f"{date:%z}"[3:],
    "X": lambda date: str(int(date.timestamp())),
    "x": lambda date: str(int(date.timestamp() * 1000)),
}

_READ = {
    "YYYY": r"\d{4}",
    "YY": r"\d{2}",
    "MMMM": "|".join(MONTHS),
    "MMM": "|".join(name[:3] for name in MONTHS),
    "Do": r"\d{1,2}(?:st|nd|rd|th)",
    "dddd": "|".join(DAYS),
    "ddd": "|".join(name[:3] for name in DAYS),
    "SSS": r"\d{3}",
    "SS": r"\d{2}",
    "S": r"\d",
    "A": "[AaPp][Mm]",
    "a": "[AaPp][Mm]",
    "ZZ": r"Z|[+-]\d{2}:?\d{2}",
    "Z": r"Z|[+-]\d{2}:?\d{2}",
    "X": r"-?\d+(?:\.\d+)?",
    "x": r"-?\d+",
} | dict.fromkeys(("MM", "M", "DD", "D", "HH", "H", "hh", "h", "mm", "m", "ss", "s"), r"\d{1,2}")


def write_date(date: datetime, format_: str) -> str:
    """Return *date* in *format_*; raises ValueError for a word of Moment that is not simulated."""
    return _WORD.sub(lambda found: _written(date, found), format_)


def read_date(text: str, format_: str, zone: str | None) -> datetime:
    """Read *text*, which is in *format_*; in *zone*, else UTC, if it says none itself.

    Raises ValueError for what is not in the format, and KeyError for an unknown zone.
    """
    words: list[str] = []
    pattern, end = "", 0
    for found in _WORD.finditer(format_):
        pattern += re.escape(format_[end : found.start()])
        end, word = found.end(), found[0]
        if found[1] is not None:
            pattern += re.escape(found[1])
        elif word in _READ:
            words.append(word)
            pattern += f"({_READ[word]})"
        else:
            raise ValueError(f"The sandbox does not read the word {word!r} of a date format.")
    match = re.fullmatch(pattern + re.escape(format_[end:]), text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not in the format {format_!r}.")
    return _date(dict(zip(words, match.groups(), strict=True)), zone)


def _written(date: datetime, found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    if found[0] not in _WRITE:
        raise ValueError(f"The sandbox does not write the word {found[0]!r} of a date format.")
    return _WRITE[found[0]](date)


def _date(parts: dict[str, str], zone: str | None) -> datetime:
    """Put together what was read, by word."""
    if seconds := parts.get("X"):
        return datetime.fromtimestamp(float(seconds), UTC)
    if milliseconds := parts.get("x"):
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)

    def number(*words: str, default: int) -> int:
        found = next((parts[word] for word in words if word in parts), None)
        return default if found is None else int(re.sub(r"\D", "", found))

    year = number("YYYY", default=0) or 2000 + number("YY", default=0)
    month = number("MM", "M", default=1)
    if name := parts.get("MMMM") or parts.get("MMM"):
        month = [item[:3] for item in MONTHS].index(name[:3]) + 1
    hour = number("HH", "H", "hh", "h", default=0)
    if half := (parts.get("A") or parts.get("a") or "").lower():
        hour = hour % 12 + (12 if half == "pm" else 0)
    fraction = next((parts[word] for word in ("SSS", "SS", "S") if word in parts), "0")
    date = datetime(
        year,
        month,
        number("DD", "D", "Do", default=1),
        hour,
        number("mm", "m", default=0),
        number("ss", "s", default=0),
        int(fraction.ljust(6, "0")),
        tzinfo=ZoneInfo(zone) if zone else UTC,
    )
    offset = parts.get("Z") or parts.get("ZZ")
    return date.replace(tzinfo=_offset(offset)) if offset else date


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _ordinal(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


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
    zone = line.get("extractDateTimezone")
    try:
        if read:
            date = read_date(str(value), str(read), zone)
        else:
            date = datetime.fromisoformat(str(value))
        if not date.tzinfo:
            date = date.replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        if not write:
            return iso(date.timestamp())
        shown_in = ZoneInfo(line.get("generateDateTimezone") or "UTC")
        return write_date(date.astimezone(shown_in), str(write))
    except (TypeError, ValueError, KeyError) as error:
        raise RecordFailed(
            "mapping_error",
            f"{line.get('generate')}: {value!r} cannot be converted from {read or 'ISO 8601'!r} to "
            f"{write or 'ISO 8601'!r}: {error}",
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
