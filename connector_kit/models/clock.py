"""The time, by the one clock that all processes share: the database's.

The clocks of two machines may differ by minutes. So any time that one process stores and another
one compares (when a lease or a claim runs out, when a push was sent) comes from here, on both
sides.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection

ASKED_EVERY = 60.0
"""Seconds for which one answer of the database is relied on; crystals lose microseconds."""
LEAP = 1.0
"""Seconds between this machine's two clocks that show that it was set, or slept meanwhile."""

_QUESTIONS = {
    # Not now(): that is when the transaction began.
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')",
}


def ask_database() -> datetime:
    """Return what time it is at the database, aware and in UTC."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTIONS[connection.vendor])
        answer = cursor.fetchone()[0]
    moment = datetime.fromisoformat(answer) if isinstance(answer, str) else answer
    return moment.astimezone(UTC)


@dataclass(frozen=True)
class _Reading:
    """An answer of *ask*, and this machine's clocks at that moment."""

    at: datetime
    steady: float
    wall: float


@dataclass
class SharedClock:
    """Reads the time from *ask* now and then, and counts from there with *steady*.

    *wall* is this machine's own time: it never leaves this class, and shows only that the machine
    slept. Safe for many threads: a reading is one value, replaced as a whole.
    """

    ask: Callable[[], datetime] = ask_database
    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    _reading: _Reading | None = field(default=None, init=False)

    def __call__(self) -> datetime:
        """Return the time, aware and in UTC; raises what *ask* raises."""
        reading = self._reading
        if reading is None or not self._holds(reading):
            reading = self._reading = self._read()
        return reading.at + timedelta(seconds=self.steady() - reading.steady)

    def _holds(self, reading: _Reading) -> bool:
        passed, passed_by_wall = self.steady() - reading.steady, self.wall() - reading.wall
        return passed < ASKED_EVERY and abs(passed - passed_by_wall) < LEAP

    def _read(self) -> _Reading:
        """Ask, and take it that the answer was true half-way."""
        before = self.steady()
        at = self.ask()
        return _Reading(at, (before + self.steady()) / 2, self.wall())


now = SharedClock()
"""The database's time, aware and in UTC. Costs one short query a minute in each process."""
