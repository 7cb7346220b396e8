"""The status of a rollout, as one value for people and machines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypedDict

from django.db.models import Count, Max, Q

from connector_kit.models import Push, Rollout, Wave
from connector_kit.models.clock import now as shared_now
from connector_kit.rollouts.locks import LockedInstallation, describe_locked, locked_pushes
from connector_kit.rollouts.verdicts import ABORTED

SHOWN = 20
"""At most this many installations are listed; the counts include all."""

SPEED_WINDOW = timedelta(minutes=2)
"""The speed is that of the last two minutes, or of the time since the start when that is less."""


class WaveStatus(TypedDict):
    """One wave: how many of its pushes are in which state."""

    index: int
    label: str
    state: str
    total: int
    settled: int
    counts: dict[str, int]


class FailureGroup(TypedDict):
    """Pushes that failed or were skipped with one code, and one of them as an example."""

    code: str
    state: str
    count: int
    installation: str
    label: str
    """The example as people know it."""
    message: str


class WaitingInstallation(TypedDict):
    """An installation that was updated, and what it needs its customer for now."""

    installation: str
    name: str
    email: str
    tag: str
    needs: list[str]
    """In words; empty if it has been completed since."""


class Status(TypedDict):
    """A rollout at one moment."""

    id: int
    connector: str
    version: str
    state: str
    reason: str
    total: int
    settled: int
    counts: dict[str, int]
    not_started: int
    """Installations to which nothing was pushed."""
    undoing: int
    """Installations that are being returned to what they had."""
    locked: int
    """Installations whose customers cannot edit, beyond the seconds of an update."""
    locked_installations: list[LockedInstallation]
    """The first of them: who, since when and why."""
    waves: list[WaveStatus]
    pushes_per_minute: float
    seconds_remaining: int | None
    """None when nothing was settled recently, so that no estimate is possible."""
    seconds_elapsed: int
    failures: list[FailureGroup]
    waits: list[WaitingInstallation]
    """The first of those that are updated and wait for their customers."""


def status_of(rollout: Rollout, *, now: datetime | None = None) -> Status:
    """Return the status of *rollout*, read from its rows."""
    now = now or shared_now()
    waves = _waves(rollout)
    counts = {state: sum(wave["counts"][state] for wave in waves) for state in Push.State.values}
    total = sum(counts.values())
    settled = _settled(counts)
    # What waits, and what an abort prevented.
    is_prevented = Q(state=Push.State.SKIPPED, code=ABORTED, claimed_at=None)
    not_started = rollout.pushes.filter(is_prevented | Q(state=Push.State.WAITING))
    until = rollout.finished_at or now
    since = max(rollout.created_at, until - SPEED_WINDOW)
    pushed = rollout.pushes.filter(attempts__gt=0, finished_at__gt=since).count()
    speed = pushed / max((until - since).total_seconds(), 1.0) * 60
    remaining = round((total - settled) / speed * 60) if speed else None
    return Status(
        id=rollout.pk,
        connector=rollout.connector.slug,
        version=rollout.release.version,
        state=rollout.state,
        reason=rollout.reason,
        total=total,
        settled=settled,
        counts=counts,
        not_started=not_started.count(),
        undoing=rollout.pushes.filter(is_undo=True, state__in=Push.IN_FLIGHT).count(),
        locked=locked_pushes(rollout).count(),
        locked_installations=describe_locked(rollout),
        waves=waves,
        pushes_per_minute=round(speed, 1),
        seconds_remaining=remaining if total > settled else 0,
        seconds_elapsed=int((until - rollout.created_at).total_seconds()),
        failures=_failures(rollout),
        waits=_waits(rollout),
    )


def _waves(rollout: Rollout) -> list[WaveStatus]:
    counted = rollout.pushes.values_list("wave", "state").annotate(count=Count("*"))
    by_wave = {(wave, state): count for wave, state, count in counted}
    waves = []
    for wave in rollout.waves.all():
        # One that was not completed when the rollout ended says how it ended.
        state = "not started" if wave.state == Wave.State.WAITING else rollout.state
        if wave.state == Wave.State.COMPLETED or rollout.state in Rollout.OPEN:
            state = wave.state
        counts = {key: by_wave.get((wave.pk, key), 0) for key in Push.State.values}
        waves.append(
            WaveStatus(
                index=wave.index,
                label=wave.label,
                state=state,
                total=sum(counts.values()),
                settled=_settled(counts),
                counts=counts,
            )
        )
    return waves


def _settled(counts: dict[str, int]) -> int:
    return sum(count for state, count in counts.items() if state not in Push.UNSETTLED)


def _failures(rollout: Rollout) -> list[FailureGroup]:
    pushes = rollout.pushes.filter(state__in=(Push.State.FAILED, Push.State.SKIPPED))
    groups = pushes.values("state", "code").annotate(count=Count("*"), example=Max("pk"))
    rows = list(groups.order_by("state", "-count", "code"))
    keys = [row["example"] for row in rows]
    examples = pushes.select_related("installation").in_bulk(keys)
    return [
        FailureGroup(
            code=row["code"],
            state=row["state"],
            count=row["count"],
            installation=examples[row["example"]].installation.integration_id,
            label=examples[row["example"]].installation.label,
            message=examples[row["example"]].message,
        )
        for row in rows
        if row["example"] in examples
    ]


def _waits(rollout: Rollout) -> list[WaitingInstallation]:
    rows = rollout.pushes.filter(state=Push.State.WAITS).select_related("installation")
    return [
        WaitingInstallation(
            installation=push.installation.integration_id,
            name=push.installation.name,
            email=push.installation.email or push.installation.end_user,
            tag=push.installation.tag,
            needs=[need["message"] for need in push.installation.needs],
        )
        for push in rows.order_by("pk")[:SHOWN]
    ]
