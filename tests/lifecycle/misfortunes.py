"""Ways for an operation to be interrupted at its nth point, and the end of the trouble.

The default suite tries every sixth point or, where a story is told in both frameworks, every
twelfth. The slow one tries every third, others each day (`tests.rotation`), and in thorough stories
every single one; with ``EVERY_POINT=1`` every suite does so in all stories.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from connector_kit.integrator import Pool
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.models import Installation
from tests.lifecycle.customers import Attempt, Customer
from tests.rotation import ROTATION


class Death(SystemExit):
    """Ends the function call where it is, as the end of its process would."""


@dataclass
class Fault:
    """The platform's misfortune: from the nth request on, or at the nth alone."""

    kind: str
    limit: int = 0

    def strike(self, n: int, customer: Customer) -> None:
        self._platform = customer.platform
        self._platform.control("/reset_counters", {})
        self._platform.control(
            "/faults",
            {
                "rate": 1,
                "kinds": [self.kind],
                "skip": n,
                "limit": self.limit,
                "accounts": [customer.account.account_id],
                "tokens": [customer.token_kind],
            },
        )

    def end(self) -> bool:
        """Behave again; returns whether anything went wrong."""
        self._platform.control("/faults", {})
        return self._platform.control("/counters")["faults_injected"] > 0


@dataclass
class _Interruption:
    """Something of the kit's own that ends the call when it happens for the nth time."""

    passed: int = field(default=0, init=False)

    def strike(self, n: int, _customer: Customer) -> None:
        self.passed, self._limit, self._patch = 0, n, pytest.MonkeyPatch()
        self._interpose()

    def end(self) -> bool:
        """Let everything pass again, long enough after a death; returns whether it struck."""
        self._patch.undo()
        run_leases_out()
        return self.passed > self._limit

    def _interpose(self) -> None:
        raise NotImplementedError

    def _is_due(self) -> bool:
        self.passed += 1
        return self.passed == self._limit + 1


class DeathAfterRequest(_Interruption):
    """The process dies right after the platform has carried out the nth request."""

    def _interpose(self) -> None:
        send = Pool.send

        def send_and_die(pool: Pool, request: Any, **timeouts: Any) -> Any:
            response = send(pool, request, **timeouts)
            if self._is_due():
                raise Death
            return response

        self._patch.setattr(Pool, "send", send_and_die)


@dataclass
class BrokenRecord(_Interruption):
    """The database fails when the nth step is to be recorded, which the platform has taken."""

    journal: Any = DatabaseJournal

    def _interpose(self) -> None:
        record = self.journal.record

        def fail_or_record(journal: Any, *step: Any) -> None:
            if self._is_due():
                raise OperationalError("the database has gone away")
            record(journal, *step)

        self._patch.setattr(self.journal, "record", fail_or_record)


def run_leases_out() -> None:
    """Let so much time pass that no dead process holds an installation any more."""
    Installation.objects.exclude(lease_owner="").update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


MISFORTUNES = {
    "errors_beyond_all_repeats": Fault("500"),
    "one_dropped_connection": Fault("drop", limit=1),
    "one_lost_answer": Fault("lost_answer", limit=1),
    "death_after_the_request": DeathAfterRequest(),
    "a_database_that_fails_to_record": BrokenRecord(),
}
FATAL = ("death_after_the_request", "a_database_that_fails_to_record")
"""Those that end a call wherever they strike, after the platform has done what it was asked."""


def points(stride: int = 6, *, is_thorough: bool = False) -> Iterator[int]:
    """The points at which an operation is struck, one after the other, without an end."""
    if "EVERY_POINT" in os.environ:
        return count()
    if ROTATION is None:
        return count(0, stride)
    return count() if is_thorough else count(ROTATION % 3, 3)


def each_point(
    misfortune: Any, customer: Customer, *, at_least: int = 6, is_thorough: bool = False
) -> Iterator[Callable[[Iterable[Attempt]], None]]:
    """For every point at which the misfortune can strike: a way to live through it.

    That makes each of the attempts, and makes one that failed again when the trouble is over.
    Ends when nothing was struck, because an operation was over before its nth point.
    """
    for n in points(stride=12, is_thorough=is_thorough):
        strikes: list[bool] = []

        def live_through(attempts, n=n, strikes=strikes):
            misfortune.strike(n, customer)
            for attempt in attempts:
                if not attempt():
                    strikes.append(misfortune.end())
                    assert attempt(), f"still failing, after a strike at point {n}"
            strikes.append(misfortune.end())

        yield live_through
        if not any(strikes):
            assert n >= at_least, "an operation has more points than that"
            return
