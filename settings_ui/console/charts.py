"""Charts as values: outlines and words that a template draws as SVG. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connector_kit.publisher.version_counts import VersionHistory

WIDTH, HEIGHT = 720, 220
LEFT, TOP, BOTTOM = 52, 8, 24
SERIES_AT_MOST = 6
OTHERS = "others"
_GAP = 0.15
"""Of a bar's place, left free."""


@dataclass(frozen=True)
class Tick:
    """A word on an axis."""

    position: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Stacked bars, one a day, and the same numbers as a table."""

    series: tuple[tuple[int, str], ...]
    """Number (its color) and name, the largest first."""
    paths: tuple[tuple[int, str], ...]
    """Number and outline of each series: its part of every bar, as SVG spells paths."""
    days: tuple[Tick, ...]
    counts: tuple[Tick, ...]
    rows: tuple[tuple[date, tuple[int, ...], int], ...]
    """Day, its counts by series, its total; the newest day first."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def version_chart(history: VersionHistory) -> Chart | None:
    """Draw *history*, or None when there is nothing to draw.

    Versions beyond the largest ones are grouped.
    """
    if not history.versions:
        return None
    names = history.versions
    if len(names) > SERIES_AT_MOST:
        names = (*names[: SERIES_AT_MOST - 1], OTHERS)
    days: dict[date, list[int]] = {}
    for day, counts in sorted(history.days.items()):
        days[day] = [counts.get(name, 0) for name in names]
        if names[-1] == OTHERS:
            days[day][-1] = sum(counts.values()) - sum(days[day][:-1])
    top = max(map(sum, days.values())) or 1
    place = (WIDTH - LEFT) / len(days)
    dated = list(days)
    labeled = sorted({0, (len(dated) - 1) // 2, len(dated) - 1})
    marks = (0, top) if top < 4 else (0, top // 2, top)
    return Chart(
        series=tuple(enumerate((name or "no version" for name in names), start=1)),
        paths=tuple(enumerate(_outlines(list(days.values()), top), start=1)),
        days=tuple(
            Tick(round(LEFT + number * place, 2), f"{dated[number]:%d %b}") for number in labeled
        ),
        counts=tuple(Tick(_y(value, top), f"{value:,}") for value in marks),
        rows=tuple((day, tuple(counts), sum(counts)) for day, counts in reversed(days.items())),
    )


def _outlines(days: list[list[int]], top: int) -> list[str]:
    """One path for each series, so that a long chart is not a thousand elements."""
    place = (WIDTH - LEFT) / len(days)
    width = round(min(place * (1 - _GAP), 48.0), 2)
    outlines = [""] * len(days[0])
    for index, counts in enumerate(days):
        x, below = round(LEFT + index * place, 2), 0
        for series, count in enumerate(counts):
            if count:
                floor, ceiling = _y(below, top), _y(below + count, top)
                outlines[series] += f"M{x} {floor}V{ceiling}h{width}V{floor}z"
            below += count
    return outlines


def _y(count: int, top: int) -> float:
    floor = HEIGHT - BOTTOM
    return round(floor - count / top * (floor - TOP), 2)
