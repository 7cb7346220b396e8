"""Who changed what (protocol/http-api.md#13-notifications-users-rest): bounded, in memory only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document, iso, parse

LARGEST = 32 * 1024 * 1024
"""Bytes of documents that the log may hold; beyond that the oldest entries are dropped."""
_IGNORED = ("lastModified",)


@dataclass(frozen=True, slots=True)
class Change:
    """One write: the document before and after, as it is shown (secrets masked)."""

    id: str
    account_id: str
    user_id: str
    source: str
    at: float
    resource: str
    document_id: str
    before: bytes | None
    after: bytes | None

    @property
    def size(self) -> int:
        """Bytes that it holds on to."""
        return len(self.before or b"") + len(self.after or b"")

    def answer(self) -> Document:
        """Return the entry: of an update only the fields that changed."""
        before, after = _read(self.before), _read(self.after)
        action = "update" if self.before and self.after else "create" if self.after else "delete"
        return {
            "_id": self.id,
            "resourceType": self.resource,
            "_resourceId": self.document_id,
            "_byUserId": self.user_id,
            "source": self.source,
            "action": action,
            "from": _differences(before, after),
            "to": _differences(after, before),
            "time": iso(self.at),
        }


class Audit:
    """The newest changes of all accounts."""

    def __init__(self) -> None:
        self._entries: deque[Change] = deque()
        self._bytes = 0

    def note(self, change: Change) -> None:
        """Remember a change."""
        self._entries.append(change)
        self._bytes += change.size
        while self._bytes > LARGEST:
            self._bytes -= self._entries.popleft().size

    def of_account(self, account_id: str) -> Iterator[Change]:
        """Yield an account's changes, the oldest first."""
        return (entry for entry in self._entries if entry.account_id == account_id)


def text_of(record: Record | None) -> bytes | None:
    """Return what an entry keeps of a document."""
    return record.public if record else None


def _read(text: bytes | None) -> Document:
    document: Document = parse(text) if text else {}
    return document


def _differences(one: Document, other: Document) -> dict[str, Any]:
    return {
        name: value
        for name, value in one.items()
        if name not in _IGNORED and (name not in other or other[name] != value)
    }
