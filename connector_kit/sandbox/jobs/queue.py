"""Jobs that wait, and those that run: one at a time for each flow.

A flow that is run while it runs is queued behind itself (protocol/http-api.md#6-flows).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from connector_kit.sandbox.jobs.store import QUEUED, Job

PARALLEL = 20
"""Jobs that run at once; the others wait."""

Execute = Callable[[Job], Awaitable[None]]


class Queue:
    """Takes jobs and has them executed, the oldest first. Nothing is, until it is opened."""

    def __init__(self) -> None:
        self._execute: Execute | None = None
        self._waiting: dict[str, Job] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._busy = 0
        self._moved = asyncio.Event()

    def open(self, execute: Execute) -> None:
        """Begin to execute jobs."""
        self._execute = execute
        self._fill()

    def take(self, job: Job) -> None:
        """Have a job executed when it is its turn."""
        self._waiting[job.id] = job
        if self._execute:
            self._consider(job)

    @property
    def in_flight(self) -> int:
        """How many run or wait."""
        waiting = [job for job in self._waiting.values() if job.fields.get("status") == QUEUED]
        return len(self._running) + len(waiting)

    def stir(self) -> None:
        """Look at the jobs again: one has ended, or was canceled."""
        self._fill()
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def moved(self) -> None:
        """Wait until a job has ended or was canceled."""
        await self._moved.wait()

    async def drained(self) -> None:
        """Wait until none runs or waits."""
        while self.in_flight:
            await self.moved()

    async def stop(self) -> None:
        """Give up what runs; what waits stays queued."""
        self._execute = None
        tasks = [*self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fill(self) -> None:
        for job in [*self._waiting.values()] if self._execute else ():
            self._consider(job)

    def _consider(self, job: Job) -> None:
        """Start a job if it is its turn, and forget one that was canceled."""
        if job.fields.get("status") != QUEUED:
            del self._waiting[job.id]
            return
        # What only waits for other jobs takes no room, lest they find none.
        has_room = job.flow_id is None or self._busy < PARALLEL
        if has_room and _turn(job) not in self._running:
            del self._waiting[job.id]
            self._running[_turn(job)] = asyncio.get_running_loop().create_task(self._run(job))
            self._busy += job.flow_id is not None

    async def _run(self, job: Job) -> None:
        try:
            if self._execute:
                await self._execute(job)
        finally:
            del self._running[_turn(job)]
            self._busy -= job.flow_id is not None
            self.stir()


def _turn(job: Job) -> str:
    """What at most one job runs for at a time."""
    return job.flow_id or job.id
