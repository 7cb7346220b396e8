"""Lookup caches, and the rows that they hold (protocol/platform-2026.md#10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connector_kit.documents import Document
from connector_kit.integrator.resources.resource import Resource
from connector_kit.integrator.resources.shapes import listed
from connector_kit.integrator.transport import calls, wire
from connector_kit.integrator.transport.calls import Effect

MOST_ROWS = 1000
"""The most rows that the platform reads or writes in one request."""

LARGEST_WRITE = 5_000_000
"""The most bytes of rows that it takes in one request."""


class LookupCaches(Resource):
    """The account's lookup caches: texts by key. A value may be JSON."""

    def rows(
        self, cache_id: str, *, keys: Iterable[str] | None = None, starts_with: str = ""
    ) -> dict[str, str]:
        """Return the rows with one of *keys*, or with keys that begin with *starts_with*.

        Without *keys* it is the first 1000 rows.
        """
        if keys is None:
            return self._read(cache_id, {"startsWith": starts_with} if starts_with else {})
        found: dict[str, str] = {}
        for batch in _batches_of_keys(keys):
            found |= self._read(cache_id, {"keys": batch})
        return found

    def put(self, cache_id: str, rows: Mapping[str, str]) -> None:
        """Store *rows*, in place of those with the same keys."""
        for batch in _batches(rows):
            path = self._at(cache_id, "data")
            self._body(calls.post(path, {"data": batch}, effect=Effect.SAME))

    def remove(self, cache_id: str, keys: Iterable[str]) -> None:
        """Remove the rows with these *keys*."""
        for batch in _batches_of_keys(keys):
            self._body(calls.delete(self._at(cache_id, "data"), {"keys": batch}))

    def purge(self, cache_id: str) -> None:
        """Remove every row."""
        self._body(calls.delete(self._at(cache_id, "data", "purge")))

    def _read(self, cache_id: str, which: Document) -> dict[str, str]:
        path = self._at(cache_id, "getData")
        answer = self._body(calls.post(path, which, effect=Effect.NONE))
        return {row["key"]: row["value"] for row in listed(answer, "data")}


def _batches_of_keys(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = [*keys]
    while rest:
        batch, rest = rest[:MOST_ROWS], rest[MOST_ROWS:]
        yield batch


def _batches(rows: Mapping[str, str]) -> Iterator[list[Document]]:
    batch: list[Document] = []
    size = 0
    for key, value in rows.items():
        row = {"key": key, "value": value}
        length = len(wire.dumps(row)) + 1
        if batch and (len(batch) == MOST_ROWS or size + length > LARGEST_WRITE):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch
