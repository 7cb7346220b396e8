"""The status of a job, and waiting for its end (protocol/resources.md#job)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_kit.integrator.errors import StillRunning
from connector_kit.integrator.resources.documents import Job
from connector_kit.integrator.transport.timing import Clock, Deadline

EVERY = 5.0
"""Seconds between two polls of the platform's own client."""

DONE = frozenset({"completed", "failed", "canceled"})

_ONE_SPELLING = {"cancelled": "canceled", "cancelling": "canceling"}
"""Both are seen (U26)."""


def status_of(job: Mapping[str, Any]) -> str:
    """Return the job's status in the spelling of the platform's schemas: ``canceled``."""
    status = str(job.get("status") or "")
    return _ONE_SPELLING.get(status, status)


def count_of(job: Mapping[str, Any], name: str) -> int:
    """Return a count such as ``numError``: the job's own, or its children's where that is more.

    The numbers of a flow's job lag behind those of its steps while these run.
    """
    of_children = sum(count_of(child, name) for child in job.get("children") or ())
    return max(int(job.get(name) or 0), of_children)


def records_of(job: Mapping[str, Any]) -> int:
    """Return how many records the imports of a run took, *job* being given with its ``children``.

    A flow job's own ``numSuccess`` is the sum over all of its steps, exports and lookups included
    (seen in real accounts); it is taken where no steps are known.
    """
    steps = job.get("children") or ()
    if job.get("type") != "flow" or not steps:
        return count_of(job, "numSuccess")
    return sum(count_of(step, "numSuccess") for step in steps if step.get("type") == "import")


@dataclass(frozen=True)
class JobState:
    """The status of a job when it was read. A completed one may have errors.

    *successes* are the records that imports took (`records_of`).
    `percent` is None where the platform does not say how far it is.
    """

    job_id: str
    status: str
    successes: int
    errors: int
    ignored: int
    percent: float | None
    job: Job = field(repr=False, compare=False)

    @property
    def is_done(self) -> bool:
        """Whether the job will not change by itself."""
        return self.status in DONE

    @classmethod
    def of(cls, job: Job) -> JobState:
        """Return the status of *job*."""
        percent = job.get("percentComplete")
        return cls(
            job_id=job.get("_id", ""),
            status=status_of(job),
            successes=records_of(job),
            errors=count_of(job, "numError"),
            ignored=count_of(job, "numIgnore"),
            percent=None if percent is None else float(percent),
            job=job,
        )


def watch(
    read: Callable[[], Job], *, every: float, deadline: Deadline | None, clock: Clock
) -> Iterator[JobState]:
    """Yield the states that *read* finds, every *every* seconds of *clock*, until one is done.

    Raises `StillRunning` when the next poll would be after *deadline*.
    """
    while True:
        state = JobState.of(read())
        yield state
        if state.is_done:
            return
        if deadline is not None and deadline.remaining() <= every:
            raise StillRunning(
                f"The job {state.job_id} is {state.status or 'not done'} after the maximum wait. "
                "It continues to run: check again later, or cancel it.",
                code="still_running",
            )
        clock.sleep(every)
