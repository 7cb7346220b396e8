from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector_kit.models import Operation, Push, Rollout, Wave
from connector_kit.rollouts.decide import (
    CurrentWave,
    InFlight,
    Report,
    Snapshot,
    judge,
    next_steps,
)
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    PushAgain,
    Settle,
    StartWave,
    VerifyWave,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
EARLIER = NOW - timedelta(minutes=5)
Outcome = Operation.Outcome

SENT = InFlight(1, Push.State.SENT, attempts=1, due_at=SOON)
CLAIMED = replace(SENT, state=Push.State.CLAIMED)
RUNNING = Snapshot(
    state=Rollout.State.RUNNING,
    window=3,
    failure_limit=2,
    max_attempts=3,
    wave=CurrentWave(7, Wave.State.RUNNING, has_unsettled=True),
)


def report(outcome="", **fields):
    return Report(operation=50, outcome=outcome, **fields)


def failed(code, message="so it was"):
    return report(Outcome.FAILED, code=code, message=message)


FATES = [
    pytest.param(replace(SENT, report=None), None, id="nothing heard yet: wait"),
    pytest.param(
        replace(SENT, report=report(Outcome.DONE)),
        Settle(1, Push.State.UPDATED, operation=50),
        id="done: updated",
    ),
    pytest.param(
        replace(SENT, report=report(Outcome.CURRENT)),
        Settle(1, Push.State.CURRENT, operation=50),
        id="found nothing to do: current",
    ),
    pytest.param(
        replace(CLAIMED, report=report(Outcome.DONE)),
        Settle(1, Push.State.UPDATED, operation=50),
        id="done before the push was known to be sent: updated",
    ),
    pytest.param(
        replace(SENT, report=report(Outcome.CHECKPOINT, code="checkpoint")),
        PushAgain(1, 0, NOW, "checkpoint", "", 50),
        id="checkpoint: at once, and no attempt is used up",
    ),
    pytest.param(
        replace(SENT, report=failed("platform_unavailable")),
        PushAgain(1, 1, NOW + timedelta(seconds=2), "platform_unavailable", "so it was", 50),
        id="failed: again after a pause",
    ),
    pytest.param(
        replace(SENT, attempts=2, report=failed("platform_unavailable")),
        PushAgain(1, 2, NOW + timedelta(seconds=4), "platform_unavailable", "so it was", 50),
        id="failed again: after a longer pause",
    ),
    pytest.param(
        replace(SENT, attempts=3, report=failed("platform_unavailable")),
        Settle(1, Push.State.FAILED, "platform_unavailable", "so it was", 50),
        id="failed for the last time: failed",
    ),
    pytest.param(
        replace(SENT, report=failed("component_deleted")),
        Settle(1, Push.State.FAILED, "component_deleted", "so it was", 50),
        id="failed for good: not repeated",
    ),
    pytest.param(
        replace(SENT, report=failed("license_expired")),
        Settle(1, Push.State.SKIPPED, "license_expired", "so it was", 50),
        id="nothing to update: skipped",
    ),
    pytest.param(
        replace(SENT, report=report(alive_until=SOON)),
        None,
        id="running, with a sign of life: wait",
    ),
    pytest.param(
        replace(SENT, due_at=EARLIER, report=report(alive_until=SOON)),
        None,
        id="running for long, with a sign of life: wait",
    ),
    pytest.param(
        replace(SENT, report=report()),
        None,
        id="running, and its process is just about to finish it: wait",
    ),
]


@pytest.mark.parametrize(("push", "fate"), FATES)
def test_the_fate_of_a_push_follows_from_its_update(push, fate):
    assert judge(push, max_attempts=3, now=NOW) == fate


def test_an_update_that_broke_off_is_pushed_again_at_once():
    push = replace(SENT, report=report(alive_until=EARLIER))

    again = judge(push, max_attempts=3, now=NOW)

    assert again == PushAgain(1, 1, NOW, "interrupted", again.message, 50)


def test_an_update_that_breaks_off_every_time_fails():
    push = replace(SENT, attempts=3, report=report(alive_until=EARLIER))

    assert judge(push, max_attempts=3, now=NOW).state == Push.State.FAILED


def test_an_update_to_another_release_is_no_success():
    push = replace(SENT, report=report(Outcome.DONE, is_ours=False))

    again = judge(push, max_attempts=3, now=NOW)

    assert (type(again), again.code) == (PushAgain, "other_release")


def test_a_push_that_was_claimed_and_never_sent_is_due_again_without_losing_an_attempt():
    push = replace(CLAIMED, attempts=3, due_at=EARLIER)

    assert judge(push, max_attempts=3, now=NOW) == PushAgain(1, 2, NOW)


def test_a_push_that_nobody_answered_is_repeated_and_fails_in_the_end():
    push = replace(SENT, due_at=EARLIER)

    assert judge(push, max_attempts=3, now=NOW) == PushAgain(1, 1, NOW, "no_answer")
    last = judge(replace(push, attempts=3), max_attempts=3, now=NOW)
    assert (last.state, last.code) == (Push.State.FAILED, "no_answer")
    assert "hostURI" in last.message


def test_a_waiting_wave_is_started_and_fills_the_window():
    wave = CurrentWave(7, Wave.State.WAITING, due=(1, 2, 3, 4), has_unsettled=True)

    assert next_steps(replace(RUNNING, wave=wave), NOW) == (StartWave(7), Claim((1, 2, 3)))


def test_only_the_free_part_of_the_window_is_filled():
    wave = CurrentWave(7, Wave.State.RUNNING, due=(2, 3, 4), has_unsettled=True)

    assert next_steps(replace(RUNNING, wave=wave, in_flight=(SENT,)), NOW) == (Claim((2, 3)),)


def test_a_settled_push_makes_room_in_the_same_step():
    wave = CurrentWave(7, Wave.State.RUNNING, due=(2, 3, 4), has_unsettled=True)
    done = replace(SENT, report=report(Outcome.DONE))

    steps = next_steps(replace(RUNNING, wave=wave, in_flight=(done,)), NOW)

    assert steps[1:] == (Claim((2, 3, 4)),)


def test_nothing_is_done_while_pushes_are_in_flight_and_none_is_due():
    assert next_steps(replace(RUNNING, in_flight=(SENT,)), NOW) == ()


def test_a_finished_wave_is_verified_and_then_completed():
    settled = CurrentWave(7, Wave.State.RUNNING, has_unverified=True)

    assert next_steps(replace(RUNNING, wave=settled), NOW) == (VerifyWave(7),)
    being_verified = replace(settled, is_being_verified=True)
    assert next_steps(replace(RUNNING, wave=being_verified), NOW) == ()
    verified = replace(settled, has_unverified=False)
    assert next_steps(replace(RUNNING, wave=verified), NOW) == (CompleteWave(7),)


def test_a_rollout_without_a_wave_left_is_complete():
    assert next_steps(replace(RUNNING, wave=None), NOW) == (CompleteRollout(),)


def test_the_failure_limit_halts_and_pushes_nothing_more():
    wave = CurrentWave(7, Wave.State.RUNNING, due=(2, 3), has_unsettled=True)
    last_straw = replace(SENT, report=failed("component_deleted"))
    snapshot = replace(RUNNING, failures=1, wave=wave, in_flight=(last_straw,))

    settled, halt = next_steps(snapshot, NOW)

    assert settled.state == Push.State.FAILED
    assert isinstance(halt, Halt)
    assert "2 failed, and the limit is 2" in halt.reason


@pytest.mark.parametrize("state", [s for s in Rollout.State if s != Rollout.State.RUNNING])
def test_a_rollout_that_does_not_run_pushes_nothing_and_settles_what_is_in_flight(state):
    wave = CurrentWave(7, Wave.State.RUNNING, due=(2, 3), has_unsettled=True)
    done = replace(SENT, report=report(Outcome.DONE))
    snapshot = replace(RUNNING, state=state, wave=wave, in_flight=(done,), failures=9)

    assert next_steps(snapshot, NOW) == (Settle(1, Push.State.UPDATED, operation=50),)


def test_an_aborted_rollout_pushes_nothing_again():
    stopped = replace(SENT, report=report(Outcome.CHECKPOINT))
    snapshot = replace(RUNNING, state=Rollout.State.ABORTED, in_flight=(stopped,))

    (step,) = next_steps(snapshot, NOW)

    assert (step.state, step.code) == (Push.State.SKIPPED, "aborted")
