"""The function processes of one serving process: as many as are needed, and no more for long."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

from connector_kit.extension.isolation.children import ForkServer, FunctionProcess
from connector_kit.extension.isolation.messages import ChannelClosed
from connector_kit.extension.threads import Threads
from connector_kit.logs import Event

QUICK_SECONDS = 0.02
"""Calls younger than this are left alone. Slow calls and the queue are checked this often."""

INSPECT_EVERY = 0.1
"""Seconds between two checks of what slow calls have started."""

AT_FULL_SPEED = 2
"""Processes for quick calls while other calls wait. Quick calls compute, so more processes would
only compete for the processor."""

KEPT_SECONDS = 2.0
"""How long an idle process is kept."""

QUEUE_LIMIT = 256
"""Calls that may wait for a process."""


log = logging.getLogger("connector_kit.extension")


class BusyError(Exception):
    """There is no process for a call, and none can be started now."""


class Waiter:
    """A call that waits for a process, no longer than *patience* seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.deadline = time.monotonic() + patience
        self.process: asyncio.Future[FunctionProcess] = asyncio.get_running_loop().create_future()

    def wait_anew(self) -> None:
        """Restart its patience: the time that loading the functions took does not count."""
        self.deadline = time.monotonic() + self._patience


class Pool:
    """Processes that answer calls, one at a time each. Used on one event loop.

    There are at most *size* of them. Those that have nothing to do end, but for *kept*. A call may
    have *processes* of its own, and they may take *memory* bytes (0: as many as there are).
    """

    def __init__(
        self,
        server: ForkServer,
        threads: Threads,
        *,
        size: int,
        kept: int,
        processes: int,
        memory: int,
    ) -> None:
        self._server, self._threads = server, threads
        self._size, self._kept = size, kept
        self._processes, self._memory = processes, memory
        self._idle: list[FunctionProcess] = []  # used last is last: its memory is warm
        self._busy: set[FunctionProcess] = set()
        self._queue: deque[Waiter] = deque()
        self._is_forking = self._is_inspecting = False
        self._outdated: set[FunctionProcess] = set()  # busy ones with code that has changed
        self._renewals = 0
        self._is_server_outdated = False
        self._inspect_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._idle) + len(self._busy)

    async def acquire(self, patience: float, seconds: float) -> FunctionProcess:
        """Return a process for a call that may take *seconds*; wait *patience* seconds at most.

        Raises `BusyError`, and RuntimeError when there is none and the functions cannot be loaded.
        """
        process = self._idle.pop() if self._idle else await self._wait(patience)
        self._busy.add(process)
        process.since = time.monotonic()
        process.deadline = process.since + seconds
        process.is_slow = False
        self._watch()
        return process

    def release(self, process: FunctionProcess) -> None:
        """Make *process*, which has answered, available for the next call."""
        if process in self._outdated:
            self.remove(process)
            return
        self._busy.discard(process)
        self.add(process)

    def remove(self, process: FunctionProcess) -> None:
        """Drop a process that has ended or is about to end."""
        self._busy.discard(process)
        self._outdated.discard(process)
        process.close()
        if self._queue and len(self) < self._size:
            self._grow()

    def add(self, process: FunctionProcess) -> None:
        """Give *process* to the call that has waited longest, or keep it for the next one."""
        process.since = time.monotonic()
        while self._queue:
            waiter = self._queue.popleft()
            if not waiter.process.done():
                self._busy.add(process)
                waiter.process.set_result(process)
                return
        self._idle.append(process)
        if not self._size:
            self._end_idle(math.inf)

    def renew(self) -> None:
        """Have every call from now on answered by the code that is there now.

        Idle processes end, others after their call; the fork server before it forks again, which it
        does at once if processes are kept.
        """
        self._renewals += 1
        self._is_server_outdated = True
        self._outdated |= self._busy
        while self._idle:
            self._idle.pop().close()
        if self._kept:
            self._grow()

    def close(self) -> None:
        """End the processes that are idle, and the fork server; others end after their call."""
        self._size = self._kept = 0
        self._end_idle(math.inf)
        self._server.close()

    async def _wait(self, patience: float) -> FunctionProcess:
        if len(self._queue) >= QUEUE_LIMIT:
            raise BusyError
        waiter = Waiter(patience)
        self._queue.append(waiter)
        if not len(self):
            self._grow()
        self._watch()
        try:
            return await waiter.process
        except asyncio.CancelledError:
            if waiter in self._queue:
                self._queue.remove(waiter)
            elif not waiter.process.cancelled() and not waiter.process.exception():
                self.release(waiter.process.result())  # it got a process in the same moment
            raise

    def _watch(self) -> None:
        """Check running and waiting calls for as long as there are any."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(QUICK_SECONDS, self._look)

    def _look(self) -> None:
        now = time.monotonic()
        slow = {process for process in self._busy if now - process.since >= QUICK_SECONDS}
        for process in slow:
            if now >= process.deadline:
                process.fail(TimeoutError())
        if slow and now >= self._inspect_at and not self._is_inspecting:
            self._inspect_at = now + INSPECT_EVERY
            self._begin(self._inspect([(process, process.since) for process in slow]))
        if len(self) < min(self._size, self._wanted(slow)):
            self._grow()
        # A call that has waited too long gets a process more, or is refused.
        while self._queue and self._queue[0].deadline <= now and not self._is_forking:
            if len(self) < self._size:
                self._grow()
                break
            self._refuse_first(BusyError())
        self._end_idle(now - KEPT_SECONDS)
        self._timer = None
        if self._busy or self._queue or self._is_forking:
            self._watch()
        elif len(self._idle) > self._kept:
            self._timer = asyncio.get_running_loop().call_later(KEPT_SECONDS / 4, self._look)

    def _wanted(self, slow: set[FunctionProcess]) -> int:
        """Return how many processes there should be while *slow* ones are busy."""
        if self._queue:
            return len(slow) + AT_FULL_SPEED
        newly_slow = [process for process in slow if not process.is_slow]
        for process in newly_slow:
            process.is_slow = True
        return len(slow) + 1 if newly_slow else 0  # one for the next call

    def _refuse_first(self, failure: Exception) -> None:
        waiter = self._queue.popleft()
        if not waiter.process.done():
            waiter.process.set_exception(failure)

    def _end_idle(self, idle_since: float) -> None:
        """End processes that have been idle since *idle_since*, down to the number that is kept."""
        while self._idle and len(self) > self._kept and self._idle[0].since <= idle_since:
            self._idle.pop(0).close()

    def _grow(self) -> None:
        """Fork one more process, unless one is being forked."""
        if not self._is_forking:
            self._is_forking = True
            self._begin(self._fork())

    async def _fork(self) -> None:
        forked: list[FunctionProcess] = []
        renewals, is_outdated = self._renewals, self._is_server_outdated
        self._is_server_outdated = False
        try:
            if is_outdated:
                await self._threads.run(self._server.close)
            await self._threads.run(lambda: forked.append(self._server.fork()))
        except asyncio.CancelledError:  # the loop ends
            for process in forked:
                process.close()
            raise
        except Exception as failure:  # noqa: BLE001 - the calls that wait get it
            if len(self):
                log.warning(Event("noFurtherFunctionProcess", [("reason", failure)]))
            while self._queue and not len(self):
                self._refuse_first(failure)
            return
        finally:
            self._is_forking = False
        [process] = forked
        if renewals != self._renewals:  # it may have the code of before
            process.close()
            self._grow()
        else:
            self._welcome(process)

    def _welcome(self, process: FunctionProcess) -> None:
        """Add a new process; the calls that wait begin to wait only now if it is the first."""
        if not len(self):
            for waiter in self._queue:
                waiter.wait_anew()
        if self._size:
            self.add(process)
        else:
            process.close()

    async def _inspect(self, calls: list[tuple[FunctionProcess, float]]) -> None:
        """Fail those of *calls*, a process and when its call began, that ended or took too much."""
        for process, since in calls:
            # Something else that it started may keep its channel open.
            if process.since == since and process.has_ended:
                process.receive()  # what it may have sent before
                process.fail(ChannelClosed())
        self._is_inspecting = True
        try:
            excesses = await self._threads.run(
                lambda: [process.excess(self._processes, self._memory) for process, _ in calls]
            )
        finally:
            self._is_inspecting = False
        for (process, since), excess in zip(calls, excesses, strict=True):
            if excess is not None and process.since == since:
                process.fail(excess)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself would not keep it
        task.add_done_callback(self._tasks.discard)
