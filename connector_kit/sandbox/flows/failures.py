"""Records that failed: today's error records and the job errors of before, which are one thing.

protocol/resources.md#job-error-classic-and-error-record-today
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.store import LIFETIME

CLASSIC = ("extract", "generate", "extracted", "generated", "exportDataURI", "importDataURI")
"""Fields that a job error always shows, even if empty."""


@dataclass
class Failure:
    """One failed record of the step *step_id* of a flow; *job_id* is the job it failed in."""

    id: str
    account_id: str
    flow_id: str
    step_id: str
    job_id: str | None
    occurred: float
    fields: Document

    @property
    def is_resolved(self) -> bool:
        """Whether it was marked as resolved; it cannot be retried then."""
        return "resolvedAt" in self.fields

    @property
    def retry_key(self) -> str | None:
        """The key of the data by which it can be retried."""
        return self.fields.get("retryDataKey")

    def record(self) -> Document:
        """Return it as today's error management does."""
        kept = {name: value for name, value in self.fields.items() if name not in CLASSIC[:4]}
        return {"errorId": self.id, **kept}

    def job_error(self) -> Document:
        """Return it as the classic one does; ``_retryId`` only when it can be retried."""
        entry: Document = {
            "_id": self.id,
            "_jobId": self.job_id,
            "resolve": self.is_resolved,
            "retry": bool(self.fields.get("retried")),
            "createdAt": self.fields.get("occurredAt"),
        }
        for name in ("code", "message", "source", *CLASSIC):
            entry[name] = self.fields.get(name) or ""
        return {**entry, "_retryId": self.retry_key} if self.retry_key else entry


class Failures:
    """All failed records, the oldest first."""

    def __init__(self) -> None:
        self.changes = 0
        self._by_flow: dict[str, dict[str, dict[str, Failure]]] = defaultdict(dict)
        self._by_job: dict[str, dict[str, Failure]] = defaultdict(dict)

    def add(self, failure: Failure) -> Failure:
        """Remember a failure."""
        by_step = self._by_flow[failure.flow_id]
        by_step.setdefault(failure.step_id, {})[failure.id] = failure
        if failure.job_id:
            self._by_job[failure.job_id][failure.id] = failure
        self.changes += 1
        return failure

    def change(self, failure: Failure, **fields: Any) -> None:
        """Write *fields* into a failure."""
        failure.fields |= fields
        self.changes += 1

    def delete(self, failure: Failure) -> None:
        """Forget a failure."""
        self._by_flow[failure.flow_id].get(failure.step_id, {}).pop(failure.id, None)
        self._by_job[failure.job_id or ""].pop(failure.id, None)
        self.changes += 1

    def of_step(self, flow_id: str, step_id: str) -> list[Failure]:
        """Return the failures of one step."""
        return [*self._by_flow.get(flow_id, {}).get(step_id, {}).values()]

    def of_flow(self, flow_id: str) -> dict[str, list[Failure]]:
        """Return the failures of a flow by step; a step without any is left out."""
        by_step = self._by_flow.get(flow_id, {})
        return {step: [*found.values()] for step, found in by_step.items() if found}

    def of_jobs(self, job_ids: list[str]) -> list[Failure]:
        """Return the failures of some jobs."""
        found = [failure for job in job_ids for failure in self._by_job.get(job, {}).values()]
        return sorted(found, key=lambda item: item.id)

    def expire(self, now: float) -> None:
        """Forget what is older than a job may be."""
        for failure in self._everything():
            if failure.occurred + LIFETIME <= now:
                self.delete(failure)

    def saved(self) -> list[Document]:
        """Return everything, for a snapshot."""
        return [asdict(failure) for failure in self._everything()]

    def restore(self, saved: list[Document]) -> None:
        """Remember what a snapshot holds."""
        for document in saved:
            self.add(Failure(**document))

    def _everything(self) -> list[Failure]:
        return [
            failure
            for by_step in self._by_flow.values()
            for found in by_step.values()
            for failure in found.values()
        ]
