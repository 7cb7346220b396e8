"""What time it is, whatever this machine's clock says."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from connector_kit.models import Connector, Installation, clock
from connector_kit.models.clock import ASKED_EVERY, SharedClock
from tests.rollouts.databases import KINDS, serving

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Machine:
    """A machine whose wall clock may be wrong, beside a database whose clock is right."""

    skew: float = 0.0
    passed: float = 0.0
    slept: float = 0.0
    asked: int = 0
    clock: SharedClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SharedClock(
            ask=self.database_time,
            steady=lambda: self.passed,
            wall=lambda: NOON.timestamp() + self.passed + self.slept + self.skew,
        )

    def database_time(self) -> datetime:
        self.asked += 1
        return NOON + timedelta(seconds=self.passed + self.slept)


@pytest.mark.parametrize("skew", [-600.0, -3.0, 0.0, 90.0, 86_400.0])
def test_a_wrong_clock_of_the_machine_changes_nothing(skew):
    machine = Machine(skew=skew)

    assert machine.clock() == NOON
    machine.passed += 7.5
    assert machine.clock() == NOON + timedelta(seconds=7.5)


def test_the_database_is_asked_once_a_minute():
    machine = Machine()

    for _ in range(100):
        machine.clock()
        machine.passed += 1

    assert machine.asked == 2
    assert ASKED_EVERY == 60


def test_after_a_sleep_of_the_machine_the_database_is_asked_again():
    machine = Machine()
    machine.clock()

    machine.slept += 3600  # the steady clock stands still meanwhile

    assert machine.clock() == NOON + timedelta(hours=1)


def test_a_clock_that_is_set_anew_is_no_harm():
    machine = Machine(skew=500)
    machine.clock()

    machine.skew = 0
    machine.passed += 1

    assert machine.clock() == NOON + timedelta(seconds=1)


def test_many_threads_read_the_same_time():
    machine = Machine()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: machine.clock(), range(200))) == {NOON}


@pytest.mark.django_db
def test_it_is_an_aware_moment_in_utc():
    moment = clock.ask_database()

    assert moment.utcoffset() == timedelta(0)
    assert abs(moment - timezone.now()) < timedelta(seconds=5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db(transaction=True)
def test_whoever_has_a_wrong_clock_takes_nobodys_lease(tmp_path, kind, monkeypatch):
    with KINDS[kind](tmp_path) as database, serving(database):
        held = _installation()
        assert held.take_lease("here", now=clock.now(), seconds=60)

        monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(minutes=10))
        elsewhere = Machine(skew=600).clock
        elsewhere.ask = clock.ask_database

        assert not held.take_lease("elsewhere", now=elsewhere(), seconds=60)


def _installation() -> Installation:
    connector = Connector.objects.create(slug="orders", name="Orders")
    return Installation.objects.create(connector=connector, integration_id="5" * 24)
