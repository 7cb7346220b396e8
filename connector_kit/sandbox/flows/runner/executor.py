"""Executing a job: what it is, how it ends, what comes after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from connector_kit.sandbox.documents.paths import objects
from connector_kit.sandbox.flows.runner.exceptions import Canceled, StepFailed
from connector_kit.sandbox.flows.runner.ledger import Ledger, Tally
from connector_kit.sandbox.flows.runner.loading import LoadedFlow
from connector_kit.sandbox.flows.runner.retries import RetryLedger, retry
from connector_kit.sandbox.flows.runner.run import Run
from connector_kit.sandbox.http.errors import Refusal, error
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.queueing import queue_flow
from connector_kit.sandbox.jobs.store import CANCELED, CANCELING, QUEUED, RUNNING, Job
from connector_kit.sandbox.platform import Platform

COUNTS = ("numSuccess", "numError", "numIgnore", "numResolved")

logger = logging.getLogger(__name__)


class Executor:
    """Executes the jobs of a platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def resume(self) -> None:
        """Take up what a snapshot holds: what waited waits again, what ran was cut off."""
        for job in self._platform.jobs.everything():
            status = job.fields.get("status")
            if status == QUEUED and job.task is not None:
                self._platform.queue.take(job)
            elif job.task is not None and status in (RUNNING, CANCELING):
                self._cut_off(job, CANCELED)
        self._platform.queue.open(self.execute)

    async def execute(self, job: Job) -> None:
        """Execute a job to its end, whichever that is."""
        try:
            if job.fields.get("type") == "bulk_retry":
                await self._collect(job)
            else:
                await self._run(job)
        except asyncio.CancelledError:
            self._cut_off(job, CANCELED)
            raise
        except Exception:
            logger.exception("the job %s failed in the sandbox itself", job.id)
            self._cut_off(job, "failed")

    async def _run(self, job: Job) -> None:
        """Run a flow, or records of it again, and close the ledger in the way that it ended."""
        flow = self._platform.store.get(job.account_id, "flows", job.flow_id or "")
        if flow is None:
            ledger = Ledger.open(self._platform, job, ())
            self._fail(ledger, job.flow_id or "", [error("invalid_ref", "The flow is gone.")])
            return
        loaded = LoadedFlow(self._platform, flow)
        task: Document = job.task or {}
        keys = task.get("retryDataKeys")
        steps = () if keys else loaded.graph.steps()
        ledger = Ledger.open(self._platform, job, steps, at_once=loaded.graph.is_simple)
        if keys:
            ledger = RetryLedger(self._platform, job, {}, None)
        try:
            if keys:
                await retry(self._platform, loaded, job, keys)
            else:
                await Run(loaded, ledger, task).all()
        except Canceled:
            ledger.close(CANCELED)
        except StepFailed as failed:
            self._fail(ledger, failed.step_id, failed.errors, failed.stage)
        except Refusal as refusal:
            self._fail(ledger, job.flow_id or "", refusal.errors)
        else:
            is_canceled = not ledger.goes_on
            ledger.close(CANCELED if is_canceled else "completed")
            if not (keys or is_canceled):
                self._run_next(loaded, job)
                job.task = {}  # events may be large; only a failed run is run again with them

    def _fail(
        self, ledger: Ledger, step_id: str, errors: Sequence[Document], stage: str = "internal"
    ) -> None:
        """Write down what ended the job, at its first step when it is the fault of none."""
        job = ledger.job.fields
        if step_id not in ledger.places:
            step_id = job.get("_importId") or job.get("_exportId") or step_id
        for document in errors:
            ledger.fail(step_id, document, stage, None)
        ledger.tally(step_id, Tally(error=len(errors)), is_page=False)
        ledger.close("failed", step_id)

    def _run_next(self, loaded: LoadedFlow, job: Job) -> None:
        """Start the flows that follow, but none that has led here."""
        path = [*(job.task or {}).get("path", ()), loaded.flow.id]
        starts: list[tuple[object, Document]] = [
            *((id_, {}) for id_ in loaded.document.get("_runNextFlowIds") or ()),
            *(
                (entry.get("_flowId"), {"_exportId": entry.get("_exportId")})
                for entry in objects(loaded.document.get("_runNextExportIds"))
            ),
        ]
        for id_, task in starts:
            following = self._platform.store.get(job.account_id, "flows", str(id_))
            if following and id_ not in path and not following.get("disabled"):
                queue_flow(self._platform, following, {**task, "path": path})

    async def _collect(self, job: Job) -> None:
        """Wait for the members of a retry in bulk, and add them up."""
        jobs = self._platform.jobs
        jobs.change(job, status=RUNNING, startedAt=self._platform.clock.stamp())
        members = [
            member
            for member in jobs.of_account(job.account_id)
            if member.fields.get("_bulkJobId") == job.id
        ]
        while any(member.is_unfinished for member in members) and job.fields["status"] == RUNNING:
            await self._platform.queue.moved()
        sums = {name: int(sum(member.count(name) for member in members)) for name in COUNTS}
        status = "completed" if job.fields["status"] == RUNNING else CANCELED
        jobs.change(job, status=status, endedAt=self._platform.clock.stamp(), **sums)

    def _cut_off(self, job: Job, status: str) -> None:
        """End a job that the sandbox itself has ended, and those of its steps."""
        stamp = self._platform.clock.stamp()
        for member in (job, *self._platform.jobs.children(job)):
            if member.is_unfinished:
                self._platform.jobs.change(member, status=status, endedAt=stamp)
