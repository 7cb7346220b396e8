"""Reading the recorded install base: filtered, in pages, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from connector_kit.models import Connector, Installation, License, Operation

COUNTED = {
    "versions": "version",
    "modes": "mode",
    "environments": "sandbox",
    "editions": "opts__connectorEdition",
    "outcomes": "update_outcome",
}
"""By what an install base can be counted, and where an installation says it."""

_SHOWN = ("versions", "environments", "outcomes")


@dataclass(frozen=True)
class InstallBaseFilter:
    """Which installations are meant; None leaves a property open."""

    version: str | None = None
    sandbox: bool | None = None
    email: str | None = None
    """Part of the address, in any case."""
    vanished: bool | None = False
    search: str | None = None
    """Words that all occur in name, address, tag, account or integration id, in any case."""
    edition: str | None = None
    mode: str | None = None
    last_update: str | None = None
    """The outcome of the newest update (`Operation.Outcome`); ``running`` while it has none yet,
    ``none`` where there was no update that came to an end.
    """
    license: str | None = None
    """The standing of its license (`connector_kit.licensing.Standing`)."""
    drifted: bool | None = None
    updating: bool | None = None
    child: bool | None = None
    """Whether it is a store of framework 2.0, a child of another installation."""
    needs: bool | None = None
    """Whether a part of its version waits until its customer has logged in to a connection."""


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
    previous_before: str | None = None
    """Pass it as *before* for the page before this one; None on the first."""
    environments: dict[str, int] = field(default_factory=dict)
    """How many of the total are sandboxes, how many are in production."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """How the last updates of the total ended; an empty word where none did."""

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON."""
        return {
            "installations": [
                {
                    "integration_id": row.integration_id,
                    "parent_id": row.parent.integration_id if row.parent else None,
                    "name": row.name,
                    "email": row.email,
                    "sandbox": row.sandbox,
                    "tag": row.tag,
                    "account": row.embedded_account.name if row.embedded_account else None,
                    "end_user": row.end_user,
                    "mode": row.mode,
                    "version": row.version,
                    "release": row.release.version if row.release else None,
                    "update_in_progress": row.update_in_progress,
                    "needs": row.needs,
                    "seen_at": row.seen_at,
                    "vanished_at": row.vanished_at,
                }
                for row in self.rows
            ],
            "total": self.total,
            "versions": self.versions,
            "next_after": self.next_after,
        }


def list_install_base(
    connector: Connector | None,
    wanted: InstallBaseFilter = InstallBaseFilter(),
    *,
    after: str = "",
    before: str = "",
    limit: int = 100,
) -> InstallBasePage:
    """Return the page of at most *limit* installations that follows the integration id *after*.

    With *before*, the page that ends in front of it. Without *connector*, those of all. Takes at
    most two queries, and reads the whole base once, whatever is searched for.
    """
    found = matching(connector, wanted)
    rows, has_more = _page(found, after, before, limit)
    has_next, has_previous = (bool(rows), has_more) if before else (has_more, bool(after and rows))
    is_all = not (after or before or has_more)
    counts = _counted_here(rows) if is_all else counted(found, *_SHOWN)
    return InstallBasePage(
        rows=rows,
        total=sum(counts["versions"].values()),
        versions=counts["versions"],
        next_after=rows[-1].integration_id if has_next else None,
        previous_before=rows[0].integration_id if has_previous else None,
        environments=counts["environments"],
        outcomes=counts["outcomes"],
    )


def _page(
    found: QuerySet[Installation], after: str, before: str, limit: int
) -> tuple[tuple[Installation, ...], bool]:
    """The rows of a page, and whether there are more in the direction of reading."""
    if before:
        found = found.filter(integration_id__lt=before).order_by("-integration_id")
    else:
        found = found.filter(integration_id__gt=after).order_by("integration_id")
    rows = tuple(
        found.select_related("release", "connector", "embedded_account", "parent")[: limit + 1]
    )
    page = rows[:limit]
    return (page[::-1] if before else page), len(rows) > limit


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
        "parent__isnull": None if wanted.child is None else not wanted.child,
    }
    set_ones = {name: value for name, value in conditions.items() if value is not None}
    found = Installation.objects.filter(**set_ones)
    if wanted.needs is not None:
        found = found.exclude(needs=[]) if wanted.needs else found.filter(needs=[])
    for word in (wanted.search or "").lower().split():
        found = found.filter(searched__contains=word)
    if wanted.license is not None:
        licensed = License.objects.present().filter(
            standing=wanted.license, integration_id=OuterRef("integration_id")
        )
        found = found.filter(Exists(licensed))
    if wanted.last_update == "running":
        # Begins with the updates that have no outcome yet, and leaves out all but the newest.
        updates = Operation.objects.filter(kind=Operation.Kind.UPDATE)
        newer = updates.filter(installation=OuterRef("installation"), pk__gt=OuterRef("pk"))
        running = updates.filter(outcome="").exclude(Exists(newer))
        return found.filter(pk__in=running.values("installation"))
    if wanted.last_update is not None:
        outcome = "" if wanted.last_update == "none" else wanted.last_update
        found = found.filter(update_outcome=outcome)
    return found


def with_last_update(found: QuerySet[Installation]) -> QuerySet[Installation]:
    """*found*, each with the result of its newest update: ``last_update_outcome`` and more.

    The attributes are None for installations that were never updated.
    """
    return found.annotate(
        last_update_outcome=_newest_update("outcome"),
        last_update_code=_newest_update("code"),
        last_update_at=_newest_update("started_at"),
    )


def counted(found: QuerySet[Installation], *by: str) -> dict[str, dict[str, int]]:
    """How many of *found* there are of each of *by*, some of `COUNTED`. One query."""
    columns = [COUNTED[name] for name in by]
    rows = found.order_by().values_list(*columns).annotate(n=Count("*"))
    totals: dict[str, Counter[str]] = {name: Counter() for name in by}
    for *values, count in rows:
        for name, value in zip(by, values, strict=True):
            totals[name][_word(name, value)] += count
    return {name: dict(sorted(total.items())) for name, total in totals.items()}


def _counted_here(rows: Iterable[Installation]) -> dict[str, dict[str, int]]:
    """What `counted` would say, if *rows* are all there is."""
    totals: dict[str, Counter[str]] = {name: Counter() for name in _SHOWN}
    for row in rows:
        for name, total in totals.items():
            total[_word(name, getattr(row, COUNTED[name]))] += 1
    return {name: dict(sorted(total.items())) for name, total in totals.items()}


def _word(by: str, value: Any) -> str:
    if by == "environments":
        return "sandbox" if value else "production"
    return value if isinstance(value, str) else ""


def _newest_update(field: str) -> Subquery:
    updates = Operation.objects.filter(installation=OuterRef("pk"), kind=Operation.Kind.UPDATE)
    return Subquery(updates.order_by("-pk").values(field)[:1])
