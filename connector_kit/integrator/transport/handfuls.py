"""Several turns of the rate limit at once, so that not every request asks for its own."""

import threading
from dataclasses import dataclass

from connector_kit.integrator.transport.throttle import Grant, Ledger, Limit
from connector_kit.integrator.transport.timing import Clock

MOST = 20
"""The most turns taken in advance: an ordinary update needs no more."""

WEIGHT = 0.2
"""How much the newest pause between two requests counts against those before."""

IDLE = 1.0
"""Seconds after which the next request to an account is the first of something else."""

MANY = 100
"""Accounts to remember before those without turns at hand are dropped."""


@dataclass(slots=True)
class Hand:
    """The turns at hand for one account, and how long they are valid."""

    used_at: float
    turns: int = 0
    good_until: float = 0.0


class Handfuls:
    """A ledger that asks a remote one only once for several turns.

    It asks for as many as will be used within the limit's shelf life, judging by the pace of
    requests, and only while the bucket is well filled. Stale turns are returned with the next
    question, if that follows soon enough, and otherwise lost. A turn that is used or returned late
    costs no more than what flows into the bucket in the meantime, for which the limit leaves room.
    """

    def __init__(self, ledger: Ledger, limit: Limit, *, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._shelf_life = limit.shelf_life
        self._pace = self._longest = 2 * self._shelf_life
        self._hands: dict[str, Hand] = {}
        self._lock = threading.Lock()

    def turn(
        self, account: str, *, longest: float, is_held: bool, more: int = 0, back: int = 0
    ) -> Grant:
        """See `Ledger`."""
        if is_held or more or back or not self._shelf_life:
            return self._ledger.turn(
                account, longest=longest, is_held=is_held, more=more, back=back
            )
        has_one, stale = self._take(account)
        if has_one:
            return Grant(0.0)
        fits = self._shelf_life >= MOST * self._pace
        usable = MOST if fits else int(self._shelf_life / self._pace)  # before they go stale
        grant = self._ledger.turn(account, longest=longest, is_held=False, more=usable, back=stale)
        if grant.more:
            now = self._clock.now()
            with self._lock:
                self._hands[account] = Hand(now, grant.more, now + self._shelf_life)
        return Grant(grant.wait)

    def pause(self, account: str, seconds: float | None) -> None:
        """See `Ledger`."""
        with self._lock:
            self._hands.pop(account, None)
        self._ledger.pause(account, seconds)

    def _take(self, account: str) -> tuple[bool, int]:
        """Take one of the turns at hand, if it is good; else return how many can be given back."""
        with self._lock:
            now = self._clock.now()
            hand = self._hand(account, now)
            if hand.turns and now <= hand.good_until:
                hand.turns -= 1
                return True, 0
            stale, hand.turns = hand.turns, 0
            return False, stale if now <= hand.good_until + self._shelf_life else 0

    def _hand(self, account: str, now: float) -> Hand:
        """What is at hand of *account*; learns from its use how quickly requests follow."""
        hand = self._hands.get(account)
        if hand is None:
            if len(self._hands) > MANY:
                at_hand = (item for item in self._hands.items() if item[1].good_until >= now)
                self._hands = dict(at_hand)
            hand = self._hands[account] = Hand(used_at=now)
            return hand
        pause, hand.used_at = now - hand.used_at, now
        if pause < IDLE:
            self._pace += WEIGHT * (min(pause, self._longest) - self._pace)
        return hand
