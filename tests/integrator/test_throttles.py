"""The rate limit's promises, kept by the throttle of one process and by that of all of them."""

import math
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from hypothesis import example, given, settings
from hypothesis import strategies as st
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from connector_kit.integrator.transport.handfuls import MOST, Handfuls
from connector_kit.integrator.transport.redis_throttle import RedisLedger, RedisThrottle
from connector_kit.integrator.transport.throttle import (
    Ledger,
    Limit,
    MemoryLedger,
    MemoryThrottle,
    NoThrottle,
    QueueThrottle,
    TurnTooLate,
)
from connector_kit.integrator.transport.timing import SystemClock
from connector_kit.local_redis import redis_server
from tests.integrator.scripted import FakeClock

SLOW = Limit(size=3, rate=0.1, spare_size=0, spare_rate=0)
"""Three at once, then one every ten seconds: no time passes while a test runs."""

MakeLedger = Callable[[Limit], Ledger]


@contextmanager
def redis_at(socket: Path) -> Iterator[str]:
    command = [redis_server(), "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        url = f"unix://{socket}"
        patient = Retry(ConstantBackoff(0.01), 500, (redis.ConnectionError,))
        with redis.Redis.from_url(url, retry=patient) as client:
            client.ping()
        yield url
        server.terminate()


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_at(tmp_path_factory.mktemp("redis") / "socket") as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
def make_ledger(request: pytest.FixtureRequest, redis_url: str) -> MakeLedger:
    if request.param == "memory":
        return lambda limit: MemoryLedger(limit, clock=SystemClock())
    return lambda limit: RedisLedger(redis_url, limit)


@pytest.fixture
def account(request: pytest.FixtureRequest) -> str:
    return request.node.name


def turn(
    ledger: Ledger, account: str, *, longest: float = math.inf, is_held: bool = False
) -> float:
    return ledger.turn(account, longest=longest, is_held=is_held).wait


def about(seconds: float) -> object:
    """That long, less what passes by Redis's clock meanwhile; turns are ten seconds apart."""
    return pytest.approx(seconds, abs=4 if seconds else 0.01)


class TestEveryLedger:
    def test_lets_a_full_bucket_through_at_once_and_then_one_by_one(self, make_ledger, account):
        ledger = make_ledger(SLOW)

        waits = [turn(ledger, account) for _ in range(6)]

        assert waits == [0, 0, 0, about(10), about(20), about(30)]

    def test_keeps_a_bucket_for_each_account(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        for _ in range(4):
            turn(ledger, account)

        assert turn(ledger, f"{account} another") == 0

    def test_takes_no_turn_that_comes_too_late(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        for _ in range(3):
            turn(ledger, account)

        assert turn(ledger, account, longest=5) == about(10)
        assert turn(ledger, account, longest=5) == about(10)

    def test_lets_go_who_has_waited_for_a_turn(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        for _ in range(5):
            turn(ledger, account)

        assert turn(ledger, account, is_held=True) == 0
        assert turn(ledger, account) == about(30)

    def test_stops_everyone_for_as_long_as_the_platform_says(self, make_ledger, account):
        ledger = make_ledger(SLOW)

        ledger.pause(account, 100)

        assert turn(ledger, account) == about(100)
        assert turn(ledger, account) == about(110)
        assert turn(ledger, f"{account} another") == 0

    def test_sends_those_back_to_the_queue_who_wait_when_a_pause_begins(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        for _ in range(4):
            turn(ledger, account)

        ledger.pause(account, 100)

        assert turn(ledger, account, is_held=True) == about(100)

    def test_counts_several_refusals_at_once_as_one(self, make_ledger, account):
        ledger = make_ledger(SLOW)

        for _ in range(5):
            ledger.pause(account, 100)
            ledger.pause(account, 50)
            ledger.pause(account, None)

        assert turn(ledger, account) == about(100)

    def test_takes_a_bucket_for_empty_after_a_refusal(self, make_ledger, account):
        ledger = make_ledger(SLOW)

        ledger.pause(account, 0)

        assert [turn(ledger, account) for _ in range(2)] == [about(0), about(10)]

    def test_begins_with_a_short_pause_when_the_platform_names_none(self, make_ledger, account):
        ledger = make_ledger(SLOW)

        ledger.pause(account, None)

        assert 0 < turn(ledger, account) <= 1

    def test_gives_each_turn_to_one_of_many_threads(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        waits: list[float] = []
        threads = [
            threading.Thread(target=lambda: waits.extend(turn(ledger, account) for _ in range(5)))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(waits) == [0, 0, 0, *(about(10 * n) for n in range(1, 38))]

    def test_gives_more_turns_at_a_time_only_while_the_bucket_stays_half_full(
        self, make_ledger, account
    ):
        ledger = make_ledger(Limit(size=20, rate=0.1, spare_size=0, spare_rate=0))

        grants = [ledger.turn(account, longest=math.inf, is_held=False, more=4) for _ in range(4)]

        assert grants == [(0, 4), (0, 4), (0, 0), (0, 0)]
        assert [turn(ledger, account) for _ in range(9)] == [*[0] * 8, about(10)]

    def test_takes_turns_back_but_not_into_a_bucket_that_was_paused(self, make_ledger, account):
        ledger = make_ledger(SLOW)
        for _ in range(3):
            turn(ledger, account)

        assert ledger.turn(account, longest=math.inf, is_held=False, back=2).wait == 0
        ledger.pause(account, 0)
        assert ledger.turn(account, longest=math.inf, is_held=False, back=3).wait == about(0)
        assert turn(ledger, account) == about(10)


def test_redis_buckets_are_shared_by_throttles_and_forgotten_in_time(redis_url, account):
    first, second = RedisLedger(redis_url, SLOW), RedisLedger(redis_url, SLOW)

    waits = [turn(ledger, account) for ledger in (first, second, first, second)]

    assert waits == [0, 0, 0, about(10)]
    with redis.Redis.from_url(redis_url) as server:
        assert 0 < server.ttl(f"connector-kit:rate:{account}") <= 40


class TestPenalties:
    def pause_of(self, throttle: MemoryThrottle, clock: FakeClock) -> float:
        throttle.slow_down("acme")
        before = clock.now()
        throttle.acquire("acme")
        return clock.now() - before

    def test_double_from_one_refusal_to_the_next_up_to_a_bound(self, clock):
        throttle = MemoryThrottle(clock=clock)

        pauses = [self.pause_of(throttle, clock) for _ in range(9)]

        assert pauses == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60])

    def test_are_forgotten_after_a_while_without_refusals(self, clock):
        throttle = MemoryThrottle(clock=clock)
        for _ in range(4):
            self.pause_of(throttle, clock)

        clock.sleep(61)

        assert self.pause_of(throttle, clock) == pytest.approx(1)

    def test_never_stop_an_account_for_good(self, clock):
        throttle = MemoryThrottle(clock=clock)
        throttle.slow_down("acme", 10.0**12)

        throttle.acquire("acme")

        assert sum(clock.slept) == pytest.approx(3600)


class TestWaiting:
    def test_is_one_sleep_for_each_turn(self, clock):
        throttle = QueueThrottle(MemoryLedger(SLOW, clock=clock), clock=clock)

        for _ in range(5):
            throttle.acquire("acme")

        assert clock.slept == pytest.approx([10, 10])

    def test_is_done_when_the_turn_comes_in_time(self, clock):
        throttle = QueueThrottle(MemoryLedger(SLOW, clock=clock), clock=clock)
        for _ in range(3):
            throttle.acquire("acme")

        throttle.acquire("acme", within=11)

        assert clock.slept == pytest.approx([10])

    def test_fails_at_once_when_the_turn_comes_too_late(self, clock):
        throttle = QueueThrottle(MemoryLedger(SLOW, clock=clock), clock=clock)
        for _ in range(3):
            throttle.acquire("acme")

        with pytest.raises(TurnTooLate) as caught:
            throttle.acquire("acme", within=9)

        assert caught.value.seconds == pytest.approx(10)
        assert clock.slept == []

    def test_begins_anew_when_the_bucket_is_paused_meanwhile(self, clock):
        throttle = QueueThrottle(MemoryLedger(SLOW, clock=clock), clock=clock)
        for _ in range(3):
            throttle.acquire("acme")
        rest = clock.sleep

        def sleep_while_the_platform_refuses_others(seconds: float) -> None:
            clock.sleep = rest
            throttle.slow_down("acme", 25)
            rest(seconds)

        clock.sleep = sleep_while_the_platform_refuses_others
        throttle.acquire("acme")

        assert clock.slept == pytest.approx([10, 15])

    def test_forgets_accounts_that_have_been_idle(self, clock):
        ledger = MemoryLedger(SLOW, clock=clock)
        for n in range(100):
            turn(ledger, f"account {n}")

        clock.sleep(1000)
        turn(ledger, "another")

        assert ledger.accounts == ("another",)


def test_no_throttle_lets_everything_through(clock):
    throttle = NoThrottle()

    throttle.slow_down("acme", 100)
    throttle.acquire("acme", within=0)


class PlatformBucket:
    """The platform's side, written down independently: a level that is refilled as time passes."""

    def __init__(self, size: int, rate: float) -> None:
        self.size, self.rate, self.level, self.at = size, rate, float(size), 0.0

    def admits(self, at: float) -> bool:
        self.level = min(self.size, self.level + (at - self.at) * self.rate)
        self.at = at
        self.level -= 1
        return self.level >= -1e-6


@given(
    size=st.integers(1, 200),
    rate=st.floats(0.5, 300),
    rests=st.lists(st.floats(0, 20), min_size=1, max_size=300),
)
def test_whatever_is_sent_when_the_platform_never_refuses_it(size, rate, rests):
    clock = FakeClock()
    throttle = MemoryThrottle(size, rate, clock=clock)
    platform = PlatformBucket(size, rate)
    platform.at = clock.now()

    for rest in rests:
        clock.time += rest if rest > 10 else 0.0
        throttle.acquire("acme")
        assert platform.admits(clock.now())


@settings(max_examples=25)
@given(delays=st.lists(st.floats(0, 0.15), min_size=400, max_size=400))
def test_requests_that_the_network_bunches_up_are_still_within_the_limit(delays):
    clock = FakeClock()
    throttle = MemoryThrottle(100, 30.0, clock=clock)
    arrivals = []
    for delay in delays:
        throttle.acquire("acme")
        arrivals.append(clock.now() + delay)
    platform = PlatformBucket(100, 30.0)
    platform.at = 1000.0

    assert all(platform.admits(at) for at in sorted(arrivals))


class Greedy(Handfuls):
    """Takes as many turns as it can get, whatever the pace."""

    def _usable(self) -> int:
        return MOST


@given(
    size=st.integers(1, 200),
    rate=st.floats(0.5, 300),
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.1, 1.0, 8.0, 20.0])), max_size=50
    ),
)
@example(size=100, rate=30.0, steps=[(0, 20.0), (1, 0.0), (0, 14.0)])
@example(size=100, rate=30.0, steps=[(0, 20.0), (1, 0.9), (2, 0.9)])
def test_nor_does_it_refuse_what_several_processes_take_by_the_handful(size, rate, steps):
    clock, limit = FakeClock(), Limit(size, rate)
    ledger = MemoryLedger(limit, clock=clock)
    processes = [QueueThrottle(Greedy(ledger, limit, clock=clock), clock=clock) for _ in range(4)]
    platform = PlatformBucket(size, rate)
    platform.at = clock.now()

    burst = [(number % 4, 0.0) for number in range(size + 40)]
    for process, rest in [*steps, *burst]:
        clock.time += rest / rate
        processes[process].acquire("acme")
        assert platform.admits(clock.now())


class TestHandfuls:
    """A ledger that is far away is asked once for several turns."""

    @pytest.fixture
    def asked(self) -> list[int]:
        return []

    @pytest.fixture
    def handfuls(self, clock: FakeClock, asked: list[int]) -> Handfuls:
        class Counted(MemoryLedger):
            def turn(self, account, **how):
                grant = super().turn(account, **how)
                asked.append(grant.more)
                return grant

        limit = Limit(100, 30.0)
        return Handfuls(Counted(limit, clock=clock), limit, clock=clock)

    def follow_each_other(self, handfuls, clock, seconds: float, times: int = 50) -> None:
        for _ in range(times):
            turn(handfuls, "acme")
            clock.sleep(seconds)

    def test_serve_requests_that_follow_each_other_quickly(self, handfuls, asked, clock):
        self.follow_each_other(handfuls, clock, 0.001)
        asked.clear()

        for _ in range(MOST + 1):
            assert turn(handfuls, "another") == 0

        assert asked == [MOST]

    @pytest.mark.parametrize(("seconds", "turns"), [(0.01, 3), (0.03, 1), (0.1, 0), (0.9, 0)])
    def test_are_as_large_as_the_pace_of_the_requests_makes_use_of(
        self, handfuls, asked, clock, seconds, turns
    ):
        self.follow_each_other(handfuls, clock, seconds)
        clock.sleep(10)

        turn(handfuls, "another")

        assert asked[-1] == turns

    def test_are_not_smaller_because_an_account_was_idle(self, handfuls, clock, asked):
        self.follow_each_other(handfuls, clock, 0.001)
        clock.sleep(10)

        turn(handfuls, "acme")

        assert asked[-1] == MOST

    def test_take_nothing_from_slow_requests(self, handfuls, clock, asked):
        self.follow_each_other(handfuls, clock, 0.1)

        assert sum(asked) == 0

    def test_are_kept_for_each_account(self, handfuls, asked, clock):
        self.follow_each_other(handfuls, clock, 0.001)
        asked.clear()

        for account in ("one", "two", "one", "two"):
            turn(handfuls, account)

        assert asked == [MOST, MOST]

    @pytest.mark.parametrize(
        ("rest", "left"),
        [
            pytest.param(0.04, 95 - 1 - 3, id="given back when they were not used at once"),
            pytest.param(0.1, 95 - 21 + 2 - 3, id="forgone when they were not used for long"),
        ],
    )
    def test_are(self, clock, rest, left):
        limit = Limit(100, 30.0)
        ledger = MemoryLedger(limit, clock=clock)
        handfuls = Handfuls(ledger, limit, clock=clock)
        self.follow_each_other(handfuls, clock, 0.001)
        turn(handfuls, "another")
        clock.sleep(rest)

        turn(handfuls, "another")

        assert [turn(ledger, "another") for _ in range(95)].count(0) == left

    def test_are_not_taken_from_a_bucket_that_runs_low(self, handfuls, clock, asked):
        self.follow_each_other(handfuls, clock, 0.001)
        asked.clear()

        waits = [turn(handfuls, "another") for _ in range(96)]

        assert waits == [*[0] * 95, pytest.approx(1 / 29.7)]
        assert sum(asked) == 2 * MOST

    def test_are_given_up_when_the_platform_refuses(self, handfuls, clock):
        self.follow_each_other(handfuls, clock, 0.001)
        handfuls.pause("acme", 100)

        assert turn(handfuls, "acme") == pytest.approx(100)

    def test_are_not_taken_under_a_limit_that_leaves_nothing_unused(self, clock):
        ledger = MemoryLedger(SLOW, clock=clock)
        handfuls = Handfuls(ledger, SLOW, clock=clock)

        assert [turn(handfuls, "acme") for _ in range(4)] == [0, 0, 0, pytest.approx(10)]


@pytest.mark.parametrize("count", [300, 1000, 5000])
def test_what_is_left_unused_costs_less_than_a_twentieth_of_the_time(clock, count):
    throttle = MemoryThrottle(100, 30.0, clock=clock)
    began = clock.now()

    for _ in range(count):
        throttle.acquire("acme")

    assert clock.now() - began <= 1.05 * (count - 100) / 30.0


class TestWithoutRedis:
    def test_the_work_goes_on_at_the_pace_of_one_process(self, clock, caplog):
        throttle = RedisThrottle("redis://:hidden@127.0.0.1:1/0", 100, 10.0, clock=clock)

        for _ in range(11):
            throttle.acquire("acme")

        assert sum(clock.slept) == pytest.approx(1.1, abs=0.2)
        assert len(caplog.records) == 1
        assert "Redis does not respond" in caplog.text
        assert "hidden" not in f"{caplog.text} {throttle!r}"

    def test_a_pause_is_kept_as_well(self, clock):
        throttle = RedisThrottle("redis://127.0.0.1:1/0", clock=clock)

        throttle.slow_down("acme", 30)
        throttle.acquire("acme")

        assert sum(clock.slept) == pytest.approx(30, abs=0.1)

    def test_it_is_used_again_once_it_is_back_and_nobody_bursts(self, tmp_path, clock, caplog):
        socket = tmp_path / "socket"
        throttle = RedisThrottle(f"unix://{socket}", 50, 1.0, clock=clock)
        throttle.acquire("acme")
        with redis_at(socket) as url:
            clock.sleep(2)

            throttle.acquire("acme")

            assert "Redis responds again" in caplog.text
            assert turn(RedisLedger(url, Limit(50, 1.0)), "acme", longest=0) > 0

    def test_its_restart_in_the_middle_of_the_work_stops_nobody(self, tmp_path, clock, caplog):
        socket = tmp_path / "socket"
        throttle = RedisThrottle(f"unix://{socket}", 50, 1000.0, clock=clock)
        with redis_at(socket):
            throttle.acquire("acme")
        clock.sleep(2)
        throttle.acquire("acme")
        clock.sleep(2)
        with redis_at(socket):
            throttle.acquire("acme")

        assert [record.message.split(";")[0][:18] for record in caplog.records] == [
            "Redis does not res",
            "Redis responds aga",
        ]
