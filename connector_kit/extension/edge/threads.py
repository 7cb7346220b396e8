"""A fixed number of threads that an event loop hands complete work to."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], None]


class TooMuchError(Exception):
    """More work waits than will be done in good time."""


class Threads:
    """Does jobs, *count* at a time, while no more than *most_waiting* others wait.

    Unlike concurrent.futures it makes one future for a job, and wakes the loop once for all jobs
    that were done meanwhile: that is a good part of what a small function call costs.
    """

    def __init__(self, name: str, count: int, most_waiting: int) -> None:
        self._name, self._count = name, count
        self._most = count + most_waiting
        self._open = 0
        self._jobs: queue.SimpleQueue[tuple[Job, asyncio.Future[None]]] = queue.SimpleQueue()
        self._done: deque[tuple[asyncio.Future[None], Exception | None]] = deque()
        self._is_loop_told = False
        self._has_begun = False

    async def do(self, job: Job) -> None:
        """Return when *job* is done; raises what it raises.

        Raises `TooMuchError` when too much is waiting already.
        """
        if self._open >= self._most:
            raise TooMuchError
        if not self._has_begun:
            self._begin()
        future = asyncio.get_running_loop().create_future()
        self._open += 1
        try:
            self._jobs.put((job, future))
            await future
        finally:
            self._open -= 1

    def _begin(self) -> None:
        self._has_begun = True
        for number in range(self._count):
            name = f"{self._name}-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            job, future = self._jobs.get()
            loop = future.get_loop()
            self._done.append((future, _failure_of(job)))
            del job, future  # the next one may be long in coming, and these hold a body
            if not self._is_loop_told:
                self._is_loop_told = True
                loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        self._is_loop_told = False  # before looking: what is done from now on is told again
        while self._done:
            future, failure = self._done.popleft()
            if future.done():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)


def _failure_of(job: Job) -> Exception | None:
    """Do *job*; return what it raises. Nothing that it raises ends thread or loop."""
    try:
        job()
    except Exception as error:  # noqa: BLE001 - whoever waits gets it
        return error
    except BaseException as error:  # noqa: BLE001
        return RuntimeError(f"The job would have ended the process: {error!r}")
    return None
