"""Charts as values: outlines and words that a template draws as SVG. Pure."""

from __future__ import annotations

from collections.abc import Mapping
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
    names = _names(history.versions)
    days = {day: _by_series(counts, names) for day, counts in sorted(history.days.items())}
    top = max(sum(counts) for counts in days.values()) or 1
    return Chart(
        series=tuple(enumerate((name or "no version" for name in names), start=1)),
        paths=tuple(enumerate(_outlines(list(days.values()), top), start=1)),
        days=_day_ticks(list(days)),
        counts=tuple(Tick(_y(value, top), f"{value:,}") for value in _marks(top)),
        rows=tuple((day, tuple(counts), sum(counts)) for day, counts in reversed(days.items())),
    )


def _names(versions: tuple[str, ...]) -> tuple[str, ...]:
    if len(versions) <= SERIES_AT_MOST:
        return versions
    return (*versions[: SERIES_AT_MOST - 1], OTHERS)


def _by_series(counts: Mapping[str, int], names: tuple[str, ...]) -> list[int]:
    numbers = [counts.get(name, 0) for name in names]
    if names[-1] == OTHERS:
        numbers[-1] = sum(counts.values()) - sum(numbers[:-1])
    return numbers


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


def _marks(top: int) -> tuple[int, ...]:
    return (0, top) if top < 4 else (0, top // 2, top)


def _day_ticks(days: list[date]) -> tuple[Tick, ...]:
    place = (WIDTH - LEFT) / len(days)
    shown = sorted({0, (len(days) - 1) // 2, len(days) - 1})
    return tuple(Tick(round(LEFT + number * place, 2), f"{days[number]:%d %b}") for number in shown)
