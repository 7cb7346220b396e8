"""Both mappers of imports (protocol/resources.md#import).

Mapper 1.0 reads ``mapping: {fields, lists}``, mapper 2.0 ``mappings: [{generate, dataType, extract,
status, …}]``.
"""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.pipeline.conditions import Circumstances, counts
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

    def __call__(self, record: Any, circumstances: Circumstances) -> Document:
        """Return the mapped record; raises `RecordFailed`."""
        mapped: Document = {}
        for line in self._fields:
            self._write(mapped, line, str(line.get("extract") or ""), record, circumstances)
        for group in self._lists:
            items = self._items(group, record, circumstances)
            if items:
                put_at(mapped, str(group.get("generate")), items)
        return mapped

    def _items(self, group: Document, record: Any, circumstances: Circumstances) -> list[Document]:
        """Make one item for each item of the longest list that the group's lines name."""
        lines = [*objects(group.get("fields"))]
        items: list[Document] = []
        for position in range(max((_length(record, line) for line in lines), default=0)):
            item: Document = {}
            for line in lines:
                extract = str(line.get("extract") or "").replace("[*]", f"[{position}]", 1)
                self._write(item, line, extract, record, circumstances)
            items.append(item)
        return items

    def _write(
        self,
        target: Document,
        line: Document,
        extract: str,
        record: Any,
        circumstances: Circumstances,
    ) -> None:
        place, name = str(line.get("generate")), str(line.get("lookupName") or "")
        extracted = extract_value(record, extract, circumstances.context)
        if line.get("conditional"):  # most lines have none, and are read for every record
            found = self._lookups.answer_for(name, extracted, circumstances.answers)
            if not counts(line, extracted, found, value_at(target, place), circumstances):
                return
        if "hardCodedValue" in line:
            value = line["hardCodedValue"]
        elif name:
            answer = self._lookups.find(name, extracted, circumstances.answers)
            value = convert_value(answer, line)
        else:
            value = convert_value(extracted, line)
        # What has no value is left out, except where a null is written on purpose.
        is_left_out = value is None and "hardCodedValue" not in line
        if not is_left_out and not (line.get("discardIfEmpty") and value in ("", [], {})):
            put_at(target, place, value)


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

    def __call__(self, record: Any, circumstances: Circumstances) -> Document:
        """Return the mapped record; raises `RecordFailed`."""
        return self._object(self._mappings, record, circumstances)

    def _object(self, mappings: Any, record: Any, circumstances: Circumstances) -> Document:
        mapped: Document = {}
        for line in objects(mappings):
            if line.get("status") != ACTIVE or not line.get("generate"):
                continue
            place, kind = str(line["generate"]), str(line.get("dataType") or "string").lower()
            is_composite = kind == "objectarray" or (kind == "object" and line.get("mappings"))
            extracted = value = (
                self._composite(line, kind, record, circumstances)
                if is_composite
                else self._extract(line, record, circumstances)
            )
            if line.get("conditional"):
                name = str(line.get("lookupName") or "")
                found = self._lookups.answer_for(name, extracted, circumstances.answers)
                if not counts(line, extracted, found, mapped.get(place), circumstances):
                    continue
            if not is_composite:
                value = self._value(line, kind, extracted, circumstances)
            if value is not None:
                mapped[place] = value
        return mapped

    def _composite(
        self, line: Document, kind: str, record: Any, circumstances: Circumstances
    ) -> Any:
        if kind == "objectarray":
            return self._array(line, record, circumstances)
        return self._object(line["mappings"], record, circumstances) or None

    def _extract(self, line: Document, record: Any, circumstances: Circumstances) -> Any:
        """A path begins with ``$``; a template is filled in; anything else is the value itself."""
        extract = line.get("extract")
        if isinstance(extract, str) and (extract.startswith("$") or is_template(extract)):
            return extract_value(record, extract, circumstances.context)
        return extract

    def _value(
        self, line: Document, kind: str, extracted: Any, circumstances: Circumstances
    ) -> Any:
        value = extracted
        if name := line.get("lookupName"):
            value = self._lookups.find(str(name), extracted, circumstances.answers)
        if value in (None, "") and "default" in line:
            value = line["default"]
        if kind not in _PLAIN:
            return convert_value(value, line)
        items = value if isinstance(value, list) else [] if value is None else [value]
        plain = {**line, "dataType": _PLAIN[kind]}
        return [convert_value(item, plain) for item in items] or None

    def _array(self, line: Document, record: Any, circumstances: Circumstances) -> Any:
        """Build the items from each source that the line's helpers name, or copy a list.

        The paths of inner mappings begin at the record, and lists that are walked through stand for
        their one item (protocol/platform-2026.md#12).
        """
        items: list[Any] = []
        helpers = [*objects(line.get("buildArrayHelper"))]
        for helper in helpers or [line]:
            path = str(helper.get("extract") or "$")
            for scope, item in each_item(record, path):
                if not counts(helper, item, item, None, circumstances):
                    continue
                mappings = helper.get("mappings")
                items.append(self._object(mappings, scope, circumstances) if mappings else item)
        return items or None
