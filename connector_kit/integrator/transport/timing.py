"""Time as an argument: clocks, timeouts, deadlines. All in seconds."""

import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """Tells the time and waits; tests use one that takes no time."""

    def now(self) -> float:
        """Return seconds since some fixed moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Return *seconds* later."""


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Return seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return *seconds* later."""
        time.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


@dataclass(frozen=True)
class Timeout:
    """How long to wait: for a connection, for the next bytes, for a call with all its repeats."""

    connect: float = 5.0
    read: float = 60.0
    total: float = 300.0


@dataclass(frozen=True)
class Deadline:
    """A moment after which an answer is of no use."""

    at: float
    clock: Clock = field(default=SYSTEM_CLOCK, repr=False)

    @classmethod
    def after(cls, seconds: float, *, clock: Clock = SYSTEM_CLOCK) -> "Deadline":
        """Return the moment *seconds* from now."""
        return cls(clock.now() + seconds, clock)

    def remaining(self) -> float:
        """Return the seconds that are left; negative when it has passed."""
        return self.at - self.clock.now()

    def earlier(self, other: "Deadline | None") -> "Deadline":
        """Return the stricter of the two."""
        return other if other is not None and other.remaining() < self.remaining() else self
