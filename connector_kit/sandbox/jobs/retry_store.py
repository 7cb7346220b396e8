"""Data of failed records, kept so that they can be run again (protocol/resources.md#retry-classic).

A retry's id is the ``retryDataKey`` of today's error records and the ``_retryId`` of job errors.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.store import LIFETIME


@dataclass
class Retry:
    """The data of one failed record; *type* is ``page``, ``object``, ``path`` or ``file``."""

    id: str
    account_id: str
    job_id: str
    flow_id: str
    step_id: str
    created: float
    type: str
    data: Any
    stage: str = ""
    trace_key: str | None = None


class Retries:
    """All data to be retried, the oldest first."""

    def __init__(self) -> None:
        self.changes = 0
        self._all: dict[str, Retry] = {}

    def add(self, retry: Retry) -> Retry:
        """Remember a record's data."""
        self._all[retry.id] = retry
        self.changes += 1
        return retry

    def replace(self, retry: Retry, data: Any) -> None:
        """Put other data in place: the record is repaired."""
        retry.data = data
        self.changes += 1

    def get(self, account_id: str, identity: str) -> Retry | None:
        """Return the retry of this account, or None."""
        retry = self._all.get(identity)
        return retry if retry and retry.account_id == account_id else None

    def of_account(self, account_id: str) -> list[Retry]:
        """Return the account's retries."""
        return [retry for retry in self._all.values() if retry.account_id == account_id]

    def expire(self, now: float) -> None:
        """Forget what is older than a job may be."""
        for retry in [retry for retry in self._all.values() if retry.created + LIFETIME <= now]:
            del self._all[retry.id]
            self.changes += 1

    def saved(self) -> list[Document]:
        """Return everything, for a snapshot."""
        return [asdict(item) for item in self._all.values()]

    def restore(self, saved: list[Document]) -> None:
        """Remember what a snapshot holds."""
        for document in saved:
            self.add(Retry(**document))
