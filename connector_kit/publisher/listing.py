"""Reading the recorded install base: filtered, in pages, counted by version."""

from dataclasses import dataclass
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
    matching = _matching(connector, wanted)
    versions = matching.order_by("version").values_list("version").annotate(count=Count("pk"))
    page = matching.filter(integration_id__gt=after).order_by("integration_id")
    rows = tuple(page.select_related("release", "embedded_account")[: limit + 1])
    counts = dict(versions)
    return InstallBasePage(
        rows=rows[:limit],
        total=sum(counts.values()),
        versions=counts,
        next_after=rows[limit - 1].integration_id if len(rows) > limit else None,
    )


def _matching(connector: Connector, wanted: InstallBaseFilter) -> QuerySet[Installation]:
    conditions: dict[str, Any] = {
        "version": wanted.version,
        "sandbox": wanted.sandbox,
        "email__icontains": wanted.email,
        "vanished_at__isnull": None if wanted.vanished is None else not wanted.vanished,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    return Installation.objects.filter(connector=connector, **given)


def _to_json(row: Installation) -> dict[str, Any]:
    return {
        "integration_id": row.integration_id,
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
        "seen_at": row.seen_at,
        "vanished_at": row.vanished_at,
    }
