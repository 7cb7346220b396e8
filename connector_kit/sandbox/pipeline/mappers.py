"""Both mappers of imports (protocol/resources.md#import).

Mapper 1.0 reads ``mapping: {fields, lists}``, mapper 2.0 ``mappings: [{generate, dataType, extract,
status, …}]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.conversion import convert_value
from connector_kit.sandbox.pipeline.lookups import Lookups
from connector_kit.sandbox.pipeline.templates import extract_value, is_template
from connector_kit.sandbox.pipeline.values import EVERY, each_item, put_at, steps, value_at

ACTIVE = "Active"
_PLAIN = {"stringarray": "string", "numberarray": "number", "booleanarray": "boolean"}


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
        # What has no value is left out, except where a null is written on purpose.
        is_skipped = value is None and "hardCodedValue" not in line
        discards_empty = (
            line.get("discardIfEmpty") or find(line, ("conditional", "when")) == "extract_not_empty"
        )
        if not is_skipped and not (discards_empty and value in ("", [], {})):
            put_at(target, str(line.get("generate")), value)

    def _value(self, line: Document, extract: str, record: Any, answers: Mapping[str, Any]) -> Any:
        if "hardCodedValue" in line:
            return line["hardCodedValue"]
        value = extract_value(record, extract)
        if name := line.get("lookupName"):
            value = self._lookups.find(str(name), value, answers)
        return convert_value(value, line)


def _length(record: Any, line: Document) -> int:
    way = steps(str(line.get("extract") or ""))
    if EVERY not in way:
        return 0
    source = str(line["extract"]).split("[*]", 1)[0]
    found = value_at(record, source) if source else record
    return len(found) if isinstance(found, list) else 0


class MapperTwo:
    """Maps records as one import says."""

    def __init__(self, mappings: list[Any], lookups: Lookups) -> None:
        self._mappings, self._lookups = mappings, lookups

    def __call__(self, record: Any, answers: Mapping[str, Any]) -> Document:
        """Return the mapped record; raises `RecordFailed`."""
        return self._object(self._mappings, record, answers)

    def _object(self, mappings: Any, record: Any, answers: Mapping[str, Any]) -> Document:
        mapped: Document = {}
        for line in objects(mappings):
            if line.get("status") != ACTIVE or not line.get("generate"):
                continue
            value = self._value(line, record, answers)
            discards_empty = find(line, ("conditional", "when")) == "extract_not_empty"
            if value is not None and not (discards_empty and value in ("", [], {})):
                mapped[str(line["generate"])] = value
        return mapped

    def _value(self, line: Document, record: Any, answers: Mapping[str, Any]) -> Any:
        kind = str(line.get("dataType") or "string").lower()
        if kind == "object" and line.get("mappings"):
            return self._object(line["mappings"], record, answers) or None
        if kind == "objectarray":
            return self._array(line, record, answers)
        # A path begins with ``$``; a template is filled in; anything else is the value itself.
        value = extract = line.get("extract")
        if isinstance(extract, str) and (extract.startswith("$") or is_template(extract)):
            value = extract_value(record, extract)
        if name := line.get("lookupName"):
            value = self._lookups.find(str(name), value, answers)
        if value in (None, "") and "default" in line:
            value = line["default"]
        if kind in _PLAIN:
            items = value if isinstance(value, list) else [] if value is None else [value]
            return [
                convert_value(item, {**line, "dataType": _PLAIN[kind]}) for item in items
            ] or None
        return convert_value(value, line)

    def _array(self, line: Document, record: Any, answers: Mapping[str, Any]) -> Any:
        """Build the items from each source that the line's helpers name, or copy a list.

        The paths of inner mappings begin at the record, and lists that are walked through stand for
        their one item (protocol/platform-2026.md#12).
        """
        items: list[Any] = []
        helpers = [*objects(line.get("buildArrayHelper"))]
        for helper in helpers or [line]:
            path = str(helper.get("extract") or "$")
            for scope, item in each_item(record, path):
                mappings = helper.get("mappings")
                items.append(self._object(mappings, scope, answers) if mappings else item)
        return items or None
