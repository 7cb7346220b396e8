"""Reading the recorded install base: filtered, in pages, counted by what it is filtered by."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet

from connector_kit.models import Connector, Installation


@dataclass(frozen=True)
class InstallBaseFilter:
    """Which installations are meant; None leaves a property open."""

    version: str | None = None
    sandbox: bool | None = None
    email: str | None = None
    """Part of the address, in any case."""
    vanished: bool | None = False
    words: str = ""
    """Words that all have to occur in id, name, address, tag or account, in any case."""
    edition: str | None = None
    """The word that the licence's opts have for it (protocol/resources.md#license)."""
    outcome: str | None = None
    """How the last update ended; empty: there was none."""
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
    previous_before: str | None = None
    """Pass it as *before* for the page before this one; None on the first."""
    environments: dict[bool, int] = field(default_factory=dict)
    """How many of the total are sandboxes (True) and how many are not."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """How the last updates of the total ended."""

    def to_json(self) -> dict[str, Any]:
        """Return the page as JSON."""
        return {
            "installations": [_to_json(row) for row in self.rows],
            "total": self.total,
            "versions": self.versions,
            "next_after": self.next_after,
        }


EDITION = "opts__connectorEdition"


def list_install_base(
    connector: Connector | None,
    wanted: InstallBaseFilter = InstallBaseFilter(),
    *,
    after: str = "",
    before: str = "",
    limit: int = 100,
) -> InstallBasePage:
    """Return the page of at most *limit* installations that follows the integration id *after*.

    With *before* the page that ends in front of it. Without *connector*: those of all.
    Takes two queries, whatever the size of the base.
    """
    matching = _matching(connector, wanted)
    counts = _counts(matching)
    rows, more = _page(matching, after, before, limit)
    has_next, has_previous = (bool(rows), more) if before else (more, bool(after and rows))
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
    matching: QuerySet[Installation], after: str, before: str, limit: int
) -> tuple[tuple[Installation, ...], bool]:
    """The rows of a page, and whether more follow in the direction of reading."""
    if before:
        found = matching.filter(integration_id__lt=before).order_by("-integration_id")
    else:
        found = matching.filter(integration_id__gt=after).order_by("integration_id")
    rows = tuple(found.select_related("release", "connector")[: limit + 1])
    shown = rows[:limit]
    return (shown[::-1] if before else shown), len(rows) > limit


def _counts(matching: QuerySet[Installation]) -> dict[str, Any]:
    """Count by version, environment and outcome, in one query."""
    versions: Counter[str] = Counter()
    environments: Counter[bool] = Counter()
    outcomes: Counter[str] = Counter()
    grouped = matching.order_by("version", "sandbox", "update_outcome").values_list(
        "version", "sandbox", "update_outcome"
    )
    for version, sandbox, outcome, count in grouped.annotate(count=Count("pk")):
        versions[version] += count
        environments[sandbox] += count
        outcomes[outcome] += count
    return {
        "versions": dict(versions),
        "environments": dict(environments),
        "outcomes": dict(outcomes),
    }


def _matching(connector: Connector | None, wanted: InstallBaseFilter) -> QuerySet[Installation]:
    conditions: dict[str, Any] = {
        "connector": connector,
        "version": wanted.version,
        "sandbox": wanted.sandbox,
        "email__icontains": wanted.email,
        "vanished_at__isnull": None if wanted.vanished is None else not wanted.vanished,
        EDITION: wanted.edition,
        "update_outcome": wanted.outcome,
        "update_in_progress": wanted.updating,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    found = Installation.objects.filter(**given)
    for word in wanted.words.lower().split():
        found = found.filter(searched__contains=word)
    return found


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
