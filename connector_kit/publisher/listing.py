"""Reading the recorded install base: filtered, in pages, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from connector_kit.models import Connector, Installation, Operation

COUNTED = {
    "versions": "version",
    "modes": "mode",
    "environments": "sandbox",
    "editions": "opts__connectorEdition",
}
"""By what an install base can be counted, and where an installation says it."""


@dataclass(frozen=True)
class InstallBaseFilter:
    """Which installations are meant; None leaves a property open."""

    version: str | None = None
    sandbox: bool | None = None
    email: str | None = None
    """Part of the address, in any case."""
    vanished: bool | None = False
    search: str | None = None
    """Part of the name, the address or the tag, in any case; or a whole integration id."""
    edition: str | None = None
    mode: str | None = None
    last_update: str | None = None
    """The outcome of the newest update (`Operation.Outcome`); ``running`` while it has none."""
    drifted: bool | None = None
    updating: bool | None = None


@dataclass(frozen=True)
class InstallBasePage:
    """A page of installations, in the order of their integration ids."""

    rows: tuple[Installation, ...]
    total: int
    """Of all pages."""
    versions: dict[str, int]
    """How many of the total are at which version."""
    next_after: str | None
    """Pass it as *after* for the next page; None on the last one."""

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON."""
        return {
            "installations": [_to_json(row) for row in self.rows],
            "total": self.total,
            "versions": self.versions,
            "next_after": self.next_after,
        }


def list_install_base(
    connector: Connector,
    wanted: InstallBaseFilter = InstallBaseFilter(),
    *,
    after: str = "",
    limit: int = 100,
) -> InstallBasePage:
    """Return the page of at most *limit* installations that follows the integration id *after*."""
    found = matching(connector, wanted)
    page = found.filter(integration_id__gt=after).order_by("integration_id")
    rows = tuple(page.select_related("release")[: limit + 1])
    counts = counted(found, "versions")["versions"]
    return InstallBasePage(
        rows=rows[:limit],
        total=sum(counts.values()),
        versions=counts,
        next_after=rows[limit - 1].integration_id if len(rows) > limit else None,
    )


def matching(connector: Connector | None, wanted: InstallBaseFilter) -> QuerySet[Installation]:
    """The installations of *connector*, or of all, that are *wanted*; in no order yet."""
    conditions: dict[str, Any] = {
        "connector": connector,
        "version": wanted.version,
        "sandbox": wanted.sandbox,
        "email__icontains": wanted.email,
        "vanished_at__isnull": None if wanted.vanished is None else not wanted.vanished,
        "opts__connectorEdition": wanted.edition,
        "mode": wanted.mode,
        "is_drifted": wanted.drifted,
        "update_in_progress": wanted.updating,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    found = Installation.objects.filter(**given)
    if wanted.search:
        found = found.filter(_mentions(wanted.search))
    if wanted.last_update is not None:
        found = found.filter(pk__in=_whose_last_update(wanted.last_update))
    return found


def with_last_update(found: QuerySet[Installation]) -> QuerySet[Installation]:
    """*found*, each with what its newest update came to: ``last_update_outcome`` and more.

    The attributes are None where there never was an update.
    """
    return found.annotate(
        last_update_outcome=_newest_update("outcome"),
        last_update_code=_newest_update("code"),
        last_update_at=_newest_update("started_at"),
    )


def counted(found: QuerySet[Installation], *by: str) -> dict[str, dict[str, int]]:
    """How many of *found* there are of each of *by*, some of `COUNTED`. One query."""
    rows = found.order_by().values_list(*(COUNTED[name] for name in by)).annotate(n=Count("pk"))
    totals: dict[str, Counter[str]] = {name: Counter() for name in by}
    for *values, count in rows:
        for name, value in zip(by, values, strict=True):
            totals[name][_word(name, value)] += count
    return {name: dict(sorted(total.items())) for name, total in totals.items()}


def _word(by: str, value: Any) -> str:
    if by == "environments":
        return "sandbox" if value else "production"
    return value if isinstance(value, str) else ""


def _whose_last_update(outcome: str) -> QuerySet[Operation, Any]:
    """The installations whose newest update came to *outcome*; begins with the updates that did."""
    newer = Operation.objects.filter(
        installation=OuterRef("installation"), kind=Operation.Kind.UPDATE, pk__gt=OuterRef("pk")
    )
    updates = Operation.objects.filter(
        kind=Operation.Kind.UPDATE, outcome="" if outcome == "running" else outcome
    )
    return updates.exclude(Exists(newer)).values("installation")


def _newest_update(field: str) -> Subquery:
    updates = Operation.objects.filter(installation=OuterRef("pk"), kind=Operation.Kind.UPDATE)
    return Subquery(updates.order_by("-pk").values(field)[:1])


def _mentions(words: str) -> Q:
    return (
        Q(name__icontains=words)
        | Q(email__icontains=words)
        | Q(tag__icontains=words)
        | Q(integration_id=words)
    )


def _to_json(row: Installation) -> dict[str, Any]:
    return {
        "integration_id": row.integration_id,
        "name": row.name,
        "email": row.email,
        "sandbox": row.sandbox,
        "tag": row.tag,
        "mode": row.mode,
        "version": row.version,
        "release": row.release.version if row.release else None,
        "update_in_progress": row.update_in_progress,
        "seen_at": row.seen_at,
        "vanished_at": row.vanished_at,
    }
