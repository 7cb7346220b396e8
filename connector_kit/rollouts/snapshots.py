"""Between the rows of a rollout and the values of `decide`: what the next steps depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from connector_kit.models import Operation, Order, Push, Rollout, Wave
from connector_kit.rollouts.decide import CurrentWave, InFlight, Report, Snapshot
from connector_kit.rollouts.verdicts import ABORTED, MISSED, NOT_INSTALLED
from connector_kit.rollouts.verify import Outcome


def read_snapshot(rollout: Rollout, now: datetime) -> Snapshot:
    """Read what the next steps depend on."""
    failed = rollout.pushes.filter(state=Push.State.FAILED).count()
    return Snapshot(
        state=Rollout.State(rollout.state),
        window=rollout.window,
        failure_limit=rollout.failure_limit,
        max_attempts=rollout.max_attempts,
        wave_failure_share=rollout.wave_failure_share,
        failures=failed - rollout.failures_forgiven,
        in_flight=tuple(read_in_flight(rollout)),
        wave=_current_wave(rollout, now),
    )


def read_in_flight(rollout: Rollout) -> Iterator[InFlight]:
    """Pushes that have begun and are not settled, each with the report on its order."""
    pushes = list(
        rollout.pushes.filter(state__in=Push.IN_FLIGHT)
        .select_related("installation", "order")
        .order_by("pk")
    )
    by_order = {push.order_id: push for push in pushes if push.order_id}
    reports: dict[int, Report] = {}
    served = Operation.objects.filter(order__in=by_order).order_by("pk")
    for operation in served.defer("plan", "summary", "notes", "situation"):
        push = by_order[operation.order_id or 0]
        known = reports.get(push.pk)
        is_news = operation.pk > (push.operation_id or 0)
        if is_news and not (known and known.outcome in Operation.COMPLETE):
            reports[push.pk] = Report(
                operation=operation.pk,
                outcome=operation.outcome if operation.finished_at else "",
                code=operation.code,
                message=operation.message,
                is_refused=operation.is_refused,
                alive_until=push.installation.lease_until,
            )
    for push in pushes:
        yield as_in_flight(push, reports.get(push.pk))


def as_in_flight(push: Push, report: Report | None = None) -> InFlight:
    """Return *push*, read with its installation and order, as a value."""
    order = push.order
    return InFlight(
        id=push.pk,
        state=Push.State(push.state),
        attempts=push.attempts,
        due_at=push.due_at,
        report=report,
        is_undo=push.is_undo,
        is_bare=push.is_undo and (order is None or order.release_id is None),
        is_locked=push.installation.update_in_progress,
        is_superseded=order is not None and order.state == Order.State.CANCELED,
        code=push.code,
        message=push.message,
    )


def _current_wave(rollout: Rollout, now: datetime) -> CurrentWave | None:
    wave, *later = rollout.waves.exclude(state=Wave.State.COMPLETED)[:2] or (None,)
    if wave is None:
        return None
    due = wave.pushes.filter(state=Push.State.WAITING, due_at__lte=now)
    has_unsettled = wave.pushes.filter(state__in=Push.UNSETTLED, is_undo=False).exists()
    counts = {"pushed": 0, "failed": 0}
    if not has_unsettled:  # counting a large wave is slow, and needed only at its end
        is_failed = Q(state=Push.State.FAILED) | (Q(is_undo=True) & ~Q(code=ABORTED))
        counts = wave.pushes.filter(claimed_at__isnull=False).aggregate(
            pushed=Count("pk"), failed=Count("pk", filter=is_failed)
        )
    return CurrentWave(
        id=wave.pk,
        state=Wave.State(wave.state),
        due=tuple(due.order_by("pk").values_list("pk", flat=True)[: rollout.window]),
        has_unsettled=has_unsettled,
        has_unverified=_unverified(wave.pk).exists(),
        is_being_verified=wave.verifying_until is not None and wave.verifying_until > now,
        **counts,
        is_last=not later,
    )


def _unverified(wave_id: int) -> QuerySet[Push]:
    """Pushes that the records settle, but that were not compared with the platform yet.

    Includes what was never pushed because it was recorded as current or not installed. For a
    deployment, the platform keeps no version to compare with the publisher's own records.
    """
    is_pushed = Q(claimed_at__isnull=False, state__in=Push.SUCCEEDED)
    is_by_record = Q(state=Push.State.CURRENT) | Q(state=Push.State.SKIPPED, code=NOT_INSTALLED)
    by_record = is_by_record & Q(claimed_at=None, installation__embedded_account=None)
    return Push.objects.filter(is_pushed | by_record, wave=wave_id, verified_at=None)


def to_verify(wave_id: int) -> dict[str, Outcome]:
    """The pushes, by integration id, that were not compared with the platform yet."""
    rows = _unverified(wave_id).values_list(
        *("installation__integration_id", "pk", "attempts", "state", "code"),
        Coalesce("release__version", "rollout__release__version"),
    )
    return {
        integration_id: Outcome(
            push,
            attempts,
            version,
            is_skipped=state == Push.State.SKIPPED,
            was_missed=code == MISSED,
        )
        for integration_id, push, attempts, state, code, version in rows.iterator()
    }


def still_claimed(push_ids: Iterable[int], claimed_at: datetime) -> dict[str, InFlight]:
    """Those of the pushes, by integration id, that nothing happened to since they were claimed.

    An update may have reported in the meantime, or another worker may have claimed them again.
    """
    claimed = Push.objects.filter(
        pk__in=push_ids, state=Push.State.CLAIMED, claimed_at=claimed_at
    ).select_related("installation", "order")
    return {push.installation.integration_id: as_in_flight(push) for push in claimed}
