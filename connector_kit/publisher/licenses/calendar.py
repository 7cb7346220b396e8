"""When licenses end: a month of days, with how many licenses each of them is the last one of."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db.models import Count, DateField
from django.db.models.functions import Coalesce, TruncDate

from connector_kit.models import Connector, License


@dataclass(frozen=True)
class Day:
    """A day of the calendar; of a neighboring month where *is_inside* is false."""

    date: date
    is_inside: bool
    counts: dict[str, int]
    """How many licenses end, by standing."""

    @property
    def total(self) -> int:
        """How many licenses end on the day."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Month:
    """A month in weeks that begin on Monday."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]

    @property
    def total(self) -> int:
        """How many licenses end in the month."""
        return sum(day.total for week in self.weeks for day in week if day.is_inside)

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        """The first day of the month after."""
        return (self.first + timedelta(days=31)).replace(day=1)


def month_of_ends(connector: Connector | None, first: date) -> Month:
    """Return the month of *first* with the last days of *connector*'s licenses, or of all.

    The last day is the one agreed, or the platform's own where the kit agreed none. One query.
    """
    first = first.replace(day=1)
    shown = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = License.objects.present().ending(shown[0][0], shown[-1][-1])
    if connector:
        rows = rows.filter(connector=connector)
    counts: dict[date, dict[str, int]] = {}
    last_day = Coalesce("ends", TruncDate("expires", tzinfo=UTC), output_field=DateField())
    grouped = rows.order_by(last_day, "standing").values_list(last_day, "standing")
    for ends, standing, count in grouped.annotate(count=Count("pk")):
        counts.setdefault(ends, {})[standing] = count
    return Month(
        first=first,
        weeks=tuple(
            tuple(Day(item, item.month == first.month, counts.get(item, {})) for item in week)
            for week in shown
        ),
    )
