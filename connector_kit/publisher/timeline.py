"""How many installations were at which version, day by day.

Nothing is sampled: today's install base is known, and every update, installation and removal is on
record, so the past follows by taking one day after another back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from connector_kit.models import Connector, Operation
from connector_kit.publisher.install_base_search import InstallBaseFilter, counted, matching


@dataclass(frozen=True)
class Moved:
    """On one *day*, *count* installations went from one version to another.

    An empty version means not installed.
    """

    day: date
    before: str
    after: str
    count: int


@dataclass(frozen=True)
class Day:
    """The install base at the end of a day (in UTC): installations by version."""

    day: date
    versions: Mapping[str, int]


def versions_over_time(connector: Connector, *, days: int, today: date | None = None) -> list[Day]:
    """The install base of *connector* at the end of each of the last *days* days, oldest first.

    Based on the records: what the platform's install base lost or gained without a function call
    counts as if it had always been so. Two queries.
    """
    until = today or timezone.now().date()
    now = counted(matching(connector, InstallBaseFilter()), "versions")["versions"]
    since = until - timedelta(days=days - 1)
    return list(reversed([*going_back(now, _moves(connector, since), until=until, since=since)]))


def going_back(
    now: Mapping[str, int], moves: Iterable[Moved], *, until: date, since: date
) -> Iterator[Day]:
    """Yield the install base at the end of every day from *until* back to *since*. Pure."""
    counts, by_day = Counter(now), defaultdict[date, list[Moved]](list)
    for move in moves:
        by_day[move.day].append(move)
    day = until
    while day >= since:
        yield Day(day, {version: n for version, n in sorted(counts.items()) if n > 0})
        for moved in by_day[day]:
            counts[moved.after] -= moved.count
            counts[moved.before] += moved.count
        counts.pop("", None)
        day -= timedelta(days=1)


def _moves(connector: Connector, since: date) -> Iterator[Moved]:
    rows = (
        Operation.objects.filter(
            installation__connector=connector,
            outcome__in=(Operation.Outcome.DONE, Operation.Outcome.WAITS),
            finished_at__date__gte=since,
        )
        .exclude(kind__in=(Operation.Kind.PLAN, Operation.Kind.TAKEOVER))
        .values_list(TruncDate("finished_at"), "kind", "from_version", "release__version")
        .annotate(count=Count("pk"))
        .order_by()
    )
    for day, kind, before, after, count in rows:
        source = "" if kind == Operation.Kind.INSTALL else before
        target = "" if kind == Operation.Kind.UNINSTALL else after or ""
        if source != target:
            yield Moved(day, source, target, count)
