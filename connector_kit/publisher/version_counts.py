"""The history of versions in the install base: one count a day.

Counts are stored, because computing them (`timeline`) takes longer the more was done.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from connector_kit.models import Connector, Installation, VersionCount
from connector_kit.publisher.timeline import versions_over_time

DAYS_KEPT = 730
DAYS_SHOWN = 90


@dataclass(frozen=True)
class VersionHistory:
    """Installations per day and version; days without a count are left out."""

    days: Mapping[date, Mapping[str, int]]

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that occurs, those with the most installations on the last day first."""
        last = self.days[max(self.days)] if self.days else {}
        seen = {version for counts in self.days.values() for version in counts}
        return tuple(sorted(seen, key=lambda item: (-last.get(item, 0), item)))


def count_versions(today: date | None = None) -> int:
    """Count the installations of all connectors by version for *today*; returns the rows written.

    Counting again on the same day overwrites the earlier count. Days without a count are filled in
    from the operations (`timeline`).
    """
    today = today or timezone.now().date()
    counted = (
        Installation.objects.active()
        .without_children()
        .order_by("connector", "version")
        .values_list("connector", "version")
        .annotate(count=Count("*"))
    )
    rows = [
        VersionCount(connector_id=connector, day=today, version=version, count=count)
        for connector, version, count in counted
    ]
    with transaction.atomic():
        VersionCount.objects.filter(day=today).delete()
        VersionCount.objects.filter(day__lt=today - timedelta(days=DAYS_KEPT)).delete()
        VersionCount.objects.bulk_create(
            rows,
            update_conflicts=True,  # another worker may be counting, too
            unique_fields=["connector", "day", "version"],
            update_fields=["count"],
        )
    return len(rows) + sum(
        _fill_in(connector, today) for connector in Connector.objects.order_by("pk")
    )


def _fill_in(connector: Connector, today: date) -> int:
    """Write the missing days of those that charts show; returns the rows."""
    since = max(today - timedelta(days=DAYS_SHOWN - 1), connector.created_at.date())
    days = (today - since).days + 1
    known = connector.version_counts.filter(day__gte=since).values_list("day", flat=True)
    counted = {today, *known}
    if len(counted) >= days:
        return 0
    rows = [
        VersionCount(connector=connector, day=day.day, version=version, count=count)
        for day in versions_over_time(connector, days=days, today=today)
        if day.day not in counted
        for version, count in day.versions.items()
    ]
    VersionCount.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def version_history(
    connector: Connector | None, *, now: Mapping[str, int], days: int = DAYS_SHOWN
) -> VersionHistory:
    """How versions spread over the last *days*; today's counts are those at *now*.

    Without *connector*: all connectors together, by version. Takes one query.
    """
    today = timezone.now().date()
    found = VersionCount.objects.filter(day__gt=today - timedelta(days=days), day__lt=today)
    if connector:
        found = found.filter(connector=connector)
    counts: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, version, count in found.order_by("day").values_list("day", "version", "count"):
        counts[day][version] += count
    if now:
        counts[today] = dict(now)
    return VersionHistory({day: dict(item) for day, item in counts.items()})
