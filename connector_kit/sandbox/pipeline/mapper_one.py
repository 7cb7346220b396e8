"""Mapper 1.0: ``mapping: {fields, lists}`` (protocol/resources.md#import)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.http.wire import Document, render
from connector_kit.sandbox.pipeline.dates import converted
from connector_kit.sandbox.pipeline.lookups import Lookups, RecordFailed
from connector_kit.sandbox.pipeline.templates import fill, is_template
from connector_kit.sandbox.pipeline.values import EVERY, put_at, steps, value_at


class MapperOne:
    """Maps records as one import says."""

    def __init__(self, mapping: Document, lookups: Lookups) -> None:
        self._fields = [*objects(mapping.get("fields"))]
        self._lists = [*objects(mapping.get("lists"))]
        self._lookups = lookups

    def __call__(self, record: Any, answers: Mapping[str, Any]) -> Document:
        """Return the mapped record; raises `RecordFailed`."""
        mapped: Document = {}
        for line in self._fields:
            self._write(mapped, line, str(line.get("extract") or ""), record, answers)
        for group in self._lists:
            items = self._items(group, record, answers)
            if items:
                put_at(mapped, str(group.get("generate")), items)
        return mapped

    def _items(self, group: Document, record: Any, answers: Mapping[str, Any]) -> list[Document]:
        """Make one item for each item of the longest list that the group's lines name."""
        lines = [*objects(group.get("fields"))]
        items: list[Document] = []
        for position in range(max((_length(record, line) for line in lines), default=0)):
            item: Document = {}
            for line in lines:
                extract = str(line.get("extract") or "").replace("[*]", f"[{position}]", 1)
                self._write(item, line, extract, record, answers)
            items.append(item)
        return items

    def _write(
        self,
        target: Document,
        line: Document,
        extract: str,
        record: Any,
        answers: Mapping[str, Any],
    ) -> None:
        value = self._value(line, extract, record, answers)
        if not _is_skipped(line, value):
            put_at(target, str(line.get("generate")), value)

    def _value(self, line: Document, extract: str, record: Any, answers: Mapping[str, Any]) -> Any:
        if "hardCodedValue" in line:
            return line["hardCodedValue"]
        value = extracted(record, extract)
        if name := line.get("lookupName"):
            value = self._lookups.find(str(name), value, answers)
        return typed(value, line)


def extracted(record: Any, extract: str) -> Any:
    """Return what an ``extract`` names: a path, or a template."""
    if not extract:
        return None
    if is_template(extract):
        return fill(extract, context_of(record))
    return value_at(record, extract)


def context_of(record: Any) -> Document:
    """Return what templates see of a record: its fields, and itself as ``record``."""
    fields = record if isinstance(record, dict) else {}
    return {**fields, "record": record, "data": [record]}


def typed(value: Any, line: Document) -> Any:
    """Return *value* in the data type that a line of either mapper names."""
    if line.get("extractDateFormat") or line.get("generateDateFormat"):
        return _dated(value, line)
    convert = _TYPES.get(str(line.get("dataType") or "").lower())
    if convert is None or value is None:
        return value
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        kind, field = line["dataType"], line.get("generate")
        raise RecordFailed("mapping_error", f"{field}: {value!r} is no {kind}.") from error


def _dated(value: Any, line: Document) -> Any:
    if value in (None, ""):
        return value
    zone = line.get("extractDateTimezone") or line.get("generateDateTimezone")
    formats = (line.get("extractDateFormat"), line.get("generateDateFormat"))
    try:
        return converted(value, *formats, zone)
    except (TypeError, ValueError, KeyError) as error:
        raise RecordFailed(
            "mapping_error",
            f"{line.get('generate')}: {value!r} is no date of the "
            f"format {line.get('extractDateFormat')!r}.",
        ) from error


def _is_skipped(line: Document, value: Any) -> bool:
    """What has no value is left out, except where a null is written on purpose."""
    if value is None:
        return "hardCodedValue" not in line
    return bool(line.get("discardIfEmpty")) and value == ""


def _length(record: Any, line: Document) -> int:
    way = steps(str(line.get("extract") or ""))
    if EVERY not in way:
        return 0
    source = str(line["extract"]).split("[*]", 1)[0]
    found = value_at(record, source) if source else record
    return len(found) if isinstance(found, list) else 0


def _number(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    read = float(value)
    return int(read) if read.is_integer() else read


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes", "y")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else render(value).decode()


_TYPES: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "number": _number,
    "boolean": _flag,
}
