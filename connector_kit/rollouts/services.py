"""What a publisher does with rollouts: start, pause, resume, abort, retry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connector_kit.models import Connector, Installation, Push, Release, Rollout, Wave
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.order import Lot, in_order
from connector_kit.rollouts.rows import locked
from connector_kit.rollouts.selection import WHOLE_BASE, Selection
from connector_kit.rollouts.verdicts import ABORTED, NOT_INSTALLED, NOT_UPDATED
from connector_kit.rollouts.waves import WaveSize, parse_waves, partition

DEFAULT_WAVES = ("3", "25%", "rest")
BATCH = 2_000
"""Installations that are read and written at a time, however large the base."""

_State = Rollout.State


class _Place(NamedTuple):
    """What of an installation decides over its push."""

    pk: int
    version: str
    mode: str
    lot: int


def start_rollout(  # noqa: PLR0913  what a rollout can be told
    connector: Connector,
    *,
    release: Release | None = None,
    waves: Sequence[str] = DEFAULT_WAVES,
    window: int = 10,
    failure_limit: int = 5,
    max_attempts: int = 5,
    recreate_deleted: bool = False,
    only: Selection = WHOLE_BASE,
    by: Actor = THE_KIT,
) -> Rollout:
    """Begin to bring *release* (the newest, when left out) to the install base, wave by wave.

    Sandboxes come first, then the installations known longest. What is being installed or
    uninstalled is recorded as skipped, what has the release already as current; neither is pushed.
    Nothing is sent here: ticks do that. Holds no more than `BATCH` installations at a time. Raises
    `RolloutError` when another rollout of the connector is open, or when something does not fit.
    """
    sizes = parse_waves(waves)
    _require_at_least_one(window=window, failure_limit=failure_limit, max_attempts=max_attempts)
    release = release or newest(connector)
    _require_published(connector, release)
    with transaction.atomic():
        _require_none_open(connector)
        rollout = Rollout.objects.create(
            connector=connector,
            release=release,
            window=window,
            failure_limit=failure_limit,
            max_attempts=max_attempts,
            recreate_deleted=recreate_deleted,
            created_by=by.user,
        )
        _record(by, "start", rollout, after=str(release))
        _fill(rollout, sizes, in_order(connector, release, only))
    return rollout


def _fill(rollout: Rollout, sizes: Iterable[WaveSize], base: QuerySet[Any, Any]) -> None:
    """Part *base* into waves of *sizes* and write a push for each installation."""
    places = base.values_list(*_Place._fields).iterator(chunk_size=BATCH)
    for index, (size, members) in enumerate(partition(range(base.count()), sizes)):
        wave = Wave.objects.create(rollout=rollout, index=index, label=size.label)
        share = islice(places, len(members))
        while batch := [_Place(*each) for each in islice(share, BATCH)]:
            Push.objects.bulk_create(_pushes(wave, batch))


def pause(rollout_id: int, *, by: Actor = THE_KIT) -> Rollout:
    """Push nothing more until `resume`; what is in flight comes to its end."""
    with locked(rollout_id) as rollout:
        if rollout.state == _State.PAUSED:
            return rollout
        _require(rollout, _State.RUNNING, to="paused")
        _record(by, "pause", rollout, after=_State.PAUSED)
        return _enter(rollout, _State.PAUSED, reason=f"Paused by {by.name}.")


def resume(rollout_id: int, *, by: Actor = THE_KIT) -> Rollout:
    """Go on after a pause or a halt; failures so far no longer count against the limit."""
    with locked(rollout_id) as rollout:
        if rollout.state == _State.RUNNING:
            return rollout
        _require(rollout, _State.PAUSED, _State.HALTED, to="resumed")
        rollout.failures_forgiven = rollout.pushes.filter(state=Push.State.FAILED).count()
        _record(by, "resume", rollout, after=_State.RUNNING)
        return _enter(rollout, _State.RUNNING)


def abort(rollout_id: int, *, by: Actor = THE_KIT) -> Rollout:
    """End the rollout: what waits is skipped for good, what is in flight comes to its end."""
    with locked(rollout_id) as rollout:
        if rollout.state == _State.ABORTED:
            return rollout
        _require(rollout, *Rollout.OPEN, to="aborted")
        now = timezone.now()
        rollout.pushes.filter(state=Push.State.WAITING).update(
            state=Push.State.SKIPPED, code=ABORTED, message=NOT_UPDATED, finished_at=now
        )
        rollout.finished_at = now
        _record(by, "abort", rollout, after=_State.ABORTED)
        return _enter(rollout, _State.ABORTED, reason=f"Aborted by {by.name}.")


def retry_failed(rollout_id: int, *, by: Actor = THE_KIT) -> Rollout:
    """Push the failed ones again, with all their attempts, and go on with the rollout.

    Also brings a completed rollout back, as long as no other rollout of the connector is open.
    """
    with locked(rollout_id) as rollout:
        _require(rollout, *Rollout.OPEN, _State.COMPLETED, to="retried")
        if rollout.state == _State.COMPLETED:
            _require_none_open(rollout.connector)
        failed = rollout.pushes.filter(state=Push.State.FAILED)
        if not failed.exists():
            raise RolloutError(f"Nothing has failed in rollout {rollout.pk}: there is no retry.")
        rollout.waves.filter(pushes__in=failed).update(state=Wave.State.WAITING, finished_at=None)
        failed.update(state=Push.State.WAITING, attempts=0, due_at=timezone.now(), finished_at=None)
        rollout.failures_forgiven = 0
        _record(by, "retry", rollout, after=_State.RUNNING)
        rollout.finished_at = None
        return _enter(rollout, _State.RUNNING)


def _record(by: Actor, action: str, rollout: Rollout, *, after: str) -> None:
    before = None if action == "start" else rollout.state
    record_action(by, f"rollout.{action}", f"rollout/{rollout.pk}", before=before, after=after)


def _enter(rollout: Rollout, state: Rollout.State, *, reason: str = "") -> Rollout:
    rollout.state, rollout.reason = state, reason
    rollout.save(update_fields=["state", "reason", "failures_forgiven", "finished_at"])
    return rollout


def _pushes(wave: Wave, places: Iterable[_Place]) -> Iterator[Push]:
    now = timezone.now()
    for place in places:
        push = Push(
            rollout_id=wave.rollout_id,
            wave_id=wave.pk,
            installation_id=place.pk,
            from_version=place.version,
            due_at=now,
        )
        if place.lot == Lot.CURRENT:
            push.state, push.finished_at = Push.State.CURRENT, now
        elif place.lot == Lot.SKIP:
            push.state, push.finished_at = Push.State.SKIPPED, now
            push.code = NOT_INSTALLED
            push.message = (
                f"The installation is in mode {place.mode!r}. A customer who is still "
                "installing gets the newest release at the end of that."
            )
        yield push


def _require(rollout: Rollout, *states: Rollout.State, to: str) -> None:
    if rollout.state not in states:
        raise RolloutError(
            f"Rollout {rollout.pk} is {rollout.state} and cannot be {to}; "
            f"it would have to be {' or '.join(states)}."
        )


def _require_at_least_one(**numbers: int) -> None:
    wrong = [name for name, number in numbers.items() if number < 1]
    if wrong:
        raise RolloutError(f"At least 1 is needed for {', '.join(wrong)}.")


def _require_none_open(connector: Connector) -> None:
    Connector.objects.select_for_update().get(pk=connector.pk)  # two starts at once wait here
    other = Rollout.objects.open().filter(connector=connector).first()
    if other:
        raise RolloutError(
            f"Rollout {other.pk} of {connector} to {other.release.version} is {other.state}. "
            "One at a time: wait for it, or end it with 'rollout abort'."
        )


def newest(connector: Connector) -> Release:
    """The release that a rollout of *connector* brings; raises `RolloutError` without one."""
    release = Release.objects.newest(connector)
    if release is None:
        raise RolloutError(f"{connector} has no release. Run 'manage.py publish' first.")
    return release


def _require_published(connector: Connector, release: Release) -> None:
    if release.connector_id != connector.pk:
        raise RolloutError(f"{release} is not a release of {connector}.")
    if not connector.connector_id and not _is_embedded(connector):
        raise RolloutError(f"{connector} has no marketplace record. Run 'manage.py publish' first.")


def _is_embedded(connector: Connector) -> bool:
    """Whether there are deployments that need no marketplace record."""
    return Installation.objects.embedded().filter(connector=connector).exists()
