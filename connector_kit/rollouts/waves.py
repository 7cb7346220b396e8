"""Which installation is updated when: wave sizes as written, and the base parted by them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from connector_kit.rollouts.errors import RolloutError
from connector_kit.storable import cut

T = TypeVar("T")

REST = "rest"
_COUNT = re.compile(r"[0-9]{1,9}")
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)\s*%")
_SHOWN = 40
"""Characters of an invalid size that an error quotes."""


@dataclass(frozen=True)
class WaveSize:
    """How many installations a wave takes: a count, a share of the whole base, or the rest."""

    label: str
    count: int | None = None
    share: Fraction | None = None

    def of(self, total: int) -> int:
        """How many of *total* installations this is; a share is rounded up."""
        if self.share is not None:
            return -(-total * self.share.numerator // self.share.denominator)
        return total if self.count is None else self.count


EVERYTHING_ELSE = WaveSize(REST)


def parse_wave(text: str) -> WaveSize:
    """Read ``3`` (installations), ``25%`` (of the whole base) or ``rest``.

    Raises `RolloutError` for anything else, for zero and for more than 100%.
    """
    label = text.strip().lower()
    if label == REST:
        return EVERYTHING_ELSE
    if _COUNT.fullmatch(label) and int(label):
        return WaveSize(label, count=int(label))
    if (match := _SHARE.fullmatch(label)) and 0 < Fraction(match[1]) <= 100:
        return WaveSize(f"{match[1]}%", share=Fraction(match[1]) / 100)
    raise RolloutError(
        f"{cut(text, _SHOWN)!r} is not the size of a wave. Write a count (3), a share of the whole "
        "base between 0% and 100% (25%), or 'rest'.",
        field="waves",
        code="invalid_waves",
    )


def parse_waves(texts: Iterable[str]) -> tuple[WaveSize, ...]:
    """Read the sizes of all waves in order; 'rest' is allowed only at the end.

    The remaining installations make a last wave, with or without 'rest'.
    """
    sizes = tuple(parse_wave(text) for text in texts)
    if EVERYTHING_ELSE in sizes[:-1]:
        raise RolloutError(
            "No wave can follow 'rest'. Put 'rest' last, or remove it.",
            field="waves",
            code="invalid_waves",
        )
    return sizes if sizes and sizes[-1] == EVERYTHING_ELSE else (*sizes, EVERYTHING_ELSE)


def partition(items: Sequence[T], sizes: Iterable[WaveSize]) -> list[tuple[WaveSize, Sequence[T]]]:
    """Part *items*, in their order, into waves of *sizes*; each item is in exactly one.

    A wave for which nothing is left is left out, so the same sizes fit any base.
    """
    waves: list[tuple[WaveSize, Sequence[T]]] = []
    taken = 0
    for size in sizes:
        members = items[taken : taken + size.of(len(items))]
        if members:
            waves.append((size, members))
            taken += len(members)
    return waves
