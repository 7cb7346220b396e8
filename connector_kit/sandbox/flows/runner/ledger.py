"""The ledger of a run: counts of its jobs, failed records, and their data for a retry.

A flow's job counts what its imports achieved, and what failed or was ignored at any step; each step
has a job of its own (protocol/resources.md#job).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connector_kit.sandbox.flows.failures import Failure
from connector_kit.sandbox.flows.runner.graph import KINDS
from connector_kit.sandbox.flows.runner.items import Item
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.queueing import create_job
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.jobs.store import CANCELED, CANCELING, RUNNING, Job
from connector_kit.sandbox.platform import Platform

MOST_RETRIES = 10_000
"""Failed records of a run whose data are kept; what fails beyond that cannot be retried."""


@dataclass
class Tally:
    """The results of one page's records at one step."""

    success: int = 0
    error: int = 0
    ignore: int = 0


class Ledger:
    """The records of a run; *step_jobs* are the jobs of the steps by their ids."""

    counts_pages = True
    """Whether what is booked are pages of the run: a retry adds none."""

    def __init__(self, platform: Platform, job: Job, step_jobs: dict[str, Job]) -> None:
        self._platform, self.job, self.step_jobs = platform, job, step_jobs
        self._kept = 0

    @classmethod
    def open(cls, platform: Platform, job: Job, steps: Iterable[tuple[str, str]]) -> Ledger:
        """Open the ledger of a flow's job: it runs, and so does a job for each of its steps."""
        stamp = platform.clock.stamp()
        platform.jobs.change(job, status=RUNNING, startedAt=stamp, lastModified=stamp)
        shared: Document = {
            name: job.fields[name] for name in ("_flowId", "_integrationId") if name in job.fields
        }
        jobs: dict[str, Job] = {}
        for index, (kind, identity) in enumerate(steps):
            fields: Document = {"status": RUNNING, "startedAt": stamp, "_flowJobId": job.id}
            fields |= {"type": kind, KINDS[kind]: identity, "oIndex": index}
            jobs[identity] = create_job(platform, job.account_id, {**fields, **shared})
        return cls(platform, job, jobs)

    @property
    def goes_on(self) -> bool:
        """Whether neither the job nor that of a step was canceled."""
        return not any(job.fields.get("status") in (CANCELING, CANCELED) for job in self._family())

    def flow_jobs(self) -> list[Job]:
        """Return the jobs that count for all steps."""
        return [self.job]

    def add_page(self, step_id: str, count: int, ignored: int) -> None:
        """Book a page of an export."""
        step = self.step_jobs.get(step_id)
        if step:
            self._add(step, numExport=count, numSuccess=count, numPagesGenerated=1)
        for job in self.flow_jobs():
            self._add(job, numExport=count, numPagesGenerated=1)
        self.tally(step_id, Tally(ignore=ignored), is_page=False)

    def tally(self, step_id: str, tally: Tally, *, is_page: bool = True) -> None:
        """Count the results of a page at a step."""
        step = self.step_jobs.get(step_id)
        counts = {"numIgnore": tally.ignore, "numError": tally.error}
        pages = {"numPagesProcessed": 1} if is_page and self.counts_pages else {}
        if step:
            self._add(step, numSuccess=tally.success, **counts, **pages)
        achieved = tally.success if step is None or step.fields.get("type") == "import" else 0
        for job in self.flow_jobs():
            self._add(job, numSuccess=achieved, **counts, **pages)

    def fail(
        self, step_id: str, error: Document, stage: str, item: Item | None, *, keep: bool = True
    ) -> None:
        """Write down an error, with the record of *item* to be retried."""
        platform, job = self._platform, self.step_jobs.get(step_id) or self.job
        fields: Document = {
            "code": "error",
            "message": "",
            "source": stage,
            **{name: value for name, value in error.items() if value is not None},
            "occurredAt": platform.clock.stamp(),
            "_flowJobId": job.fields.get("_flowJobId") or job.id,
        }
        if item is not None:
            links = {"traceKey": item.trace_key, "exportDataURI": item.data_uri}
            fields |= {name: link for name, link in links.items() if link is not None}
            if keep:
                fields |= self._keep_for_retry(item, step_id, job, stage)
        platform.failures.add(
            Failure(
                id=platform.store.ids.next(),
                account_id=job.account_id,
                flow_id=job.flow_id or "",
                step_id=step_id,
                job_id=job.id,
                occurred=platform.clock.now(),
                fields=fields,
            )
        )

    def settle(self, retry: Retry, *, is_failed: bool) -> None:
        """Book what a record that was run again had failed with; only retries do."""

    def close(self, status: str, failed: str | None = None) -> None:
        """End the jobs that have not ended; the step *failed* has failed with the flow."""
        stamp = self._platform.clock.stamp()
        for job in self._family():
            if not job.is_unfinished:
                continue
            own = "completed" if status == "failed" and job.id != self.job.id else status
            if failed and job is self.step_jobs.get(failed):
                own = "failed"
            ended = {"endedAt": stamp, "lastModified": stamp, "doneExporting": True}
            self._platform.jobs.change(job, status=own, percentComplete=100, **ended)

    def _family(self) -> list[Job]:
        return [self.job, *self.step_jobs.values()]

    def _keep_for_retry(self, item: Item, step_id: str, job: Job, stage: str) -> Document:
        """Keep the record; one that is run again keeps its key."""
        retry = item.retry
        if retry is None:
            if self._kept >= MOST_RETRIES:
                return {}
            self._kept += 1
            retry = self._platform.retries.add(
                Retry(
                    id=self._platform.store.ids.next(),
                    account_id=job.account_id,
                    job_id=job.id,
                    flow_id=job.flow_id or "",
                    step_id=step_id,
                    created=self._platform.clock.now(),
                    type="object",
                    data=item.record,
                    stage=stage,
                    trace_key=item.trace_key,
                )
            )
        for member in (job, *self.flow_jobs()):
            if not member.fields.get("retriable"):
                self._platform.jobs.change(member, retriable=True)
        return {"retryDataKey": retry.id}

    def _add(self, job: Job, **counts: int) -> None:
        changed: dict[str, Any] = {
            name: int(job.count(name)) + count for name, count in counts.items() if count
        }
        if changed:
            self._platform.jobs.change(job, lastModified=self._platform.clock.stamp(), **changed)
