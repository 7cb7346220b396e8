"""The state machine of a rollout: from what is known to the next steps, as values. Pure.

A push goes through these states; every arrow is decided here (or in `verify`), none elsewhere:

    waiting --Claim--> claimed --sent--> sent
    claimed, sent --the update succeeded------------------------> updated, current
    claimed, sent --it stopped at a checkpoint, or broke off----> waiting (pushed again)
    claimed, sent --it failed, or nobody heard of it------------> waiting, failed or skipped
    updated, current --the install base shows another version---> waiting, failed or skipped

What a step says is written down in the transaction that read the snapshot, so that deciding
twice, late or never does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
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
    VerifyWave,
)
from connector_kit.rollouts.verdicts import (
    ABORTED,
    INTERRUPTED,
    NO_ANSWER,
    NOT_UPDATED,
    OTHER_RELEASE,
    Verdict,
    pause_after,
    verdict_on,
)


@dataclass(frozen=True)
class Report:
    """The newest update of an installation that its push has not taken into account yet.

    While it runs, *outcome* is empty and *alive_until* says how long its process is trusted.
    """

    operation: int | None
    outcome: str
    is_ours: bool = True
    """Whether it brought the rollout's release."""
    code: str = ""
    message: str = ""
    alive_until: datetime | None = None


@dataclass(frozen=True)
class InFlight:
    """A push that is claimed or sent, and what became of it so far."""

    id: int
    state: Push.State
    attempts: int
    """Including the one in flight."""
    due_at: datetime
    """When it is given up on, unless its update was heard of."""
    report: Report | None = None


@dataclass(frozen=True)
class CurrentWave:
    """The first wave that is not complete."""

    id: int
    state: Wave.State
    due: tuple[int, ...] = ()
    """Waiting pushes whose time has come, as many as the window may take."""
    has_unsettled: bool = False
    """Whether pushes are waiting or in flight."""
    has_unverified: bool = False
    """Whether pushes succeeded that were not compared with the install base yet."""
    is_being_verified: bool = False


@dataclass(frozen=True)
class Snapshot:
    """What the next steps depend on; bounded by the window, whatever the base's size."""

    state: Rollout.State
    window: int
    failure_limit: int
    max_attempts: int
    failures: int = 0
    """Failed pushes that count against the limit."""
    in_flight: tuple[InFlight, ...] = ()
    wave: CurrentWave | None = None
    """None when all waves are complete."""


def next_steps(snapshot: Snapshot, now: datetime) -> tuple[Step, ...]:
    """Return what is to be done at *now*; nothing when there is only to wait."""
    settled = tuple(_settled(snapshot, now))
    if snapshot.state != Rollout.State.RUNNING:
        return settled
    failures = snapshot.failures + sum(map(_is_failure, settled))
    if failures >= snapshot.failure_limit:
        return (*settled, Halt(_limit_reached(failures, snapshot.failure_limit)))
    freed = sum(_frees_its_place(step, now) for step in settled)
    room = snapshot.window - len(snapshot.in_flight) + freed
    return (*settled, *_forward(snapshot.wave, room))


def _settled(snapshot: Snapshot, now: datetime) -> Iterator[Step]:
    for push in snapshot.in_flight:
        if step := judge(push, snapshot.max_attempts, now):
            yield unless_aborted(step, snapshot.state)


def judge(push: InFlight, max_attempts: int, now: datetime) -> Settle | PushAgain | None:
    """What became of *push*; None while that is open."""
    report = push.report
    if report is None or (not report.outcome and report.alive_until is None):
        return _unheard_of(push, max_attempts, now)
    if not report.outcome:
        return _broken_off(push, report, max_attempts, now)
    if report.outcome == Operation.Outcome.CHECKPOINT:
        return _again(push, report, now, attempts=push.attempts - 1)
    if report.outcome == Operation.Outcome.FAILED:
        return after_failure(push, report, max_attempts, now)
    if not report.is_ours:
        return after_failure(push, _brought_another(report), max_attempts, now)
    is_current = report.outcome == Operation.Outcome.CURRENT
    state = Push.State.CURRENT if is_current else Push.State.UPDATED
    return Settle(push.id, state, operation=report.operation)


def _unheard_of(push: InFlight, max_attempts: int, now: datetime) -> Settle | PushAgain | None:
    if push.due_at > now:
        return None
    if push.state == Push.State.CLAIMED:  # never sent, so that no attempt is used up
        return PushAgain(push.id, push.attempts - 1, now)
    if push.attempts < max_attempts:
        return PushAgain(push.id, push.attempts, now, NO_ANSWER)
    return Settle(
        push.id,
        Push.State.FAILED,
        NO_ANSWER,
        f"integrator.io accepted {push.attempts} pushes, and the update function was not heard "
        "of. Check that the stack's hostURI leads to this server, and its system token.",
    )


def _broken_off(
    push: InFlight, report: Report, max_attempts: int, now: datetime
) -> Settle | PushAgain | None:
    if report.alive_until is None or report.alive_until > now:
        return None
    reason = "The process that ran the update gave no sign of life."
    report = replace(report, code=INTERRUPTED, message=reason)
    if push.attempts < max_attempts:
        return _again(push, report, now, attempts=push.attempts)
    return _settle(push, Push.State.FAILED, report)


def after_failure(
    push: InFlight, report: Report, max_attempts: int, now: datetime
) -> Settle | PushAgain:
    """What follows for *push* from the failure that *report* tells of."""
    verdict = verdict_on(report.code)
    if verdict is Verdict.SKIP:
        return _settle(push, Push.State.SKIPPED, report)
    if verdict is Verdict.RETRY and push.attempts < max_attempts:
        return _again(push, report, now + pause_after(push.attempts), attempts=push.attempts)
    return _settle(push, Push.State.FAILED, report)


def _brought_another(report: Report) -> Report:
    reason = "The update brought another release than this rollout's."
    return replace(report, code=OTHER_RELEASE, message=reason)


def _again(push: InFlight, report: Report, due_at: datetime, *, attempts: int) -> PushAgain:
    return PushAgain(push.id, attempts, due_at, report.code, report.message, report.operation)


def _settle(push: InFlight, state: Push.State, report: Report) -> Settle:
    return Settle(push.id, state, report.code, report.message, report.operation)


def unless_aborted(step: Step, state: Rollout.State | str) -> Step:
    """Return *step*, or the end of its push when it would push again for an aborted rollout."""
    if isinstance(step, PushAgain) and state == Rollout.State.ABORTED:
        return Settle(step.push, Push.State.SKIPPED, ABORTED, NOT_UPDATED, step.operation)
    return step


def _is_failure(step: Step) -> bool:
    return isinstance(step, Settle) and step.state == Push.State.FAILED


def _frees_its_place(step: Step, now: datetime) -> bool:
    """What is due again at once goes ahead of what was not begun yet."""
    return not (isinstance(step, PushAgain) and step.due_at <= now)


def _limit_reached(failures: int, limit: int) -> str:
    return (
        f"{failures} failed, and the limit is {limit}. See 'rollout status'; then 'rollout retry' "
        "pushes the failed ones again, 'rollout resume' goes on without them."
    )


def _forward(wave: CurrentWave | None, room: int) -> Iterator[Step]:
    if wave is None:
        yield CompleteRollout()
        return
    if wave.state == Wave.State.WAITING:
        yield StartWave(wave.id)
    if room > 0 and wave.due:
        yield Claim(wave.due[:room])
    elif not wave.has_unsettled and not wave.has_unverified:
        yield CompleteWave(wave.id)
    elif not wave.has_unsettled and not wave.is_being_verified:
        yield VerifyWave(wave.id)
