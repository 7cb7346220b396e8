"""Lookups of imports: from a table, from a lookup cache, or by asking the application.

protocol/resources.md#import, protocol/platform-2026.md#10
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connector_kit.sandbox.documents.paths import find, objects
from connector_kit.sandbox.http.errors import error
from connector_kit.sandbox.http.wire import Document, parse
from connector_kit.sandbox.pipeline.values import value_at

_HOLDERS = (("lookups",), ("http", "lookups"), ("rest", "lookups"), ("wrapper", "lookups"))

Cached = Callable[[str, str], str | None]
"""What the lookup cache of an id has under a key."""


def nothing_cached(_cache_id: str, _key: str) -> None:
    """No caches: what is run on its own has none."""


class RecordFailed(Exception):
    """One record cannot be mapped; the others can."""

    def __init__(self, code: str, message: str, source: str = "mapping") -> None:
        super().__init__(message)
        self.error = {**error(code, message), "source": source}


class Lookups:
    """The lookups of one import; *answers* are what the application said, for one record."""

    def __init__(self, import_: Document, cached: Cached = nothing_cached) -> None:
        self._cached = cached
        self._lookups = {
            str(lookup.get("name")): lookup
            for holder in _HOLDERS
            for lookup in objects(find(import_, holder))
        }

    def dynamic(self) -> Iterator[Document]:
        """Yield those that ask the application."""
        return (
            lookup
            for lookup in self._lookups.values()
            if not isinstance(lookup.get("map"), dict) and not lookup.get("_lookupCacheId")
        )

    def answer_for(self, name: str, value: Any, answers: Mapping[str, Any]) -> Any:
        """Return what *value* leads to, None for nothing, whether it has to lead somewhere."""
        lookup = self._lookups.get(name, {})
        if lookup.get("_lookupCacheId"):
            return self._from_cache(lookup, value)
        table = lookup.get("map")
        return table.get(str(value)) if isinstance(table, dict) else answers.get(name)

    def find(self, name: str, value: Any, answers: Mapping[str, Any]) -> Any:
        """Return what *value* leads to; raises `RecordFailed` when it must lead somewhere."""
        lookup = self._lookups.get(name)
        if lookup is None:
            raise RecordFailed("invalid_lookup", f"There is no lookup {name!r}.", "lookup")
        found = self.answer_for(name, value, answers)
        if found is not None:
            return found
        if lookup.get("allowFailures"):
            return lookup.get("default")
        raise RecordFailed("lookup_failed", f"The lookup {name!r} found nothing.", "lookup")

    def _from_cache(self, lookup: Document, value: Any) -> Any:
        """Return the text that a cache has; with ``extract``, a part of the JSON that it is."""
        text = self._cached(str(lookup["_lookupCacheId"]), str(value))
        path = str(lookup.get("extract") or "")
        if text is None or not path:
            return text
        try:
            return value_at(parse(text.encode()), path)
        except ValueError:
            return None
