"""The function processes of one serving process: as many as are needed, and what became of them."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Collection

from connector_kit.extension.isolation.children import FunctionProcess, Nursery
from connector_kit.extension.isolation.desk import LEAVE, NOBODY, PLACES, QUICK_SECONDS, Desk

log = logging.getLogger("connector_kit.extension")

AT_FULL_SPEED = 2
"""Processes at quick calls as long as calls wait: more would only get in each other's way, since
quick calls are those that compute."""

KEPT_SECONDS = 2.0
"""How long processes are kept after they were needed last."""

LET_GO_EVERY = 0.5
"""Seconds between two that are let go then."""


class Crew:
    """Processes that take calls off the *desk*; thread-safe.

    There are *most* of them at the most. *waiting* are the tickets of the calls that are being
    waited for; a process that has noted one of them and died is left for whoever waits to find.
    """

    def __init__(
        self, desk: Desk, nursery: Nursery, *, most: int, waiting: Collection[int]
    ) -> None:
        self._desk = desk
        self._nursery = nursery
        self._most = most
        self._waiting = waiting
        self._lock = threading.Lock()
        self._members: dict[int, FunctionProcess] = {}
        self._places = itertools.cycle(range(PLACES))
        self._let_go_at = 0.0
        self._lost_at = 0.0

    def __len__(self) -> int:
        return len(self._members)

    def start(self) -> None:
        """Have one process; raises RuntimeError when the functions cannot be loaded."""
        with self._lock:
            if not self._members:
                self._fork()

    def reinforce(self, at_full_speed: int) -> None:
        """See that as many are *at_full_speed* as should be: those at slow calls do not count.

        Does nothing while another thread is at it. Raises RuntimeError when nobody is left and the
        functions cannot be loaded.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._bury()
            needed = min(self._most, self._slow() + at_full_speed)
            if len(self._members) <= needed:
                self._let_go_at = time.monotonic() + KEPT_SECONDS
            if len(self._members) < needed:
                self._fork_if_possible()
        finally:
            self._lock.release()

    def relax(self) -> None:
        """Let one process go when there are more than slow calls and one for the quick ones."""
        now = time.monotonic()
        if now < self._let_go_at or not self._lock.acquire(blocking=False):
            return
        try:
            self._let_go_at = now + LET_GO_EVERY
            self._bury()
            if len(self._members) > self._slow() + 1:
                self._desk.dismiss()
        finally:
            self._lock.release()

    def at(self, ticket: int) -> tuple[FunctionProcess, float] | None:
        """Return who has taken the call with *ticket* and when, None while nobody has."""
        for process in tuple(self._members.values()):
            noted, since = self._desk.notes.read(process.place)
            if noted == ticket:
                return process, since
        return None

    def has_lost(self, *, since: float) -> bool:
        """Tell whether a call laid down *since* may have gone with the process that took it.

        Whoever takes a call notes it in the next moment, unless that moment is its last.
        """
        return self._lost_at >= since

    def remove(self, process: FunctionProcess) -> None:
        """Strike off a process that has ended, or is about to."""
        with self._lock:
            if self._members.pop(process.place, None):
                process.forget()

    def remove_ending(self, ticket: int) -> None:
        """Strike off the process that ends with the answer to the call with *ticket*."""
        found = self.at(ticket)
        if found:
            self.remove(found[0])

    def withdraw(self, ticket: int) -> bool:
        """Take a call back that nobody can take; tell whether it still lay there."""
        with self._lock:
            return not self._members and self._desk.withdraw(ticket)

    def close(self) -> None:
        """Forget everybody, and end the nursery."""
        with self._lock:
            while self._members:
                self._members.popitem()[1].forget()
            self._nursery.close()

    def _fork_if_possible(self) -> None:
        try:
            self._fork()
        except RuntimeError as failure:
            if not self._members:
                raise
            log.error("logName=noFunctionProcess, %s", failure)  # noqa: TRY400 - known, and said

    def _fork(self) -> None:
        place = next(each for each in self._places if each not in self._members)
        self._desk.notes.write(place, NOBODY)
        self._members[place] = self._nursery.fork(place)

    def _slow(self) -> int:
        """How many are at a call that has turned out not to be a quick one."""
        notes = (self._desk.notes.read(place) for place in self._members)
        before = time.monotonic() - QUICK_SECONDS
        return sum(ticket not in (NOBODY, LEAVE) and since < before for ticket, since in notes)

    def _bury(self) -> None:
        """Strike off those that have ended, except where a caller has yet to find out."""
        for process in tuple(self._members.values()):
            if not process.has_ended:
                continue
            ticket, _ = self._desk.notes.read(process.place)  # its last word
            if ticket in self._waiting:
                continue
            if ticket != LEAVE:
                self._lost_at = time.monotonic()
            del self._members[process.place]
            process.forget()
