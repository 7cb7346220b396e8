"""The rows of all lookup caches (protocol/platform-2026.md#10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector_kit.sandbox.http.wire import Document

Rows = dict[str, str]

MEGABYTE = 1_000_000


class Caches:
    """Rows by cache, in the order in which their keys came."""

    def __init__(self) -> None:
        self.changes = 0
        self._rows: dict[str, Rows] = {}

    def rows(self, cache_id: str) -> Mapping[str, str]:
        """Return all rows of a cache."""
        return self._rows.get(cache_id, {})

    def put(self, cache_id: str, rows: Mapping[str, str]) -> None:
        """Store *rows*, in place of those with the same keys."""
        self._rows.setdefault(cache_id, {}).update(rows)
        self.changes += 1

    def remove(self, cache_id: str, keys: Iterable[str] | None = None) -> None:
        """Remove the rows with these *keys*; None removes all."""
        if keys is None:
            self._rows.pop(cache_id, None)
        for key in keys or ():
            self._rows.get(cache_id, {}).pop(key, None)
        self.changes += 1

    def copy(self, cache_id: str, copy_id: str) -> Mapping[str, str]:
        """Give another cache the same rows, and return them."""
        self.put(copy_id, self.rows(cache_id))
        return self.rows(copy_id)

    def saved(self) -> list[Any]:
        """Return everything, for a snapshot."""
        return [[cache_id, rows] for cache_id, rows in self._rows.items()]

    def restore(self, saved: list[Any]) -> None:
        """Remember what a snapshot holds."""
        self._rows.update((cache_id, rows) for cache_id, rows in saved)

    def expire(self, now: float) -> None:
        """Rows stay until somebody removes them."""


def size_of(rows: Mapping[str, str]) -> int:
    """Return how many bytes *rows* take."""
    return sum(len(text.encode()) for row in rows.items() for text in row)


def sizes(rows: Mapping[str, str]) -> Document:
    """Return the fields in which a cache with *rows* shows its size."""
    size = size_of(rows)
    whole = size // MEGABYTE
    return {
        "size": size,
        "sizeInMB": "0 MB" if not size else "<5 MB" if whole < 5 else f"{whole} MB",
    }
