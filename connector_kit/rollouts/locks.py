"""Which customers a rollout keeps from editing, since when, and why; and how to end that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from connector_kit.models import Push, Rollout
from connector_kit.models.clock import now as shared_now
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.rows import locked, write_steps
from connector_kit.rollouts.steps import PushAgain, Step, Undo

SHOWN = 20
"""Locked installations that a status names."""


class LockedInstallation(TypedDict):
    """An installation whose customer cannot edit, because of a rollout."""

    installation: str
    label: str
    """The installation as people know it."""
    name: str
    email: str
    tag: str
    since: datetime | None
    code: str
    message: str
    state: str
    """``retrying``, ``undoing``, or, when no process works on it anymore, ``failed``."""


def locked_pushes(rollout: Rollout) -> QuerySet[Push]:
    """The pushes whose installation stays locked beyond the update itself.

    Installations to which a later rollout has pushed belong to that rollout.
    """
    later = Push.objects.filter(
        installation=OuterRef("installation"), rollout__gt=rollout.pk, claimed_at__isnull=False
    )
    is_stuck = Q(state=Push.State.RETRYING) | Q(is_undo=True, state__in=Push.IN_FLIGHT)
    is_left = Q(state__in=(Push.State.FAILED, Push.State.SKIPPED), claimed_at__isnull=False)
    locked_ones = rollout.pushes.filter(installation__update_in_progress=True)
    return locked_ones.filter(is_stuck | is_left).exclude(Exists(later))


def describe_locked(rollout: Rollout, limit: int = SHOWN) -> list[LockedInstallation]:
    """The first *limit* locked installations, those that were locked longest first."""
    rows = locked_pushes(rollout).select_related("installation", "order")
    described = []
    for push in rows.order_by(F("sent_at").asc(nulls_last=True), "pk")[:limit]:
        activity = "undoing" if push.is_undo else "retrying"
        installation = LockedInstallation(
            installation=push.installation.integration_id,
            label=push.installation.label,
            name=push.installation.name,
            email=push.installation.email,
            tag=push.installation.tag,
            since=push.sent_at or push.claimed_at,
            code=push.code,
            message=push.message,
            state=activity if push.state in Push.IN_FLIGHT else str(push.state),
        )
        described.append(installation)
    return described


def release_locks(
    rollout_id: int,
    *,
    finish: bool = False,
    only: Iterable[str] = (),
    by: Actor = THE_KIT,
    reason: str = "",
) -> int:
    """Undo the locked installations now, or with *finish* update them; returns how many.

    *only* names integration ids. Ticks do the rest, whatever state the rollout is in. Raises
    `RolloutError` when no installation is locked, or a named one is not.
    """
    with locked(rollout_id) as rollout:
        pushes = locked_pushes(rollout).select_related("installation")
        if names := [*only]:
            pushes = pushes.filter(installation__integration_id__in=names)
        rows = list(pushes)
        held = {push.installation.integration_id for push in rows}
        if missing := [name for name in names if name not in held]:
            raise RolloutError(
                f"Rollout {rollout.pk} does not lock {', '.join(missing)}. To see the locked "
                "installations, run 'rollout status'.",
                field="installations",
            )
        if not rows:
            raise RolloutError(
                f"Rollout {rollout.pk} locks no installations, so there is nothing to do."
            )
        now = shared_now()
        steps: list[Step] = [Undo(push.pk, now, push.code, push.message) for push in rows]
        if finish:
            keys = [push.pk for push in rows]
            Push.objects.filter(pk__in=keys).update(is_undo=False, order=None)
            steps = [PushAgain(push.pk, 0, now, push.code, push.message) for push in rows]
        write_steps(rollout, steps, now)
        after = {"installations": len(rows), "finish": finish, "reason": reason}
        record_action(by, "rollout.unlock", f"rollout/{rollout.pk}", after=after)
        return len(rows)
