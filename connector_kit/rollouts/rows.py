"""Between the rows of a rollout and the values of `decide`: read a snapshot, write steps down.

Everything here happens in a short transaction that holds the rollout's row (`locked`), so no two
workers ever decide about the same rollout at once. Nothing here speaks to the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Case, F, Value, When

from connector_kit.conf import kit
from connector_kit.models import (
    Connector,
    Order,
    Push,
    Release,
    Rollout,
    Wave,
)
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.events import log_step
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    Hold,
    LeaveWave,
    Missed,
    PushAgain,
    Sent,
    Settle,
    StartWave,
    Step,
    Unclaim,
    Undo,
    Verified,
    VerifyWave,
)
from connector_kit.rollouts.verdicts import MISSED, UNHEARD_UNDO

T = TypeVar("T")


@contextmanager
def locked(rollout_id: int) -> Iterator[Rollout]:
    """Lock the rollout's row in a transaction; others who want it wait those milliseconds.

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


def write_steps(rollout: Rollout, steps: Iterable[Step], now: datetime) -> None:
    """Store *steps*; this claims what must be sent or read afterwards."""
    for step in steps:
        if isinstance(step, Halt) and rollout.state != Rollout.State.RUNNING:
            continue
        _write(rollout, step, now)
        log_step(rollout, step)


def _write(rollout: Rollout, step: Step, now: datetime) -> None:
    match step:
        case Settle() | Sent() | Hold() | PushAgain():
            _write_push(step, now)
        case Unclaim():
            _unclaim(step)
        case Undo():
            _undo(step)
        case Verified():  # the install base confirmed these pushes
            pushes = Push.objects.filter(pk__in=step.pushes)
            pushes.filter(code=MISSED).update(code="")
            pushes.update(verified_at=now)
        case Missed():
            Push.objects.filter(pk__in=step.pushes).update(code=MISSED)
        case Claim():
            _claim(rollout, step, now)
        case StartWave() | VerifyWave() | LeaveWave() | CompleteWave():
            _write_wave(step, now)
        case CompleteRollout():
            _enter(rollout, Rollout.State.COMPLETED, finished_at=now)
            make_default(rollout)
        case Halt():
            _enter(rollout, Rollout.State.HALTED, reason=step.reason)


def _write_push(step: Settle | Sent | Hold | PushAgain, now: datetime) -> None:
    fields: dict[str, Any]
    match step:
        case Settle():
            fields = {"state": step.state, "finished_at": now}
        case PushAgain():
            # What was never pushed may still be left out; what was is brought to its end.
            is_new = When(claimed_at=None, then=Value(Push.State.WAITING))
            state = Case(is_new, default=Value(Push.State.RETRYING))
            fields = {"state": state, "attempts": max(step.attempts, 0), "finished_at": None}
            fields["due_at"] = step.due_at
        case Sent():
            give_up_at = now + timedelta(seconds=kit().push_timeout_seconds)
            soon = When(is_undo=True, then=Value(min(give_up_at, now + UNHEARD_UNDO)))
            due_at = Case(soon, default=Value(give_up_at))
            fields = {"state": Push.State.SENT, "sent_at": now, "due_at": due_at}
        case Hold():
            fields = {"due_at": step.due_at, "message": step.message}
    if isinstance(step, Settle | PushAgain):
        fields |= {"code": step.code, "message": step.message}
        if step.operation is not None:
            fields["operation_id"] = step.operation
    Push.objects.filter(pk=step.push).update(**fields)
    if isinstance(step, Settle):
        _take_back_order(step.push)


def _write_wave(step: StartWave | VerifyWave | LeaveWave | CompleteWave, now: datetime) -> None:
    fields: dict[str, Any]
    match step:
        case StartWave():
            fields = {"state": Wave.State.RUNNING, "started_at": now}
        case VerifyWave():
            fields = {"verifying_until": _trusted_until(now)}
        case LeaveWave():
            fields = {"verifying_until": step.until}
        case CompleteWave():
            fields = {"state": Wave.State.COMPLETED, "finished_at": now}
    Wave.objects.filter(pk=step.wave).update(**fields)


def make_default(rollout: Rollout) -> None:
    """Make the release of the latest rollout to the whole install base the default."""
    later = Rollout.objects.filter(connector=rollout.connector_id, pk__gt=rollout.pk)
    is_to_everybody = not rollout.selection and rollout.reverses_id is None
    if is_to_everybody and not later.exists():
        Connector.objects.filter(pk=rollout.connector_id).update(default_release=rollout.release)


def _take_back_order(push: int) -> None:
    """Take back *push*'s order: a call that still comes changes nothing."""
    orders = Push.objects.filter(pk=push, order__isnull=False).values("order")
    Order.objects.filter(pk__in=orders).take_back()


def _unclaim(step: Unclaim) -> None:
    """Undo a claim that was never sent: its order is taken back; a retry stays in progress."""
    push = Push.objects.select_related("order").get(pk=step.push)
    is_ordered = push.order is not None and push.order.begun_at is not None
    has_begun = is_ordered or push.is_undo or push.sent_at or push.code or push.message
    fields: dict[str, Any] = {"attempts": max(push.attempts - 1, 0), "due_at": step.due_at}
    if has_begun:
        fields |= {"state": Push.State.RETRYING}
    else:
        _take_back_order(step.push)
        fields |= {"state": Push.State.WAITING, "claimed_at": None, "order": None}
    Push.objects.filter(pk=push.pk).update(**fields)


def _undo(step: Undo) -> None:
    push = Push.objects.select_related("installation", "rollout").get(pk=step.push)
    release = None
    if push.from_version and not step.is_bare:  # if that is recorded, else it is only unlocked
        releases = Release.objects.filter(connector=push.rollout.connector_id)
        release = releases.filter(version=push.from_version).first()
    order = Order.objects.place(push.installation, Order.Kind.UNDO, release)
    Push.objects.filter(pk=push.pk).update(
        order=order,
        is_undo=True,
        state=Push.State.RETRYING,
        attempts=0,
        due_at=step.due_at,
        code=step.code[:100],
        message=step.message,
        finished_at=None,
    )


def _claim(rollout: Rollout, step: Claim, now: datetime) -> None:
    claimed = Push.objects.filter(pk__in=step.pushes)
    # An order placed since the snapshot was read is not superseded by an older one.
    claimed = claimed.exclude(order__state=Order.State.CANCELED)
    pushes = list(claimed.select_related("installation", "order", "release"))
    ordering = [push for push in pushes if not push.order or push.order.state != Order.State.OPEN]
    if ordering:
        wanted = [
            Order(
                installation=push.installation,
                kind=Order.Kind.ROLLOUT,
                release=push.release or rollout.release,
                recreate_deleted=rollout.recreate_deleted,
                by=str(rollout)[:200],
            )
            for push in ordering
        ]
        for push, order in zip(ordering, Order.objects.place_all(wanted), strict=True):
            push.order = order
        Push.objects.bulk_update(ordering, ["order"])
    Push.objects.filter(pk__in=[push.pk for push in pushes]).update(
        state=Push.State.CLAIMED,
        attempts=F("attempts") + 1,
        claimed_at=now,
        due_at=_trusted_until(now),
    )


def _trusted_until(now: datetime) -> datetime:
    """How long a worker that took something up is trusted to do it."""
    return now + timedelta(seconds=kit().claim_seconds)


def _enter(rollout: Rollout, state: Rollout.State, **fields: Any) -> None:
    Rollout.objects.filter(pk=rollout.pk).update(state=state, **fields)
    rollout.state = state
