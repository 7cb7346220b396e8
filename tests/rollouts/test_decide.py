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
    Undo,
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
        replace(SENT, report=report(Outcome.WAITS, code="waits_for_customer", message="log in")),
        Settle(1, Push.State.WAITS, "waits_for_customer", "log in", 50),
        id="done but for what waits for the customer: waits",
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


def test_a_push_that_was_claimed_and_never_sent_is_due_again_without_losing_an_attempt():
    push = replace(CLAIMED, attempts=3, due_at=EARLIER)

    assert judge(push, max_attempts=3, now=NOW) == PushAgain(1, 2, NOW)


def test_a_push_that_nobody_answered_is_repeated_and_given_up_in_the_end():
    push = replace(SENT, due_at=EARLIER)

    again = judge(push, max_attempts=3, now=NOW)
    assert again == PushAgain(1, 1, NOW, "no_answer", again.message)
    last = judge(replace(push, attempts=3), max_attempts=3, now=NOW)
    assert last.code == "no_answer"
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
    assert "2 installations failed, and the limit is 2" in halt.reason


@pytest.mark.parametrize("state", [s for s in Rollout.State if s != Rollout.State.RUNNING])
def test_a_rollout_that_does_not_run_pushes_nothing_and_settles_what_is_in_flight(state):
    wave = CurrentWave(7, Wave.State.RUNNING, due=(2, 3), has_unsettled=True)
    done = replace(SENT, report=report(Outcome.DONE))
    snapshot = replace(RUNNING, state=state, wave=wave, in_flight=(done,), failures=9)

    assert next_steps(snapshot, NOW) == (Settle(1, Push.State.UPDATED, operation=50),)


def test_what_stopped_at_a_checkpoint_goes_on_in_an_aborted_rollout():
    stopped = replace(SENT, report=report(Outcome.CHECKPOINT))
    snapshot = replace(RUNNING, state=Rollout.State.ABORTED, in_flight=(stopped,))

    assert next_steps(snapshot, NOW) == (PushAgain(1, 0, NOW, operation=50),)


@pytest.mark.parametrize(
    "push",
    [
        pytest.param(replace(SENT, report=failed("platform_unavailable")), id="failed"),
        pytest.param(replace(SENT, report=report(alive_until=EARLIER)), id="broke off"),
        pytest.param(replace(SENT, due_at=EARLIER), id="did not respond"),
        pytest.param(replace(CLAIMED, due_at=EARLIER), id="its worker died"),
        pytest.param(replace(SENT, report=failed("update_in_progress")), id="held by others"),
    ],
)
def test_what_an_aborted_rollout_would_retry_is_undone(push):
    snapshot = replace(RUNNING, state=Rollout.State.ABORTED, in_flight=(push,))

    (step,) = next_steps(snapshot, NOW)

    assert (type(step), step.code) == (Undo, "aborted")


RETRYING = replace(SENT, state=Push.State.RETRYING, due_at=NOW, code="platform_unavailable")


@pytest.mark.parametrize("state", Rollout.State)
def test_what_is_between_two_attempts_is_pushed_again_in_every_state(state):
    wave = CurrentWave(7, Wave.State.RUNNING, has_unsettled=True)
    snapshot = replace(RUNNING, state=state, wave=wave, in_flight=(RETRYING,))

    assert next_steps(snapshot, NOW) == (Claim((1,)),)


def test_what_is_between_two_attempts_waits_for_its_time():
    assert next_steps(replace(RUNNING, in_flight=(replace(RETRYING, due_at=SOON),)), NOW) == ()


def test_what_is_between_two_attempts_keeps_its_place_in_the_window():
    wave = CurrentWave(7, Wave.State.RUNNING, due=(5, 6, 7), has_unsettled=True)
    waiting = tuple(replace(RETRYING, id=number, due_at=SOON) for number in (1, 2))

    assert next_steps(replace(RUNNING, wave=wave, in_flight=waiting), NOW) == (Claim((5,)),)


def test_what_waited_for_its_next_attempt_and_succeeded_meanwhile_is_not_pushed_again():
    late = replace(RETRYING, report=report(Outcome.DONE))

    assert next_steps(replace(RUNNING, in_flight=(late,)), NOW) == (
        Settle(1, Push.State.UPDATED, operation=50),
    )


def test_two_installations_that_fail_with_one_code_of_the_release_count_at_once():
    in_flight = tuple(
        replace(RETRYING, id=number, due_at=SOON, code="author_error") for number in (1, 2)
    )

    (halt,) = next_steps(replace(RUNNING, in_flight=in_flight), NOW)

    assert isinstance(halt, Halt)


@pytest.mark.parametrize("codes", [("author_error", "another"), ("platform_unavailable",) * 2])
def test_different_codes_and_trouble_of_the_platform_do_not_count_before_the_last_attempt(codes):
    in_flight = tuple(
        replace(RETRYING, id=number, due_at=SOON, code=code) for number, code in enumerate(codes)
    )

    assert next_steps(replace(RUNNING, in_flight=in_flight), NOW) == ()


def test_failures_that_were_forgiven_while_they_were_undone_do_not_halt_again():
    undone = replace(UNDOING, due_at=SOON)
    snapshot = replace(RUNNING, failure_limit=1, failures=-1, in_flight=(undone,))

    assert next_steps(snapshot, NOW) == ()


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_failure_for_good_is_undone_first_where_the_customer_is_locked(is_locked):
    push = replace(SENT, is_locked=is_locked, report=failed("component_deleted"))

    step = judge(push, max_attempts=3, now=NOW)

    assert type(step) is (Undo if is_locked else Settle)
    assert (step.code, step.message) == ("component_deleted", "so it was")


def test_a_push_that_nobody_ever_answered_is_undone_since_the_platform_may_have_locked():
    push = replace(SENT, attempts=3, due_at=EARLIER)

    assert isinstance(judge(push, max_attempts=3, now=NOW), Undo)


def test_a_document_that_is_refused_as_it_stands_fails_at_once():
    push = replace(SENT, report=failed("invalid_field"))
    refused = replace(push, report=replace(push.report, is_refused=True))

    assert isinstance(judge(push, max_attempts=3, now=NOW), PushAgain)
    assert judge(refused, max_attempts=3, now=NOW).state == Push.State.FAILED


def test_finding_the_installation_held_uses_up_no_attempt():
    push = replace(SENT, attempts=3, report=failed("update_in_progress"))

    again = judge(push, max_attempts=3, now=NOW)

    assert (again.attempts, again.due_at) == (2, NOW + timedelta(seconds=3))


UNDOING = replace(
    SENT, is_undo=True, is_locked=True, code="component_deleted", message="The flow is gone."
)


@pytest.mark.parametrize(
    ("code", "state"), [("component_deleted", Push.State.FAILED), ("aborted", Push.State.SKIPPED)]
)
def test_what_is_undone_keeps_saying_why(code, state):
    push = replace(UNDOING, code=code, report=report(Outcome.DONE))

    assert judge(push, max_attempts=3, now=NOW) == Settle(
        1, state, code, "The flow is gone.", operation=50
    )


def test_undoing_goes_on_as_long_as_the_platform_is_in_the_way():
    push = replace(UNDOING, attempts=400, report=failed("platform_unavailable"))

    again = judge(push, max_attempts=3, now=NOW)

    assert (again.code, again.message) == ("component_deleted", "The flow is gone.")
    assert again.due_at == NOW + timedelta(seconds=45)


@pytest.mark.parametrize(
    "push",
    [
        pytest.param(replace(UNDOING, due_at=EARLIER), id="did not respond"),
        pytest.param(replace(UNDOING, report=report(alive_until=EARLIER)), id="broke off"),
    ],
)
def test_undoing_has_no_last_attempt(push):
    again = judge(replace(push, attempts=400), max_attempts=3, now=NOW)

    assert (type(again), again.code) == (PushAgain, "component_deleted")


@pytest.mark.parametrize(
    ("code", "attempts"),
    [
        pytest.param("component_untagged", 1, id="for good"),
        pytest.param("author_error", 3, id="as often as the rollout allows"),
    ],
)
def test_what_cannot_be_undone_gets_at_least_the_lock_back(code, attempts):
    push = replace(UNDOING, attempts=attempts, report=failed(code, "No way."))

    bare = judge(push, max_attempts=3, now=NOW)

    assert (type(bare), bare.is_bare, bare.code) == (Undo, True, "component_deleted")
    assert bare.message == "The flow is gone. It could not be undone: No way."


def test_giving_the_lock_back_fails_when_nothing_is_left_to_try():
    push = replace(UNDOING, is_bare=True, report=failed("installation_foreign", "Not ours."))

    assert judge(push, max_attempts=3, now=NOW).state == Push.State.FAILED


def test_a_push_whose_order_was_taken_back_ends():
    push = replace(RETRYING, is_superseded=True)

    assert judge(push, max_attempts=3, now=NOW).code == "superseded"
    undo = judge(replace(UNDOING, is_superseded=True), max_attempts=3, now=NOW)
    assert (undo.state, undo.code) == (Push.State.FAILED, "component_deleted")


def ended_wave(failed, pushed, **fields):
    return CurrentWave(7, Wave.State.RUNNING, pushed=pushed, failed=failed, **fields)


LENIENT = replace(RUNNING, failure_limit=100, wave_failure_share=40)


def test_a_wave_in_which_too_many_failed_is_no_base_for_the_next():
    (halt,) = next_steps(replace(LENIENT, failures=2, wave=ended_wave(2, 3)), NOW)

    assert "2 of 3 installations failed in this wave" in halt.reason


@pytest.mark.parametrize(
    ("failures", "wave"),
    [
        pytest.param(1, ended_wave(1, 3), id="not too many"),
        pytest.param(0, ended_wave(2, 3), id="somebody resumed"),
        pytest.param(2, ended_wave(2, 3, is_last=True), id="no next wave"),
        pytest.param(0, ended_wave(0, 0), id="nothing was pushed"),
    ],
)
def test_other_waves_are_complete(failures, wave):
    assert next_steps(replace(LENIENT, failures=failures, wave=wave), NOW) == (CompleteWave(7),)


def test_a_rollout_is_not_complete_while_somebody_is_locked():
    snapshot = replace(RUNNING, failure_limit=9, wave=None, in_flight=(UNDOING,))

    assert next_steps(snapshot, NOW) == ()
