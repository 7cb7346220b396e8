"""The ledger of a run: counts of its jobs, failed records, and their data for a retry.

Each step has a job of its own from its first page on. A flow's job adds up all of them, exports and
lookups included; pages count where they are made and where they are processed
(protocol/resources.md#job).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

_SHARED = ("_flowId", "_integrationId")
MOST_RETRIES = 10_000
"""Failed records of a run whose data are kept; what fails beyond that cannot be retried."""


@dataclass
class Tally:
    """The results of one page's records at one step."""

    success: int = 0
    error: int = 0
    ignore: int = 0


class Ledger:
    """The records of a run; *places* are kind and position of its steps by their ids."""

    counts_pages = True
    """Whether what is booked are pages of the run: a retry adds none."""

    def __init__(
        self, platform: Platform, job: Job, places: Mapping[str, tuple[str, int]] | None = None
    ) -> None:
        self._platform, self.job, self.places = platform, job, places or {}
        self.step_jobs: dict[str, Job] = {}
        self._kept = 0

    @classmethod
    def open(
        cls,
        platform: Platform,
        job: Job,
        steps: Iterable[tuple[str, str]],
        *,
        at_once: bool = False,
    ) -> Ledger:
        """Open the ledger of a flow's job, which runs; its steps have jobs later or *at_once*."""
        stamp = platform.clock.stamp()
        platform.jobs.change(job, status=RUNNING, startedAt=stamp, lastModified=stamp)
        places = {identity: (kind, index) for index, (kind, identity) in enumerate(steps)}
        ledger = cls(platform, job, places)
        for identity in places if at_once else ():
            ledger.step_job(identity)
        return ledger

    def step_job(self, identity: str) -> Job | None:
        """Return the job of a step of the run, which begins with it; None for no such step."""
        if identity in self.step_jobs or identity not in self.places:
            return self.step_jobs.get(identity)
        kind, index = self.places[identity]
        fields: Document = {
            **({"retriable": False} if kind == "import" else {}),
            **{name: self.job.fields[name] for name in _SHARED if name in self.job.fields},
            "status": RUNNING,
            "startedAt": self._platform.clock.stamp(),
            "_flowJobId": self.job.id,
            "type": kind,
            KINDS[kind]: identity,
            "oIndex": index,
        }
        self.step_jobs[identity] = create_job(self._platform, self.job.account_id, fields)
        return self.step_jobs[identity]

    @property
    def goes_on(self) -> bool:
        """Whether neither the job nor that of a step was canceled."""
        return not any(job.fields.get("status") in (CANCELING, CANCELED) for job in self._family())

    def flow_jobs(self) -> list[Job]:
        """Return the jobs that count for all steps."""
        return [self.job]

    def add_page(self, step_id: str, count: int, ignored: int) -> None:
        """Book a page of an export."""
        for job in (self.step_job(step_id), *self.flow_jobs()):
            self._add(job, numSuccess=count, numIgnore=ignored, numPagesGenerated=1)

    def finish_export(self, step_id: str) -> None:
        """End the job of an export that has made its last page; its imports may still run."""
        step = self.step_job(step_id)
        if step and step.fields.get("status") == RUNNING:
            self._end(step, "completed")

    def tally(self, step_id: str, tally: Tally, *, is_page: bool = True) -> None:
        """Count the results of a page at a step."""
        step = self.step_job(step_id)
        counts = {
            "numSuccess": tally.success,
            "numIgnore": tally.ignore,
            "numError": tally.error,
        }
        for job in (step, *self.flow_jobs()):
            self._add(job, **counts)
        if is_page and self.counts_pages:
            self._add(step, numPagesProcessed=1)

    def resolve_earlier(self, step_id: str, trace_keys: Iterable[str | None]) -> None:
        """Resolve what earlier runs left open of records that now pass the step.

        Flows ask for it (``autoResolveMatchingTraceKeys``); ``numResolved`` of this run counts it.
        """
        step, failures = self.step_job(step_id), self._platform.failures
        passed = {key for key in trace_keys if key is not None}
        own = {job.id for job in self._family()}
        earlier = [
            failure
            for failure in failures.of_step(self.job.flow_id or "", step_id)
            if failure.fields.get("traceKey") in passed
            and failure.job_id not in own
            and not failure.is_resolved
        ]
        for failure in earlier:
            stamp = self._platform.clock.stamp()
            failures.change(failure, resolvedAt=stamp, resolvedBy="autoresolve")
        for job in (step, *self.flow_jobs()):
            self._add(job, numResolved=len(earlier))

    def fail(
        self, step_id: str, error: Document, stage: str, item: Item | None, *, keep: bool = True
    ) -> str | None:
        """Write down an error, with the record of *item* to be retried; returns the key of that."""
        platform, job = self._platform, self.step_job(step_id) or self.job
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
        key: str | None = fields.get("retryDataKey")
        return key

    def settle(self, retry: Retry, *, is_failed: bool) -> None:
        """Book what a record that was run again had failed with; only retries do."""

    def close(self, status: str, failed: str | None = None) -> None:
        """End the jobs that have not ended; the step *failed* has failed with the flow.

        So has one that has had no page.
        """
        for job in self._family():
            if not job.is_unfinished:
                continue
            own = status
            if status == "failed" and job not in (self.job, self.step_jobs.get(failed or "")):
                pages = job.count("numPagesGenerated") + job.count("numPagesProcessed")
                own = "completed" if pages else "failed"
            self._end(job, own)
        self._platform.jobs.change(self.job, doneExporting=True)

    def _end(self, job: Job, status: str) -> None:
        stamp = self._platform.clock.stamp()
        ended = {"endedAt": stamp, "lastModified": stamp, "doneExporting": True}
        self._platform.jobs.change(job, status=status, percentComplete=100, **ended)

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

    def _add(self, job: Job | None, **counts: int) -> None:
        if job is None:
            return
        changed: dict[str, Any] = {
            name: int(job.count(name)) + count for name, count in counts.items() if count
        }
        if changed:
            self._platform.jobs.change(job, lastModified=self._platform.clock.stamp(), **changed)
