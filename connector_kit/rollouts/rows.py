"""Between the rows of a rollout and the values of `decide`: read a snapshot, write steps down.

Everything here happens in a short transaction that holds the rollout's row (`locked`), so no two
workers ever decide about the same rollout at once. Nothing here speaks to the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from connector_kit.conf import kit
from connector_kit.models import Installation, Operation, Push, Rollout, Wave
from connector_kit.rollouts.decide import (
    CurrentWave,
    InFlight,
    Report,
    Snapshot,
    unless_aborted,
)
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    Hold,
    LeaveWave,
    PushAgain,
    Sent,
    Settle,
    StartWave,
    Step,
    Verified,
    VerifyWave,
)
from connector_kit.rollouts.verify import Succeeded

NEWEST_UPDATE = Subquery(
    Operation.objects.filter(installation=OuterRef("installation"), kind=Operation.Kind.UPDATE)
    .order_by("-pk")
    .values("pk")[:1]
)
"""The newest update of a push's installation, by id: ids grow, clocks of machines differ."""


@contextmanager
def locked(rollout_id: int) -> Iterator[Rollout]:
    """Hold the rollout's row in a transaction; whoever else wants it waits those milliseconds.

    PostgreSQL locks the row, SQLite the database (its transactions are IMMEDIATE).
    Raises `RolloutError` when there is no such rollout.
    """
    with transaction.atomic():
        rollout = (
            Rollout.objects.select_for_update(of=("self",))
            .select_related("connector", "release")
            .filter(pk=rollout_id)
            .first()
        )
        if rollout is None:
            raise RolloutError(f"There is no rollout {rollout_id}.")
        yield rollout


def read_snapshot(rollout: Rollout, now: datetime) -> Snapshot:
    """Read what the next steps depend on."""
    failed = rollout.pushes.filter(state=Push.State.FAILED).count()
    return Snapshot(
        state=Rollout.State(rollout.state),
        window=rollout.window,
        failure_limit=rollout.failure_limit,
        max_attempts=rollout.max_attempts,
        failures=max(failed - rollout.failures_forgiven, 0),
        in_flight=tuple(_in_flight(rollout)),
        wave=_current_wave(rollout, now),
    )


def _in_flight(rollout: Rollout) -> Iterator[InFlight]:
    pushes = list(
        rollout.pushes.filter(state__in=Push.IN_FLIGHT)
        .select_related("installation")
        .annotate(newest_update=NEWEST_UPDATE)
        .order_by("pk")
    )
    updates = Operation.objects.in_bulk(
        [push.newest_update for push in pushes if push.newest_update]
    )
    for push in pushes:
        update = updates.get(push.newest_update)
        is_news = update is not None and update.pk > (push.operation_id or 0)
        yield InFlight(
            id=push.pk,
            state=Push.State(push.state),
            attempts=push.attempts,
            due_at=push.due_at,
            report=_report(update, push.installation, rollout) if update and is_news else None,
        )


def _report(update: Operation, installation: Installation, rollout: Rollout) -> Report:
    return Report(
        operation=update.pk,
        outcome=update.outcome if update.finished_at else "",
        is_ours=update.release_id == rollout.release_id,
        code=update.code,
        message=update.message,
        alive_until=installation.lease_until,
    )


def _current_wave(rollout: Rollout, now: datetime) -> CurrentWave | None:
    wave = rollout.waves.exclude(state=Wave.State.COMPLETED).first()
    if wave is None:
        return None
    begun_first = F("claimed_at").asc(nulls_last=True)
    due = wave.pushes.filter(state=Push.State.WAITING, due_at__lte=now)
    return CurrentWave(
        id=wave.pk,
        state=Wave.State(wave.state),
        due=tuple(due.order_by(begun_first, "pk").values_list("pk", flat=True)[: rollout.window]),
        has_unsettled=wave.pushes.filter(state__in=Push.UNSETTLED).exists(),
        has_unverified=_unverified(wave.pk).exists(),
        is_being_verified=wave.verifying_until is not None and wave.verifying_until > now,
    )


def _unverified(wave_id: int) -> QuerySet[Push]:
    """What was current before the rollout began was never pushed, and is not asked about."""
    return Push.objects.filter(
        wave=wave_id,
        state__in=(Push.State.UPDATED, Push.State.CURRENT),
        attempts__gt=0,
        verified_at=None,
    )


def to_verify(wave_id: int) -> dict[str, Succeeded]:
    """The pushes, by integration id, that succeeded and were not compared yet."""
    rows = _unverified(wave_id).values_list("installation__integration_id", "pk", "attempts")
    return {integration_id: Succeeded(push, attempts) for integration_id, push, attempts in rows}


def write_steps(rollout: Rollout, steps: Iterable[Step], now: datetime) -> None:
    """Write *steps* down; what has to be sent or read afterwards is claimed by it."""
    for step in steps:
        _write(rollout, unless_aborted(step, rollout.state), now)


def _write(rollout: Rollout, step: Step, now: datetime) -> None:
    match step:
        case Settle() | PushAgain() | Sent() | Hold() | Verified():
            Push.objects.filter(pk=step.push).update(**_push_fields(step, now))
        case Claim():
            _claim(rollout, step, now)
        case StartWave():
            _wave(step.wave).update(state=Wave.State.RUNNING, started_at=now)
        case VerifyWave():
            _wave(step.wave).update(verifying_until=_trusted_until(now))
        case LeaveWave():
            _wave(step.wave).update(verifying_until=step.until)
        case CompleteWave():
            _wave(step.wave).update(state=Wave.State.COMPLETED, finished_at=now)
        case CompleteRollout():
            _enter(rollout, Rollout.State.COMPLETED, finished_at=now)
        case Halt() if rollout.state == Rollout.State.RUNNING:
            _enter(rollout, Rollout.State.HALTED, reason=step.reason)


def _push_fields(
    step: Settle | PushAgain | Sent | Hold | Verified, now: datetime
) -> dict[str, Any]:
    match step:
        case Settle():
            return {"state": step.state, "finished_at": now, **_taken_into_account(step)}
        case PushAgain():
            return {
                "state": Push.State.WAITING,
                "attempts": max(step.attempts, 0),
                "due_at": step.due_at,
                "finished_at": None,
                **_taken_into_account(step),
            }
        case Sent():
            give_up_at = now + timedelta(seconds=kit().push_timeout_seconds)
            return {"state": Push.State.SENT, "sent_at": now, "due_at": give_up_at}
        case Hold():
            return {"due_at": step.due_at, "message": step.message}
        case Verified():
            return {"verified_at": now}


def _taken_into_account(step: Settle | PushAgain) -> dict[str, Any]:
    told = {"code": step.code, "message": step.message}
    return told if step.operation is None else {**told, "operation_id": step.operation}


def _claim(rollout: Rollout, step: Claim, now: datetime) -> None:
    pushes = Push.objects.filter(pk__in=step.pushes)
    Installation.objects.filter(pushes__in=pushes).update(
        target=rollout.release, recreate_deleted=rollout.recreate_deleted, plan_only=False
    )
    pushes.update(
        state=Push.State.CLAIMED,
        attempts=F("attempts") + 1,
        # What the installation did before its first push is none of this rollout's business.
        operation_id=Case(When(claimed_at=None, then=NEWEST_UPDATE), default=F("operation_id")),
        claimed_at=now,
        due_at=_trusted_until(now),
    )


def _wave(wave_id: int) -> QuerySet[Wave]:
    return Wave.objects.filter(pk=wave_id)


def _trusted_until(now: datetime) -> datetime:
    """How long a worker that took something up is trusted to do it."""
    return now + timedelta(seconds=kit().claim_seconds)


def _enter(rollout: Rollout, state: Rollout.State, **fields: Any) -> None:
    Rollout.objects.filter(pk=rollout.pk).update(state=state, **fields)
    rollout.state = state


def still_claimed(push_ids: Iterable[int], claimed_at: datetime) -> dict[str, InFlight]:
    """Those of the pushes, by integration id, that nothing happened to since they were claimed.

    An update may have reported in the meantime, or another worker may have claimed them again.
    """
    claimed = Push.objects.filter(
        pk__in=push_ids, state=Push.State.CLAIMED, claimed_at=claimed_at
    ).select_related("installation")
    return {
        push.installation.integration_id: InFlight(
            push.pk, Push.State.CLAIMED, push.attempts, push.due_at
        )
        for push in claimed
    }
