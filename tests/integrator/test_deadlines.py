"""No call outlives the time it has."""

import pytest

from connector_kit.integrator import Deadline, MemoryThrottle, RetryPolicy, Timeout
from connector_kit.integrator.errors import OutcomeUnknown, RateLimited, Unavailable
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK
from tests.integrator.scripted import STORED, Dropped, Reply, Silent


def test_nothing_is_sent_after_the_deadline(make_client, platform, clock):
    client = make_client(deadline=Deadline.after(10, clock=clock))
    client.exports.get("64a1")
    clock.sleep(10)

    with pytest.raises(Unavailable, match="was not sent: the time limit was reached"):
        client.exports.get("64a1")

    assert len(platform.received) == 1


def test_no_repeat_is_started_that_cannot_finish(make_client, platform, clock):
    platform.plays(Reply(429, headers={"Retry-After": "20"}))
    client = make_client(deadline=Deadline.after(10, clock=clock))

    with pytest.raises(RateLimited) as caught:
        client.exports.get("64a1")

    assert caught.value.retry_after == 20
    assert clock.slept == []


def test_a_write_cut_off_by_the_deadline_is_unknown(make_client, platform, clock):
    platform.plays(Dropped())
    retry = RetryPolicy(first=6.0, clock=clock, random=lambda: 1.0)
    client = make_client(retry=retry, deadline=Deadline.after(10, clock=clock))

    with pytest.raises(OutcomeUnknown):
        client.exports.update("64a1", STORED)

    assert clock.slept == [6]


def test_nobody_waits_for_a_turn_that_comes_too_late(make_client, platform, clock):
    throttle = MemoryThrottle(1, 0.01, clock=clock)
    client = make_client(throttle=throttle, deadline=Deadline.after(10, clock=clock))
    client.exports.get("64a1")

    with pytest.raises(RateLimited, match=r"allows it only in 10[01] s"):
        client.exports.get("64a1")

    assert len(platform.received) == 1
    assert clock.slept == []


def test_without_a_deadline_a_call_has_its_own(make_client, platform, clock):
    platform.plays(Reply(429, headers={"Retry-After": "30"}))
    retry = RetryPolicy(attempts=100, clock=clock, random=lambda: 0.0)

    with pytest.raises(RateLimited):
        make_client(retry=retry, timeout=Timeout(total=100)).exports.get("64a1")

    assert clock.slept == [30, 30, 30]


def test_waiting_for_an_answer_ends_with_the_deadline(make_client, platform):
    platform.plays(Silent())
    client = make_client(
        retry=RetryPolicy(attempts=1), timeout=Timeout(read=60), deadline=Deadline.after(0.1)
    )

    with pytest.raises(Unavailable, match="timed out"):
        client.exports.get("64a1")


def test_the_stricter_of_two_deadlines_counts(clock):
    near, far = (Deadline.after(seconds, clock=clock) for seconds in (1, 2))

    assert near.earlier(far) is far.earlier(near) is near
    assert near.earlier(None) is near


def test_the_system_clock_runs_on_its_own():
    before = SYSTEM_CLOCK.now()
    SYSTEM_CLOCK.sleep(0.001)

    assert 0 < SYSTEM_CLOCK.now() - before < 5
