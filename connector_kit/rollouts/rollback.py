"""Rolling back: return each installation to the version that it had, in one action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from connector_kit.models import Order, Push, Release, Rollout, Wave
from connector_kit.models.clock import now as shared_now
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.events import log_event
from connector_kit.rollouts.rows import locked
from connector_kit.rollouts.services import (
    BATCH,
    leave_out,
    require_none_open,
    require_served,
    stop,
)
from connector_kit.rollouts.writing_verdicts import batched

ROLLED_BACK = "rolled_back"
NOT_RECORDED = "not_published"


def roll_back(rollout_id: int, *, by: Actor = THE_KIT, reason: str = "") -> Rollout:
    """Return installations that the rollout touched to what they had; returns the new rollout.

    That includes every outcome of a push: updated, failed, half-written. Ends the rollout if it is
    open, all in one transaction. Installations to which a later rollout pushed, and those without a
    version recorded here, are left alone and named among the skipped. Raises `RolloutError` when
    there is nothing to roll back, when the server lacks functions that those versions call, or when
    another rollout of the connector is open.
    """
    # Asking the server takes a moment, so that comes before the rollout is held.
    for rollout in Rollout.objects.filter(pk=rollout_id).select_related("connector"):
        require_served(rollout.connector, _releases_of(rollout, _touched(rollout)).values())
    with locked(rollout_id) as rollout:
        touched = _touched(rollout)
        releases = _releases_of(rollout, touched)
        if not releases:
            raise RolloutError(f"Rollout {rollout.pk} has no installations to roll back.")
        now, before = shared_now(), rollout.state
        begun = _hand_over(touched.filter(from_version__in=releases), now)
        if rollout.state in Rollout.OPEN:  # what has begun otherwise is finished or undone
            stop(rollout, now)
        who = f"Rolled back by {by.name}"
        rollout.reason = f"{who}: {reason}" if reason else f"{who}."
        rollout.save(update_fields=["state", "reason", "finished_at"])
        require_none_open(rollout.connector)
        back = _start(rollout, touched, releases, by, now)
        # What had begun, or is locked, goes back at once, whatever becomes of the new rollout.
        is_begun = Q(installation__in=begun) | Q(installation__update_in_progress=True)
        back.pushes.filter(is_begun, state=Push.State.WAITING).update(
            state=Push.State.RETRYING, message=f"Rollout {rollout.pk} was in progress here."
        )
        after = {"rollout": back.pk, "installations": touched.count(), "reason": reason}
        record_action(by, "rollout.rollback", f"rollout/{rollout.pk}", before=before, after=after)
        log_event("rolloutRolledBack", rollout, byRollout=back.pk, by=by.name, reason=reason)
        return back


def touched_by(rollout: Rollout) -> QuerySet[Push]:
    """The pushes that a roll back of *rollout* would bring back."""
    return _touched(rollout).exclude(from_version="")


def _touched(rollout: Rollout) -> QuerySet[Push]:
    later = Push.objects.filter(
        installation=OuterRef("installation"), rollout__gt=rollout.pk, claimed_at__isnull=False
    )
    begun = rollout.pushes.filter(claimed_at__isnull=False, installation__vanished_at=None)
    return begun.exclude(from_version=rollout.release.version).exclude(Exists(later))


def _releases_of(rollout: Rollout, touched: QuerySet[Push]) -> dict[str, Release]:
    """The recorded releases that the installations had before, by version."""
    versions = set(touched.values_list("from_version", flat=True))
    found = Release.objects.filter(connector=rollout.connector_id, version__in=versions)
    return {release.version: release for release in found}


def _hand_over(touched: QuerySet[Push], now: datetime) -> list[int]:
    """Settle the pushes of *touched* in flight, for the roll back; returns their installations.

    A running update finishes, but is not pushed again.
    """
    flying = touched.filter(state__in=Push.IN_FLIGHT)
    begun = list(flying.values_list("installation", flat=True))
    Order.objects.filter(pk__in=flying.values("order")).take_back()
    leave_out(flying, ROLLED_BACK, "The rollout was rolled back.", now)
    return begun


def _start(
    rollout: Rollout,
    touched: QuerySet[Push],
    releases: dict[str, Release],
    by: Actor,
    now: datetime,
) -> Rollout:
    connector = rollout.connector
    counts = Counter(touched.values_list("from_version", flat=True))
    most_common = max(releases.values(), key=lambda item: (counts[item.version], item.pk))
    back = Rollout.objects.create(
        connector=connector,
        release=most_common,
        window=rollout.window,
        failure_limit=max(rollout.failure_limit, touched.count()),
        max_attempts=rollout.max_attempts,
        selection={"updated_by": rollout.pk},
        reverses=rollout,
        created_by=by.user,
    )
    wave = Wave.objects.create(rollout=back, index=0, label="rest")
    rows = touched.order_by("pk").select_related("installation")
    for batch in batched(rows.iterator(chunk_size=BATCH), BATCH):
        Push.objects.bulk_create(_pushes(wave, batch, releases, now))
    if connector.default_release_id == rollout.release_id:
        connector.default_release = most_common
        connector.save(update_fields=["default_release"])
    return back


def _pushes(
    wave: Wave, touched: Iterable[Push], releases: dict[str, Release], now: datetime
) -> Iterator[Push]:
    for push in touched:
        release = releases.get(push.from_version)
        back = Push(
            rollout_id=wave.rollout_id,
            wave_id=wave.pk,
            installation_id=push.installation_id,
            from_version=push.installation.version,
            release=release,
            due_at=now,
        )
        if release is None:
            back.state, back.finished_at, back.code = Push.State.SKIPPED, now, NOT_RECORDED
            had = push.from_version or "no version"
            back.message = f"It had {had} before, but no such release is recorded here."
        yield back
