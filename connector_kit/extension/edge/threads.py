"""A fixed number of threads that an event loop hands complete work to."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]


class TooMuchError(Exception):
    """More work waits than will be done in good time."""


class Threads:
    """Does jobs, *count* at a time, while no more than *most_waiting* others wait.

    Unlike concurrent.futures it makes nothing for a job but one future: that is a fifth of what a
    small function call costs.
    """

    def __init__(self, name: str, count: int, most_waiting: int) -> None:
        self._name, self._count = name, count
        self._most = count + most_waiting
        self._open = 0
        self._jobs: queue.SimpleQueue[tuple[Job, asyncio.Future[None]]] = queue.SimpleQueue()
        self._has_begun = False

    async def do(self, job: Job) -> None:
        """Return when *job* is done; raises what it raises.

        Raises `TooMuchError` when too much is waiting already.
        """
        if self._open >= self._most:
            raise TooMuchError
        if not self._has_begun:
            self._begin()
        done = asyncio.get_running_loop().create_future()
        self._open += 1
        try:
            self._jobs.put((job, done))
            await done
        finally:
            self._open -= 1

    def _begin(self) -> None:
        self._has_begun = True
        for number in range(self._count):
            name = f"{self._name}-{number}"
            threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            job, done = self._jobs.get()
            failure: Exception | None = None
            try:
                job()
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                failure = error
            except BaseException as error:  # noqa: BLE001 - and it ends neither thread nor loop
                failure = RuntimeError(f"The job would have ended the process: {error!r}")
            done.get_loop().call_soon_threadsafe(_finish, done, failure)
            del job, done, failure  # the next one may be long in coming, and these hold a body


def _finish(done: asyncio.Future[None], failure: Exception | None) -> None:
    if done.done():
        return
    if failure is None:
        done.set_result(None)
    else:
        done.set_exception(failure)
