"""Failed records that are run again: their results count for the job that they failed in.

protocol/resources.md#job: a retry makes a new job whose results count towards the original.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connector_kit.sandbox.flows.runner.ledger import Ledger
from connector_kit.sandbox.flows.runner.loading import LoadedFlow
from connector_kit.sandbox.flows.runner.run import Run
from connector_kit.sandbox.http.wire import Document
from connector_kit.sandbox.jobs.retry_store import Retry
from connector_kit.sandbox.jobs.store import Job
from connector_kit.sandbox.platform import Platform


@dataclass(frozen=True)
class Group:
    """Records that failed at one step of one run; *parent* is that run's job."""

    step: tuple[str, str]
    parent: Job | None
    retries: list[Retry]


class RetryLedger(Ledger):
    """The ledger of a retry: its own job, and those of the run that the records failed in."""

    counts_pages = False

    def __init__(
        self, platform: Platform, job: Job, step_jobs: dict[str, Job], parent: Job | None
    ) -> None:
        super().__init__(platform, job)
        self.step_jobs, self._parent = step_jobs, parent

    def flow_jobs(self) -> list[Job]:
        """Return the retry, and the flow job it counts towards."""
        return [self.job, *([self._parent] if self._parent else [])]

    @property
    def goes_on(self) -> bool:
        """Whether the retry was not canceled; it does not matter that the run has ended."""
        return self.job.fields.get("status") == "running"

    def settle(self, retry: Retry, *, is_failed: bool) -> None:
        """Take back what the record had failed with, before its new result is booked.

        After a success its errors are resolved; after a failure new ones stand in their place.
        """
        failures, jobs = self._platform.failures, self._platform.jobs
        old = [
            failure
            for failure in failures.of_step(retry.flow_id, retry.step_id)
            if failure.retry_key == retry.id and not failure.is_resolved
        ]
        for failure in old:
            if is_failed:
                failures.delete(failure)
            else:
                stamp = self._platform.clock.stamp()
                failures.change(failure, resolvedAt=stamp, resolvedBy="retry")
        resolved = 0 if is_failed else len(old)
        for job in (self.step_jobs.get(retry.step_id), self._parent):
            if job and old:
                job.retried += resolved
                unresolved = max(0, int(job.count("numError")) - len(old))
                total = int(job.count("numResolved")) + resolved
                jobs.change(job, numError=unresolved, numResolved=total)

    def close(self, status: str, failed: str | None = None) -> None:
        """End the retry only; the jobs it counts towards have ended long ago."""
        steps, self.step_jobs = self.step_jobs, {}
        super().close(status, failed)
        self.step_jobs = steps


async def retry(platform: Platform, loaded: LoadedFlow, job: Job, keys: Iterable[str]) -> None:
    """Run the records of *keys* again; raises what a run raises."""
    task: Document = {}
    for group in group_retries(platform, job, keys):
        children = platform.jobs.children(group.parent) if group.parent else []
        steps = {
            str(child.fields.get("_exportId") or child.fields.get("_importId")): child
            for child in children
        }
        ledger = RetryLedger(platform, job, steps, group.parent)
        await Run(loaded, ledger, task).rerun(*group.step, group.retries)


def group_retries(platform: Platform, job: Job, keys: Iterable[str]) -> list[Group]:
    """Return what *keys* stand for, by step and by the run they failed in."""
    jobs, account_id = platform.jobs, job.account_id
    groups: dict[tuple[str, str | None], Group] = {}
    for key in keys:
        retry = platform.retries.get(account_id, key)
        if retry is None:
            continue
        step_job = jobs.get(account_id, retry.job_id)
        flow_job = step_job and jobs.get(account_id, step_job.fields.get("_flowJobId") or "")
        parent = flow_job or step_job
        is_export = platform.store.get(account_id, "exports", retry.step_id) is not None
        step = ("export" if is_export else "import", retry.step_id)
        place = (retry.step_id, parent.id if parent else None)
        groups.setdefault(place, Group(step, parent, [])).retries.append(retry)
    return [*groups.values()]
