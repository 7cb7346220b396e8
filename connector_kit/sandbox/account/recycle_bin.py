"""Deleted documents, which can be restored for a while (protocol/http-api.md#13)."""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.sandbox.documents.record import Record
from connector_kit.sandbox.http.wire import Document

LIFETIME = 30 * 24 * 3600
"""Seconds that a deleted document can be restored."""
LARGEST = 64 * 1024 * 1024
"""Bytes of all deleted documents together; beyond that the oldest are dropped for good."""


@dataclass(frozen=True)
class Deleted:
    """A document that was deleted at *at* (seconds since the epoch)."""

    record: Record
    at: float

    @property
    def id(self) -> str:
        """The document's id."""
        return self.record.id


class Bin:
    """What was deleted, in the order it was."""

    def __init__(self) -> None:
        self.changes = 0
        self._all: dict[str, Deleted] = {}
        self._bytes = 0

    def put(self, record: Record, at: float) -> None:
        """Keep a deleted document."""
        self._all[record.id] = Deleted(record, at)
        self._bytes += len(record.body)
        while self._bytes > LARGEST:
            self.take(next(iter(self._all.values())))
        self.changes += 1

    def get(self, account_id: str, resource: str, identity: str) -> Deleted | None:
        """Return what was deleted in this account, or None."""
        deleted = self._all.get(identity)
        place = deleted and (deleted.record.account_id, deleted.record.resource)
        return deleted if place == (account_id, resource) else None

    def of_account(self, account_id: str) -> list[Deleted]:
        """Return what an account deleted, the oldest first."""
        return [
            deleted for deleted in self._all.values() if deleted.record.account_id == account_id
        ]

    def take(self, deleted: Deleted) -> Record:
        """Take a document out, to restore it or to delete it for good."""
        del self._all[deleted.id]
        self._bytes -= len(deleted.record.body)
        self.changes += 1
        return deleted.record

    def expire(self, now: float) -> None:
        """Delete for good what was not restored in time."""
        for deleted in [deleted for deleted in self._all.values() if deleted.at + LIFETIME <= now]:
            self.take(deleted)

    def saved(self) -> list[Document]:
        """Return everything, for a snapshot."""
        return [
            {
                "at": deleted.at,
                "account_id": deleted.record.account_id,
                "resource": deleted.record.resource,
                "document": deleted.record.document,
            }
            for deleted in self._all.values()
        ]

    def restore(self, saved: list[Document]) -> None:
        """Remember what a snapshot holds."""
        for document in saved:
            record = Record.of(document["account_id"], document["resource"], document["document"])
            self.put(record, document["at"])
