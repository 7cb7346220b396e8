"""What is on record about one installation or one rollout, as entries of a log.

The records are those of operations, pushes, waves, and what the staff did. Function calls are not
among them: they are lines of the web processes' logs (`connector_kit.logs.calls`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db.models import Model, QuerySet

from connector_kit.documents import Document
from connector_kit.models import Installation, Operation, Push, Rollout, StaffAction, Wave

ENTRIES = 100
"""Entries of a page."""
MOMENT = timedelta(microseconds=1)
"""The least difference between two times on record."""


@dataclass(frozen=True)
class Entry:
    """One *event* at a time; *fields* say about what, those that are empty are left out."""

    at: datetime
    event: str
    key: int
    """Of the record; with the event, it tells one entry from another."""
    fields: Document = field(default_factory=dict)

    def to_json(self) -> Document:
        """Return the entry as JSON: time, event, and fields side by side."""
        return {"at": self.at, "event": self.event, **self.fields}


@dataclass(frozen=True)
class Page:
    """Entries, the oldest first; *older* is the time before which there are more, if any."""

    entries: tuple[Entry, ...]
    older: datetime | None


@dataclass(frozen=True)
class _Source:
    """The records *rows* as entries: each where it has the time *at*."""

    rows: QuerySet[Any]
    at: str
    event: Callable[[Any], str]
    fields: Callable[[Any], Document]

    def entries(
        self, *, since: datetime | None, until: datetime | None, limit: int | None
    ) -> Iterator[Entry]:
        rows = self.rows.filter(**{f"{self.at}__isnull": False})
        rows = rows if since is None else rows.filter(**{f"{self.at}__gte": since})
        rows = rows if until is None else rows.filter(**{f"{self.at}__lt": until})
        for row in rows.order_by(f"-{self.at}", "-pk")[:limit]:
            shown = {name: value for name, value in self.fields(row).items() if value}
            yield Entry(getattr(row, self.at), self.event(row), _key(row), shown)


def log_of_installation(
    installation: Installation,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = ENTRIES,
) -> Page:
    """Return the last *limit* entries from *since* on and before *until*; None for all of them."""
    operations = installation.operations.select_related("release").defer(
        "plan", "release__manifest"
    )
    pushes = Push.objects.filter(installation=installation).select_related("rollout__release")
    about = f"installation/{installation.integration_id}"
    sources = (
        _Source(operations, "started_at", _always("operationStarted"), _started),
        _Source(operations, "finished_at", _always("operationFinished"), _finished),
        _Source(pushes, "sent_at", _always("pushSent"), _pushed),
        _Source(pushes, "finished_at", _always("pushSettled"), _settled),
        _staff(about),
    )
    return _page(sources, since, until, limit)


def log_of_rollout(
    rollout: Rollout,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = ENTRIES,
) -> Page:
    """Return the last *limit* entries from *since* on and before *until*; None for all of them."""
    waves = rollout.waves.all()
    pushes = rollout.pushes.select_related("installation", "rollout__release")
    itself = Rollout.objects.filter(pk=rollout.pk)
    sources = (
        _Source(waves, "started_at", _always("waveStarted"), _wave),
        _Source(waves, "finished_at", _always("waveCompleted"), _wave),
        _Source(pushes, "finished_at", _always("pushSettled"), _settled),
        _Source(itself, "finished_at", _always("rolloutFinished"), _ended),
        _staff(f"rollout/{rollout.pk}"),
    )
    return _page(sources, since, until, limit)


def _page(
    sources: Sequence[_Source], since: datetime | None, until: datetime | None, limit: int | None
) -> Page:
    """Return a page that never parts entries of one moment: the time leads to the page before."""
    found = _merged(sources, since, until, None if limit is None else limit + 1)
    if limit is None or len(found) <= limit:
        return Page(tuple(found), None)
    edge = found[-limit - 1].at
    page = [entry for entry in found[-limit:] if entry.at > edge]
    if not page:  # one moment has more entries than a page
        page = _merged(sources, edge, edge + MOMENT, None)
    return Page(tuple(page), page[0].at)


def _merged(
    sources: Sequence[_Source], since: datetime | None, until: datetime | None, limit: int | None
) -> list[Entry]:
    found = (source.entries(since=since, until=until, limit=limit) for source in sources)
    return sorted(chain.from_iterable(found), key=lambda item: (item.at, item.event, item.key))


def _staff(subject: str) -> _Source:
    def fields(action: StaffAction) -> Document:
        return {"by": action.actor_name, "before": action.before, "after": action.after}

    rows = StaffAction.objects.filter(subject=subject)
    return _Source(rows, "at", lambda action: str(action.action), fields)


def _always(event: str) -> Callable[[Any], str]:
    return lambda _row: event


def _key(row: Model) -> int:
    return int(row.pk)


def _started(operation: Operation) -> Document:
    return {
        "operation": operation.pk,
        "kind": operation.kind,
        "function": operation.function,
        "from": operation.from_version,
        "to": operation.release.version if operation.release else "",
        "by": operation.by,
        "_reqId": operation.request_id,
    }


def _finished(operation: Operation) -> Document:
    return {
        "operation": operation.pk,
        "kind": operation.kind,
        "outcome": operation.outcome,
        "code": operation.code,
        "message": operation.message,
    }


def _pushed(push: Push) -> Document:
    return {"rollout": push.rollout_id, "version": _version(push), "attempts": push.attempts}


def _settled(push: Push) -> Document:
    return {
        "rollout": push.rollout_id,
        "_integrationId": push.installation.integration_id,
        "installation": push.installation.label,
        "version": _version(push),
        "state": push.state,
        "code": push.code,
        "message": push.message,
    }


def _version(push: Push) -> str:
    return (push.release or push.rollout.release).version


def _wave(wave: Wave) -> Document:
    return {"wave": wave.index + 1, "size": wave.label}


def _ended(rollout: Rollout) -> Document:
    return {"state": rollout.state, "reason": rollout.reason}
