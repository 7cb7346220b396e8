"""Values in the data types and date formats that mappings name: ``MM/DD/YYYY HH:mm:ss``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector_kit.sandbox.http.wire import Document, iso, render
from connector_kit.sandbox.pipeline.dates import read_date, write_date
from connector_kit.sandbox.pipeline.lookups import RecordFailed


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
