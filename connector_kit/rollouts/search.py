"""Rollouts and their pushes, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from connector_kit.models import Push, Rollout
from connector_kit.publisher.paging import PAGE, Page, newest_first
from connector_kit.rollouts.rollback import touched_by


def list_rollouts(
    connector: str = "", *, before: int | None = None, limit: int = PAGE
) -> Page[Rollout]:
    """All rollouts, or those of the connector with that slug, the newest first."""
    rows = Rollout.objects.select_related("connector", "release", "created_by")
    rows = rows.filter(connector__slug=connector) if connector else rows
    return newest_first(rows.defer("release__manifest"), before=before, limit=limit)


def list_pushes(
    rollout: Rollout,
    *,
    state: str = "",
    code: str | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Page[Push]:
    """The installations of a rollout, those in one *state* or with one failure's *code*."""
    rows = rollout.pushes.select_related("installation", "wave")
    rows = rows.filter(state=state) if state else rows
    rows = rows if code is None else rows.filter(code=code)
    return newest_first(rows, before=before, limit=limit)


@dataclass(frozen=True)
class Origin:
    """A version from which a rollout updated installations, and how many."""

    version: str
    count: int


def origins(rollout: Rollout) -> tuple[Origin, ...]:
    """The versions to which a roll back would return the installations that the rollout touched."""
    grouped: Mapping[str, int] = dict(
        touched_by(rollout)
        .order_by("from_version")
        .values_list("from_version")
        .annotate(count=Count("*"))
    )
    return tuple(Origin(version, count) for version, count in grouped.items())
