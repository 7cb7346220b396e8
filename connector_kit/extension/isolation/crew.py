"""The function processes of one serving process: as many as are needed, and no more for long."""

from __future__ import annotations

import logging
import queue
import threading
import time

from connector_kit.extension.isolation.channels import QUICK_SECONDS
from connector_kit.extension.isolation.children import FunctionProcess, Nursery

log = logging.getLogger("connector_kit.extension")

AT_FULL_SPEED = 2
"""Processes at quick calls as long as calls wait: more would only get in each other's way, since
quick calls are those that compute."""

KEPT_SECONDS = 2.0
"""How long a process is kept that has nothing to do."""


class BusyError(Exception):
    """There is no process for a call, nor can there be one now."""


class Crew:
    """Processes that answer calls, one at a time each; thread-safe.

    There are *most* of them at the most. Those that have nothing to do end, but for *kept*.
    """

    def __init__(self, nursery: Nursery, *, most: int, kept: int) -> None:
        self._nursery = nursery
        self._most = most
        self._kept = kept
        self._lock = threading.Lock()
        self._members: set[FunctionProcess] = set()
        self._idle: list[FunctionProcess] = []  # the one used last is last: it is warm
        self._turns: queue.SimpleQueue[None] = queue.SimpleQueue()  # one for each that is idle
        self._caretaker: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._members)

    def start(self) -> None:
        """Have one process; raises RuntimeError when the functions cannot be loaded."""
        with self._lock:
            if not self._members:
                self._fork()

    def take(self, patience: float) -> FunctionProcess:
        """Return a process that has nothing to do; one is made for it after *patience* seconds.

        Raises `BusyError`, and RuntimeError when there is none and the functions cannot be loaded.
        """
        try:
            self._turns.get(block=False)
        except queue.Empty:
            self._wait(patience)
        process = self._idle.pop()
        process.since = time.monotonic()
        return process

    def give_back(self, process: FunctionProcess) -> None:
        """Have *process* do the next call: it has answered."""
        process.since = time.monotonic()
        self._idle.append(process)
        self._turns.put(None)

    def remove(self, process: FunctionProcess) -> None:
        """Strike off a process that has ended, or is about to."""
        with self._lock:
            self._members.discard(process)
        process.close()

    def reinforce(self, at_full_speed: int) -> None:
        """See that as many are *at_full_speed* as should be: those at slow calls do not count.

        Does nothing while another thread is at it. Raises RuntimeError when nobody is left and the
        functions cannot be loaded.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            if len(self._members) < min(self._most, self._slow() + at_full_speed):
                self._fork_if_possible()
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let go of those that are idle, and of the nursery; others end after their call."""
        with self._lock:
            self._most = self._kept = 0
        while self._let_one_go(time.monotonic()):
            pass
        with self._lock:
            self._nursery.close()

    def _wait(self, patience: float) -> None:
        """Wait for a turn; there are more processes if it takes long."""
        give_up_at = time.monotonic() + patience
        while True:
            if not self._members:
                self.start()
            try:
                self._turns.get(timeout=QUICK_SECONDS)
            except queue.Empty:
                if time.monotonic() < give_up_at:
                    self.reinforce(AT_FULL_SPEED)
                else:
                    self._grow()
            else:
                return

    def _grow(self) -> None:
        """Have one process more; raises `BusyError` when there cannot be another one."""
        with self._lock:
            if len(self._members) >= self._most:
                raise BusyError
            try:
                self._fork()
            except RuntimeError as failure:
                raise BusyError from failure

    def _fork_if_possible(self) -> None:
        try:
            self._fork()
        except RuntimeError as failure:
            if not self._members:
                raise
            log.error("logName=noFunctionProcess, %s", failure)  # noqa: TRY400 - known, and said

    def _fork(self) -> None:
        process = self._nursery.fork()
        self._members.add(process)
        self.give_back(process)
        if len(self._members) > self._kept and self._caretaker is None:
            self._caretaker = threading.Thread(target=self._take_care, daemon=True)
            self._caretaker.start()

    def _slow(self) -> int:
        """How many are at a call that has turned out not to be a quick one."""
        before = time.monotonic() - QUICK_SECONDS
        at_work = self._members - set(self._idle)
        return sum(process.since < before for process in at_work)

    def _take_care(self) -> None:
        """Let those go that have been idle for long, until there are no more than are kept."""
        while True:
            time.sleep(KEPT_SECONDS / 4)
            while self._let_one_go(time.monotonic() - KEPT_SECONDS):
                pass
            with self._lock:
                if len(self._members) <= self._kept:
                    self._caretaker = None
                    return

    def _let_one_go(self, idle_since: float) -> bool:
        """Let the process go that has been idle for longest, if it was *idle_since* then."""
        if len(self._members) <= self._kept or not self._idle:
            return False
        try:
            self._turns.get(block=False)
        except queue.Empty:
            return False
        process = self._idle.pop(0)
        if process.since > idle_since:
            self._idle.insert(0, process)
            self._turns.put(None)
            return False
        self.remove(process)
        return True
