"""The state machine of a rollout: from what is known to the next steps, as values. Pure.

A push goes through these states; every arrow is decided here (or in `verify`), none elsewhere:

    waiting, retrying --Claim--> claimed --sent--> sent
    claimed, sent --the update succeeded------------------------> updated, current, waits
    claimed, sent --it stopped at a checkpoint, failed, broke off> retrying (pushed again)
    claimed, sent --it failed for good--------------------------> failed or skipped,
                                                                  undone first where it is locked
    updated, current, waits --the install base shows another version> retrying, failed, skipped

What has begun is finished or undone, whatever state the rollout is in: pause, halt, and abort only
keep other pushes from beginning. Steps are stored in the transaction that read the snapshot, so
that deciding twice, late, or never does no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from connector_kit.models import Operation, Push, Rollout, Wave
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    PushAgain,
    Settle,
    StartWave,
    Step,
    Unclaim,
    Undo,
    VerifyWave,
)
from connector_kit.rollouts.verdicts import (
    ABORTED,
    BUSY_PAUSE,
    INTERRUPTED,
    LONGEST_UNDO_PAUSE,
    NO_ANSWER,
    SUPERSEDED,
    UNDONE,
    Verdict,
    is_of_the_release,
    pause_after,
    verdict_on,
)


@dataclass(frozen=True)
class Report:
    """What became of a push's order, as far as its push has not taken it into account yet.

    Of the operations that served the order: the one that carried it out, else the newest. While
    that runs, *outcome* is empty and *alive_until* says how long its process is trusted.
    """

    operation: int | None
    outcome: str
    code: str = ""
    message: str = ""
    is_refused: bool = False
    """Whether the platform refused a document as it stands."""
    alive_until: datetime | None = None


@dataclass(frozen=True)
class InFlight:
    """A push that has begun and is not settled, with its results so far."""

    id: int
    state: Push.State
    attempts: int
    """Including the one in flight."""
    due_at: datetime
    """When to give up without a sign of its update; while retrying: when to push again."""
    report: Report | None = None
    is_undo: bool = False
    is_bare: bool = False
    """Whether the undo only unlocks the installation."""
    is_locked: bool = False
    """Whether the customer may be kept from editing."""
    is_superseded: bool = False
    """Whether its order was taken back because something else was ordered."""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class CurrentWave:
    """The first wave that is not complete."""

    id: int
    state: Wave.State
    due: tuple[int, ...] = ()
    """Waiting pushes whose time has come, as many as the window may take."""
    has_unsettled: bool = False
    """Whether pushes are waiting or in flight, those apart that are being undone."""
    has_unverified: bool = False
    """Whether pushes were not compared with the install base yet."""
    is_being_verified: bool = False
    pushed: int = 0
    failed: int = 0
    is_last: bool = False


@dataclass(frozen=True)
class Snapshot:
    """What the next steps depend on; bounded by the window, whatever the base's size."""

    state: Rollout.State
    window: int
    failure_limit: int
    max_attempts: int
    wave_failure_share: int = 100
    failures: int = 0
    """Failed pushes, without those that no longer count since the rollout was resumed."""
    in_flight: tuple[InFlight, ...] = ()
    wave: CurrentWave | None = None
    """None when all waves are complete."""


def next_steps(snapshot: Snapshot, now: datetime) -> tuple[Step, ...]:
    """Return the steps to take at *now*; none when there is only something to wait for."""
    settled = tuple(
        unless_aborted(step, push, snapshot.state)
        for push in snapshot.in_flight
        if (step := judge(push, snapshot.max_attempts, now))
    )
    # Pushes between two attempts are due whatever the rollout's state.
    changed = {step.push for step in settled if isinstance(step, Settle | PushAgain | Undo)}
    due = tuple(
        push.id
        for push in snapshot.in_flight
        if push.state == Push.State.RETRYING and push.due_at <= now and push.id not in changed
    )
    steps = (*settled, Claim(due)) if due else settled
    if snapshot.state != Rollout.State.RUNNING:
        return steps
    failures = max(snapshot.failures + failing_now(snapshot.in_flight, settled), 0)
    if failures >= snapshot.failure_limit:
        halt = Halt(
            f"{failures} installations failed, and the limit is {snapshot.failure_limit}. See the "
            "causes with 'rollout status'. Then retry the failed ones ('rollout retry'), continue "
            "without them ('rollout resume'), or roll back ('rollout rollback')."
        )
        return (*steps, halt)
    # A push between two attempts keeps its place in the window. One that is being undone uses
    # none: it counts as a failure.
    freed = {step.push for step in settled if isinstance(step, Settle | Undo)}
    held = [push for push in snapshot.in_flight if not push.is_undo and push.id not in freed]
    return (*steps, *_forward(snapshot, failures, snapshot.window - len(held)))


def judge(push: InFlight, max_attempts: int, now: datetime) -> Settle | PushAgain | Undo | None:
    """What became of *push*; None while that is open."""
    report = push.report
    if push.is_superseded:
        message = "Another order for this installation replaced this one."
        left_out = Settle(push.id, Push.State.SKIPPED, SUPERSEDED, message)
        return _undone(push) if push.is_undo else left_out
    if report is not None and report.outcome in Operation.COMPLETE:
        return _after_success(push, report)
    if push.state == Push.State.RETRYING:
        return None
    if report is None or not report.outcome:
        return _without_end(push, report, max_attempts, now)
    return after_failure(push, report, max_attempts, now)


def _undone(push: InFlight, operation: int | None = None) -> Settle:
    state = Push.State.SKIPPED if push.code == ABORTED else Push.State.FAILED
    return Settle(push.id, state, push.code, push.message, operation)


def _after_success(push: InFlight, report: Report) -> Settle:
    if push.is_undo:
        return _undone(push, report.operation)
    if report.outcome == Operation.Outcome.WAITS:
        waits = Push.State.WAITS
        return Settle(push.id, waits, report.code, report.message, report.operation)
    is_current = report.outcome == Operation.Outcome.CURRENT
    state = Push.State.CURRENT if is_current else Push.State.UPDATED
    return Settle(push.id, state, operation=report.operation)


def _without_end(
    push: InFlight, report: Report | None, max_attempts: int, now: datetime
) -> Settle | PushAgain | Undo | None:
    """What becomes of *push*, whose update did not begin or did not report its end."""
    if report is None or report.alive_until is None:
        if push.due_at > now:
            return None
        if push.state == Push.State.CLAIMED:  # never sent, so that no attempt is used up
            return PushAgain(push.id, push.attempts - 1, now, push.code, push.message)
        push = replace(push, is_locked=True)
        reason = (
            f"integrator.io accepted {push.attempts} pushes, but the update function did not "
            "respond. Check the stack's hostURI (it must lead to this server) and its system "
            "token."
        )
        report = Report(None, Operation.Outcome.FAILED, code=NO_ANSWER, message=reason)
    elif report.alive_until > now:
        return None
    else:
        reason = "The process that ran the update stopped responding."
        report = replace(report, code=INTERRUPTED, message=reason)
    if push.attempts < max_attempts or push.is_undo:
        return _again(push, report, now, attempts=push.attempts)
    return give_up(push, Push.State.FAILED, report, now)


def after_failure(
    push: InFlight, report: Report, max_attempts: int, now: datetime
) -> Settle | PushAgain | Undo:
    """The next step for *push* after the failure in *report*, or after its checkpoint."""
    if report.outcome == Operation.Outcome.CHECKPOINT:
        return _again(push, report, now, attempts=push.attempts - 1)
    verdict = verdict_on(report.code, is_refused=report.is_refused)
    if verdict is Verdict.WAIT:
        return _again(push, report, now + BUSY_PAUSE, attempts=push.attempts - 1)
    if push.is_undo:
        return _undo_failed(push, report, verdict, max_attempts, now)
    if verdict is Verdict.RETRY and push.attempts < max_attempts:
        return _again(push, report, now + pause_after(push.attempts), attempts=push.attempts)
    state = Push.State.SKIPPED if verdict is Verdict.SKIP else Push.State.FAILED
    return give_up(push, state, report, now)


def give_up(push: InFlight, state: Push.State, report: Report, now: datetime) -> Settle | Undo:
    """The end of a push that did not succeed; where the customer is locked, undo it first."""
    if push.is_locked and verdict_on(report.code) is not Verdict.SKIP:
        return Undo(push.id, now, report.code, report.message, report.operation)
    return Settle(push.id, state, report.code, report.message, report.operation)


def _undo_failed(
    push: InFlight, report: Report, verdict: Verdict, max_attempts: int, now: datetime
) -> Settle | PushAgain | Undo:
    """Undoing has no last attempt, because a customer is locked. A permanent failure ends it.

    So do as many failures as the rollout allows, unless the platform or the process caused them.
    """
    if verdict is Verdict.RETRY and push.attempts >= max_attempts and not push.is_bare:
        verdict = Verdict.FAIL if is_of_the_release(report.code) else verdict
    if verdict is Verdict.RETRY:
        due_at = now + pause_after(push.attempts, LONGEST_UNDO_PAUSE)
        return _again(push, report, due_at, attempts=push.attempts)
    message = f"{push.message} It could not be undone: {report.message}"
    if push.is_locked and verdict is Verdict.FAIL and not push.is_bare:
        return Undo(push.id, now, push.code, message, report.operation, is_bare=True)
    return Settle(push.id, Push.State.FAILED, push.code, message, report.operation)


def _again(push: InFlight, report: Report, due_at: datetime, *, attempts: int) -> PushAgain:
    """Push again; a push that is being undone keeps its reason."""
    code, message = (push.code, push.message) if push.is_undo else (report.code, report.message)
    return PushAgain(push.id, attempts, due_at, code, message, report.operation)


def unless_aborted(step: Step, push: InFlight, state: Rollout.State | str) -> Step:
    """Return *step*, or the undoing of its *push* when it would retry for an aborted rollout.

    An update that stopped at a checkpoint is nearly done, and continues.
    """
    if state != Rollout.State.ABORTED or push.is_undo:
        return step
    if push.report and push.report.outcome == Operation.Outcome.CHECKPOINT:
        return step
    if isinstance(step, Unclaim):
        return Undo(step.push, step.due_at, ABORTED, UNDONE)
    if isinstance(step, PushAgain):
        return Undo(step.push, step.due_at, ABORTED, UNDONE, step.operation)
    return step


def failing_now(in_flight: Iterable[InFlight], settled: Iterable[Step] = ()) -> int:
    """How many *in_flight* count as failures before they are settled.

    Those that failed just now or are being undone, and of those between two attempts all that fail
    with one code of the release's own.
    """
    changed = {step.push: step for step in settled if isinstance(step, Settle | PushAgain | Undo)}
    failed, codes = 0, Counter[str]()
    for push in in_flight:
        step = changed.get(push.id)
        if isinstance(step, Settle):
            failed += step.state == Push.State.FAILED
        elif push.is_undo or isinstance(step, Undo):
            failed += (step.code if isinstance(step, Undo) else push.code) != ABORTED
        elif isinstance(step, PushAgain):
            codes[step.code] += 1
        elif push.state == Push.State.RETRYING or push.code:
            codes[push.code] += 1
    alike = (count for code, count in codes.items() if is_of_the_release(code) and count > 1)
    return failed + sum(alike)


def _forward(snapshot: Snapshot, failures: int, room: int) -> Iterator[Step]:
    wave = snapshot.wave
    if wave is None:
        if not snapshot.in_flight:
            yield CompleteRollout()
        return
    if wave.state == Wave.State.WAITING:
        yield StartWave(wave.id)
    if room > 0 and wave.due:
        yield Claim(wave.due[:room])
    elif not wave.has_unsettled and wave.has_unverified:
        if not wave.is_being_verified:
            yield VerifyWave(wave.id)
    elif not wave.has_unsettled:
        # After a wave with too many failures, the next one begins only when someone resumes.
        too_many = wave.failed * 100 > snapshot.wave_failure_share * wave.pushed
        if failures and too_many and not wave.is_last:
            yield Halt(
                f"{wave.failed} of {wave.pushed} installations failed in this wave, and the limit "
                f"is {snapshot.wave_failure_share} percent. The next wave was not started. See the "
                "causes with 'rollout status'; then retry, resume or roll back."
            )
        else:
            yield CompleteWave(wave.id)
