"""Lookups of imports: from a table, or by asking the application (protocol/resources.md#import)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document

_HOLDERS = (("lookups",), ("http", "lookups"), ("rest", "lookups"), ("wrapper", "lookups"))


class RecordFailed(Exception):
    """One record cannot be mapped; the others can."""

    def __init__(self, code: str, message: str, source: str = "mapping") -> None:
        super().__init__(message)
        self.error = {**error(code, message), "source": source}


class Lookups:
    """The lookups of one import; *answers* are what the application said, for one record."""

    def __init__(self, import_: Document) -> None:
        self._lookups = {
            str(lookup.get("name")): lookup
            for holder in _HOLDERS
            for lookup in objects(find(import_, holder))
        }

    def dynamic(self) -> Iterator[Document]:
        """Yield those that ask the application."""
        return (
            lookup for lookup in self._lookups.values() if not isinstance(lookup.get("map"), dict)
        )

    def find(self, name: str, value: Any, answers: Mapping[str, Any]) -> Any:
        """Return what *value* leads to; raises `RecordFailed` when it must lead somewhere."""
        lookup = self._lookups.get(name)
        if lookup is None:
            raise RecordFailed("invalid_lookup", f"There is no lookup {name!r}.", "lookup")
        table = lookup.get("map")
        found = table.get(str(value)) if isinstance(table, dict) else answers.get(name)
        if found is not None:
            return found
        if lookup.get("allowFailures"):
            return lookup.get("default")
        raise RecordFailed("lookup_failed", f"The lookup {name!r} found nothing.", "lookup")
