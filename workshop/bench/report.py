"""The results: flat figures, and the aims shown beside them. Pure, except for `write`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Figures = Mapping[str, float]
"""Named numbers; a name ends in its unit, unless it is a count or a ratio."""


@dataclass(frozen=True)
class Aim:
    """What a figure should be. Shown, never enforced: machines differ."""

    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        word, bound = ("at least", self.at_least)
        if bound is None:
            word, bound = ("at most", self.at_most)
        return f"{word} {bound:g}"


def lines(figures: Figures, aims: Mapping[str, Aim]) -> Iterator[str]:
    """Yield one line per figure, its aim beside it."""
    for name, value in figures.items():
        aim = f"  (aim: {aims[name]})" if name in aims else ""
        yield f"{name:<44}{_spelled(value):>10}{aim}"


def merged(*parts: Figures) -> dict[str, float]:
    """All figures in one object; raises ValueError when two parts use one name."""
    figures: dict[str, float] = {}
    for part in parts:
        if twice := sorted(figures.keys() & part):
            raise ValueError(f"two sections report {', '.join(twice)}")
        figures.update(part)
    return figures


def write(path: Path, figures: Figures) -> None:
    """Write *figures* as one flat JSON object of numbers, rounded to what they are good for."""
    rounded = {name: _rounded(value) for name, value in figures.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded, indent=2, allow_nan=False) + "\n")


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.4g}")


def _spelled(value: float) -> str:
    return f"{_rounded(value):,}" if isinstance(value, int) else f"{_rounded(value):g}"
