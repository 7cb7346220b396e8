"""Staying under the rate limit: a bucket of turns per account, and a queue in front of it.

The platform lets a bucket of requests through at once and refills it steadily
(protocol/http-api.md#rate-limit, U1). Here a caller takes a turn in that bucket and is told how
long to wait for it: it asks once, sleeps once, and no later caller can overtake it. The arithmetic
is GCRA, in which a bucket is one moment in time: when it will be full again.
"""

import threading
from dataclasses import dataclass
from math import inf
from typing import NamedTuple, Protocol

from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock

FIRST_PENALTY, LONGEST_PENALTY = 1.0, 60.0
"""Seconds of pause after a 429 that names none; doubled from one 429 to the next."""

LONGEST_PAUSE = 3600.0
"""Seconds that a 429 can stop an account for, whatever it names."""

FORGET_AFTER = 60.0
"""Seconds after a pause in which another 429 still counts as the next."""

SHELF_SHARE = 0.2
"""The share of what a limit leaves unused that turns taken in advance may cost."""


class Throttle(Protocol):
    """Spaces requests out, account by account; shared by threads."""

    def acquire(self, account: str, *, within: float | None = None) -> None:
        """Return when the account's next request may be sent.

        Raises `TurnTooLate`, and takes no turn, if that is more than *within* seconds away.
        """

    def slow_down(self, account: str, seconds: float | None = None) -> None:
        """Stop the account's requests for everyone: the platform answered 429.

        For *seconds* when the platform named them, else for a penalty that doubles.
        """


class TurnTooLate(Exception):
    """The account's turn comes later than the caller can wait; `seconds` from now."""

    def __init__(self, account: str, seconds: float) -> None:
        super().__init__(f"the rate limit of account {account} allows it only in {seconds:.0f} s.")
        self.seconds = seconds


class NoThrottle:
    """Lets everything through at once."""

    def acquire(self, account: str, *, within: float | None = None) -> None:
        """Return at once."""

    def slow_down(self, account: str, seconds: float | None = None) -> None:
        """Do nothing; the refused caller waits by itself."""


@dataclass(frozen=True)
class Limit:
    """The platform's limit for one account, and how far below it to stay.

    *size* requests at once, *rate* more each second. A little of both is left unused: requests
    that were sent evenly arrive unevenly, and a bucket that something else has emptied has to
    fill up again.
    """

    size: int = 100
    rate: float = 30.0
    spare_size: float = 0.05
    spare_rate: float = 0.01

    @property
    def interval(self) -> float:
        """Seconds from one turn to the next."""
        return 1 / (self.rate * (1 - self.spare_rate))

    @property
    def turns(self) -> int:
        """Turns that a full bucket holds."""
        return max(1, int(self.size * (1 - self.spare_size)))

    @property
    def burst(self) -> float:
        """Seconds that it takes a bucket to fill up."""
        return self.turns * self.interval

    @property
    def shelf_life(self) -> float:
        """Seconds for which a turn taken in advance is good; see `handfuls`."""
        return SHELF_SHARE * max(0, self.size - self.turns) / self.rate


class Grant(NamedTuple):
    """A turn and the seconds to wait for it; *more* were taken along, for use at once."""

    wait: float
    more: int = 0


class Ledger(Protocol):
    """Keeps the accounts' buckets."""

    def turn(
        self, account: str, *, longest: float, is_held: bool, more: int = 0, back: int = 0
    ) -> Grant:
        """Take the account's next turn, and *more* if that leaves the bucket half full.

        Takes none if the wait is more than *longest*. A caller that already holds a turn
        (*is_held*) and has waited for it asks whether it is still valid: 0, unless the bucket was
        paused meanwhile. Before that, *back* unused turns are returned.
        """

    def pause(self, account: str, seconds: float | None) -> None:
        """Empty the bucket, and hand out no turn for *seconds* (None: for the next penalty)."""


class QueueThrottle:
    """Waits for the turns that a ledger hands out."""

    def __init__(self, ledger: Ledger, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._ledger = ledger
        self._clock = clock

    def acquire(self, account: str, *, within: float | None = None) -> None:
        """Return when the account's next request may be sent; see `Throttle`."""
        until = inf if within is None else self._clock.now() + within
        longest, is_held = max(0.0, until - self._clock.now()), False
        while (wait := self._ledger.turn(account, longest=longest, is_held=is_held).wait) > 0:
            if wait > longest:
                raise TurnTooLate(account, wait)
            self._clock.sleep(wait)
            longest, is_held = max(0.0, until - self._clock.now()), True

    def slow_down(self, account: str, seconds: float | None = None) -> None:
        """Stop the account's requests for everyone; see `Throttle`."""
        self._ledger.pause(account, None if seconds is None else min(seconds, LONGEST_PAUSE))


@dataclass(slots=True)
class Bucket:
    """One account's bucket, in seconds of the ledger's clock."""

    full_at: float
    paused_until: float = -inf
    penalty: float = 0.0

    def turn(
        self,
        limit: Limit,
        now: float,
        *,
        longest: float,
        is_held: bool,
        more: int = 0,
        back: int = 0,
    ) -> Grant:
        """See `Ledger.turn`."""
        if is_held and now >= self.paused_until:
            return Grant(0.0)
        if back and now >= self.paused_until + FORGET_AFTER:  # a pause empties the bucket
            self.full_at -= back * limit.interval
        full_at = max(self.full_at, now) + limit.interval
        wait = max(0.0, full_at - now - limit.burst)
        if wait > longest:
            return Grant(wait)
        leaves_half = full_at + more * limit.interval <= now + limit.burst / 2
        granted = more if leaves_half else 0
        self.full_at = full_at + granted * limit.interval
        return Grant(wait, granted)

    def pause(self, limit: Limit, now: float, seconds: float | None) -> None:
        """See `Ledger.pause`. Several 429s at once are one: they pause the bucket once."""
        if seconds is None:
            if now < self.paused_until:
                return
            is_repeated = now < self.paused_until + FORGET_AFTER
            doubled = min(2 * self.penalty, LONGEST_PENALTY) if is_repeated else 0.0
            seconds = self.penalty = max(FIRST_PENALTY, doubled)
        self.paused_until = max(self.paused_until, now + seconds)
        self.full_at = max(self.full_at, self.paused_until + limit.burst - limit.interval)


class MemoryLedger:
    """The buckets of one process. A new one is full, or empty unless *starts_full*."""

    def __init__(self, limit: Limit, *, clock: Clock, starts_full: bool = True) -> None:
        self._limit = limit
        self._clock = clock
        self._starts_full = starts_full
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.Lock()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that have a bucket here."""
        return tuple(self._buckets)

    def turn(
        self, account: str, *, longest: float, is_held: bool, more: int = 0, back: int = 0
    ) -> Grant:
        """See `Ledger`."""
        with self._lock:
            now = self._clock.now()
            return self._bucket(account, now).turn(
                self._limit, now, longest=longest, is_held=is_held, more=more, back=back
            )

    def pause(self, account: str, seconds: float | None) -> None:
        """See `Ledger`."""
        with self._lock:
            now = self._clock.now()
            self._bucket(account, now).pause(self._limit, now, seconds)

    def _bucket(self, account: str, now: float) -> Bucket:
        if account not in self._buckets:
            self._buckets = {
                name: bucket
                for name, bucket in self._buckets.items()
                # Others hold no information.
                if max(bucket.full_at, bucket.paused_until + FORGET_AFTER) >= now
            }
            full_at = now if self._starts_full else now + self._limit.burst
            self._buckets[account] = Bucket(full_at)
        return self._buckets[account]


class MemoryThrottle(QueueThrottle):
    """The throttle of a single process; *size* and *rate* are the platform's limit."""

    def __init__(self, size: int = 100, rate: float = 30.0, *, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__(MemoryLedger(Limit(size, rate), clock=clock), clock=clock)
