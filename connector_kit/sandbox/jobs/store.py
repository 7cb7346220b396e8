"""Executions of flows and of their steps (protocol/resources.md#job).

A job's work (`Job.task`) is kept apart from what its readers see (its *fields*). A job without a
task is never run here: it ran elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from connector_kit.sandbox.http.wire import Document

QUEUED, RUNNING, CANCELING, CANCELED = "queued", "running", "canceling", "canceled"
UNFINISHED = (QUEUED, RUNNING, CANCELING, "retrying")
LIFETIME = 30 * 24 * 3600
"""Seconds that a job and its errors are kept."""


@dataclass
class Job:
    """One execution of *account_id*."""

    id: str
    account_id: str
    created: float
    fields: Document
    task: Document | None = None
    retried: int = 0
    """Errors among ``numResolved`` that a retry has taken out of ``numError``."""

    @property
    def is_unfinished(self) -> bool:
        """Whether it waits or runs."""
        return self.fields.get("status") in UNFINISHED

    @property
    def flow_id(self) -> str | None:
        """The flow it belongs to."""
        return self.fields.get("_flowId")

    def count(self, name: str) -> float:
        """Return one of its counts, 0 when it has none."""
        value = self.fields.get(name)
        return value if isinstance(value, (int, float)) else 0

    def answer(self) -> Document:
        """Return the job as it is read."""
        resolved = self.count("numResolved") - self.retried
        unresolved = max(0, self.count("numError") - resolved)
        return {"_id": self.id, **self.fields, "numOpenError": unresolved}


class Jobs:
    """All jobs, the oldest first."""

    def __init__(self) -> None:
        self.changes = 0
        self._all: dict[str, Job] = {}
        self._by_account: dict[str, dict[str, Job]] = defaultdict(dict)

    def add(self, job: Job) -> Job:
        """Remember a job."""
        self._all[job.id] = self._by_account[job.account_id][job.id] = job
        self.changes += 1
        return job

    def change(self, job: Job, **fields: Any) -> None:
        """Write *fields* into a job."""
        job.fields |= fields
        self.changes += 1

    def delete(self, job: Job) -> None:
        """Forget a job."""
        del self._all[job.id]
        del self._by_account[job.account_id][job.id]
        self.changes += 1

    def get(self, account_id: str, identity: str) -> Job | None:
        """Return the job of this account, or None."""
        return self._by_account.get(account_id, {}).get(identity)

    def of_account(self, account_id: str) -> list[Job]:
        """Return the account's jobs."""
        return [*self._by_account.get(account_id, {}).values()]

    def everything(self) -> list[Job]:
        """Return the jobs of all accounts."""
        return [*self._all.values()]

    def last_export(self, account_id: str, flow_id: str) -> str | None:
        """Return when the last run of a flow that was completed had begun."""
        jobs = self.of_flows(account_id, {flow_id})
        done = [job for job in jobs if job.fields.get("status") == "completed"]
        return done[-1].fields.get("startedAt") if done else None

    def children(self, job: Job) -> list[Job]:
        """Return the jobs of the steps of a flow job, in the order of the steps."""
        found = [
            member
            for member in self.of_account(job.account_id)
            if job.id in (member.fields.get("_flowJobId"), member.fields.get("_parentJobId"))
        ]
        return sorted(found, key=lambda item: item.count("oIndex"))

    def of_flows(self, account_id: str, flow_ids: set[str]) -> list[Job]:
        """Return the flow jobs of some flows."""
        return [
            item
            for item in self.of_account(account_id)
            if item.flow_id in flow_ids and item.fields.get("type") == "flow"
        ]

    def expire(self, now: float) -> None:
        """Forget what is older than `LIFETIME`."""
        for job in [job for job in self._all.values() if job.created + LIFETIME <= now]:
            self.delete(job)

    def saved(self) -> list[Document]:
        """Return everything, for a snapshot."""
        return [asdict(item) for item in self._all.values()]

    def restore(self, saved: list[Document]) -> None:
        """Remember what a snapshot holds."""
        for document in saved:
            self.add(Job(**document))
