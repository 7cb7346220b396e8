"""What a publisher does with rollouts: start, pause, resume, abort, retry, roll back, unlock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from connector_kit.models import Connector, Installation, Push, Release, Rollout, Wave
from connector_kit.models.clock import now as shared_now
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.served import NOT_SERVED, unserved
from connector_kit.rollouts.decide import failing_now
from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.events import log_event
from connector_kit.rollouts.options import DEFAULTS, RolloutOptions
from connector_kit.rollouts.order import Lot, digest_of, in_order
from connector_kit.rollouts.rows import locked, write_steps
from connector_kit.rollouts.selection import WHOLE_BASE, Selection
from connector_kit.rollouts.snapshots import read_in_flight
from connector_kit.rollouts.steps import Undo
from connector_kit.rollouts.verdicts import (
    ABORTED,
    NOT_INSTALLED,
    NOT_UPDATED,
    OVERTAKEN,
    UNDONE,
    UNHEARD_UNDO,
)
from connector_kit.rollouts.waves import WaveSize, partition

BATCH = 2_000
"""Installations that are read and written at once, however large the base."""

EVENTS = {
    "start": "rolloutStarted",
    "pause": "rolloutPaused",
    "resume": "rolloutResumed",
    "abort": "rolloutAborted",
    "retry": "rolloutRetried",
}
"""The log's names for the recorded actions."""

_State = Rollout.State


class _Place(NamedTuple):
    """What of an installation decides over its push."""

    pk: int
    version: str
    mode: str
    lot: int


def start_rollout(
    connector: Connector,
    *,
    release: Release | None = None,
    options: RolloutOptions = DEFAULTS,
    only: Selection = WHOLE_BASE,
    digest: str | None = None,
    by: Actor = THE_KIT,
) -> Rollout:
    """Start a rollout of *release* (by default the newest) to the install base, wave by wave.

    Sandboxes come first, then the installations known longest. Installations that are being
    installed or uninstalled are recorded as skipped, those that already have the release as
    current; neither is pushed, unless the platform says otherwise when their wave is verified.
    *digest* is that of the approved preview. Nothing is sent here: ticks do that. Holds no more
    than `BATCH` installations at a time. Raises `RolloutError` when another rollout of the
    connector is open, when the server lacks functions that the release calls, when arguments are
    invalid, or when the base is not what was previewed.
    """
    sizes = options.sizes
    release = release or newest(connector)
    _require_published(connector, release)
    only.require_known(connector)
    require_served(connector, [release])
    with transaction.atomic():
        require_none_open(connector)
        if digest is not None and digest != digest_of(connector, release, sizes, only):
            raise RolloutError(
                "Nothing was started: the install base, the release, or the waves have changed "
                "since the preview. Preview again, then start.",
                field="digest",
            )
        rollout = Rollout.objects.create(
            connector=connector,
            release=release,
            window=options.window,
            failure_limit=options.failure_limit,
            max_attempts=options.max_attempts,
            wave_failure_share=options.wave_failure_share,
            recreate_deleted=options.recreate_deleted,
            selection=only.to_json(),
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
        while batch := [_Place(*item) for item in islice(share, BATCH)]:
            Push.objects.bulk_create(_pushes(wave, batch))


def pause(rollout_id: int, *, by: Actor = THE_KIT, reason: str = "") -> Rollout:
    """Begin nothing more until `resume`; what has begun is finished, or undone."""
    with locked(rollout_id) as rollout:
        if rollout.state == _State.PAUSED:
            return rollout
        _require(rollout, _State.RUNNING, to="paused")
        _record(by, "pause", rollout, after=_State.PAUSED, reason=reason)
        return _enter(rollout, _State.PAUSED, reason=_because(f"Paused by {by.name}", reason))


def resume(rollout_id: int, *, by: Actor = THE_KIT, reason: str = "") -> Rollout:
    """Go on after a pause or a halt; failures so far no longer count against the limit."""
    with locked(rollout_id) as rollout:
        if rollout.state == _State.RUNNING:
            return rollout
        _require(rollout, _State.PAUSED, _State.HALTED, to="resumed")
        failed = rollout.pushes.filter(state=Push.State.FAILED).count()
        rollout.failures_forgiven = failed + failing_now(read_in_flight(rollout))
        _record(by, "resume", rollout, after=_State.RUNNING, reason=reason)
        return _enter(rollout, _State.RUNNING)


def abort(rollout_id: int, *, by: Actor = THE_KIT, reason: str = "") -> Rollout:
    """End the rollout: pushes that have not begun are left out, the others are finished or undone.

    Ticks continue until the rollout no longer locks any installation.
    """
    with locked(rollout_id) as rollout:
        if rollout.state == _State.ABORTED:
            return rollout
        _require(rollout, *Rollout.OPEN, to="aborted")
        _record(by, "abort", rollout, after=_State.ABORTED, reason=reason)
        stop(rollout, shared_now())
        return _enter(rollout, _State.ABORTED, reason=_because(f"Aborted by {by.name}", reason))


def stop(rollout: Rollout, now: datetime) -> None:
    """Leave out what has not begun, finish or undo what has, and mark *rollout* as aborted.

    Orders that no call has served yet are taken back, and what is between two attempts is undone. A
    running update finishes; if it fails, it is undone then.
    """
    leave_out(rollout.pushes.filter(state=Push.State.WAITING), ABORTED, NOT_UPDATED, now)
    steps = []
    for push in read_in_flight(rollout):
        order = Push.objects.select_related("order").get(pk=push.id).order
        is_retrying = push.state == Push.State.RETRYING
        is_running = order is not None and order.begun_at is not None and not is_retrying
        if push.is_undo or is_running:
            continue
        if order is not None and not is_retrying and not order.revoke():
            continue  # a call has begun this very moment
        steps.append(Undo(push.id, now if is_retrying else now + UNHEARD_UNDO, ABORTED, UNDONE))
    write_steps(rollout, steps, now)
    rollout.state, rollout.finished_at = _State.ABORTED, now


def retry_failed(rollout_id: int, *, by: Actor = THE_KIT, reason: str = "") -> Rollout:
    """Push the failed installations again, with all their attempts, and continue the rollout.

    Also reopens a completed rollout, as long as no other rollout of the connector is open.
    Installations that a later rollout updated to another release are left alone, and marked so.
    """
    with locked(rollout_id) as rollout:
        _require(rollout, *Rollout.OPEN, _State.COMPLETED, to="retried")
        if rollout.state == _State.COMPLETED:
            require_none_open(rollout.connector)
        failed = rollout.pushes.filter(state=Push.State.FAILED)
        if not failed.exists():
            raise RolloutError(
                f"No installations failed in rollout {rollout.pk}, so there is nothing to retry."
            )
        now = shared_now()
        _leave_overtaken(rollout, failed, now)
        if not failed.exists():
            raise RolloutError(
                f"A later rollout updated all installations that failed in rollout {rollout.pk}. "
                "To use the older release, start a rollout to it."
            )
        rollout.waves.filter(pushes__in=failed).update(state=Wave.State.WAITING, finished_at=None)
        # They wait; those that are locked go at once, whatever becomes of the rollout.
        fields = {
            "attempts": 0,
            "due_at": now,
            "finished_at": None,
            "order": None,
            "is_undo": False,
        }
        locked_ones = failed.filter(installation__update_in_progress=True)
        locked_ones.update(state=Push.State.RETRYING, **fields)
        failed.update(state=Push.State.WAITING, **fields)
        rollout.failures_forgiven = 0
        _record(by, "retry", rollout, after=_State.RUNNING, reason=reason)
        rollout.finished_at = None
        return _enter(rollout, _State.RUNNING)


def _leave_overtaken(rollout: Rollout, failed: QuerySet[Push], now: datetime) -> None:
    """Leave out what a later rollout updated, and what has another version by any other way."""
    later = Push.objects.filter(
        installation=OuterRef("installation"),
        rollout__gt=rollout.pk,
        state__in=Push.SUCCEEDED,
    )
    wanted = Coalesce("release__version", Value(rollout.release.version))
    stayed = Q(installation__version=F("from_version")) | Q(installation__version=wanted)
    moved = ~stayed & ~Q(from_version="")
    overtaken = failed.filter(moved | Exists(later)).select_related("installation")
    for push in overtaken.iterator():
        message = (
            f"It was updated to {push.installation.version} in the meantime and was not changed."
        )
        leave_out(Push.objects.filter(pk=push.pk), OVERTAKEN, message, now)


def leave_out(pushes: QuerySet[Push], code: str, message: str, now: datetime) -> None:
    """Settle *pushes* as skipped, for the reason that *code* and *message* give."""
    pushes.update(state=Push.State.SKIPPED, code=code, message=message, finished_at=now)


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else f"{what}."


def _record(by: Actor, action: str, rollout: Rollout, *, after: str, reason: str = "") -> None:
    before = None if action == "start" else rollout.state
    became = {"state": after, "reason": reason} if reason else after
    record_action(by, f"rollout.{action}", f"rollout/{rollout.pk}", before=before, after=became)
    log_event(EVENTS[action], rollout, by=by.name, reason=reason)


def _enter(rollout: Rollout, state: Rollout.State, *, reason: str = "") -> Rollout:
    rollout.state, rollout.reason = state, reason
    rollout.save(update_fields=["state", "reason", "failures_forgiven", "finished_at"])
    return rollout


def _pushes(wave: Wave, places: Iterable[_Place]) -> Iterator[Push]:
    now = shared_now()
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
                f"The installation is in mode {place.mode!r}. A customer who is still installing "
                "gets the default release."
            )
        yield push


def _require(rollout: Rollout, *states: Rollout.State, to: str) -> None:
    if rollout.state not in states:
        raise RolloutError(
            f"Rollout {rollout.pk} is {rollout.state} and cannot be {to}; it must be "
            f"{' or '.join(states)}."
        )


def require_served(connector: Connector, releases: Iterable[Release]) -> None:
    """Raise `RolloutError` when the running server says that it lacks what *releases* call.

    A server that cannot be asked from here may be there for the platform all the same.
    """
    objections = unserved(connector, releases)
    missing = [objection for objection in objections if objection.code in NOT_SERVED]
    if missing:
        raise RolloutError(
            "Nothing was started: the accounts would call functions that the server does not "
            f"have. {' '.join(map(str, missing))}"
        )


def require_none_open(connector: Connector) -> None:
    """Raise `RolloutError` when a rollout of *connector* is open."""
    Connector.objects.select_for_update().get(pk=connector.pk)  # two starts at once wait here
    other = Rollout.objects.open().filter(connector=connector).first()
    if other:
        raise RolloutError(
            f"Rollout {other.pk} of {connector} to {other.release.version} is {other.state}. Only "
            "one rollout per connector can be open. Wait for it, or end it with 'rollout abort'."
        )


def newest(connector: Connector) -> Release:
    """The release that a rollout of *connector* pushes; raises `RolloutError` without one."""
    release = Release.objects.newest(connector)
    if release is None:
        raise RolloutError(f"{connector} has no release. First run 'connector-kit publish'.")
    return release


def _require_published(connector: Connector, release: Release) -> None:
    if release.connector_id != connector.pk:
        raise RolloutError(f"{release} is not a release of {connector}.")
    # Deployments need no marketplace record.
    deployments = Installation.objects.embedded().filter(connector=connector)
    if not connector.connector_id and not deployments.exists():
        raise RolloutError(
            f"{connector} has no marketplace record. First run 'connector-kit publish'."
        )
