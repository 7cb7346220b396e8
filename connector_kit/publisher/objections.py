"""Reasons to refuse a publication, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum


class Weight(StrEnum):
    """What an objection means for ``publish``."""

    REFUSED = "refused"
    """Nothing is published."""
    BREAKS = "breaks"
    """Nothing is published unless the publisher says that installations may break."""
    MENDED = "mended"
    """Publishing fixes it."""
    ADVICE = "advice"
    """It is published anyway."""


@dataclass(frozen=True)
class Objection:
    """One thing that the marketplace would refuse, or that would fail at a customer."""

    code: str
    field: str
    """Where it is: an attribute of the class, or a field of the stack record or the listing."""
    message: str
    hint: str
    weight: Weight = Weight.REFUSED
    place: str = ""
    """The file and line of an attribute, as ``orders.py:12``."""

    def to_json(self) -> dict[str, str]:
        """Return the objection as JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.where}: {self.message}", self.hint)))

    @property
    def where(self) -> str:
        """The place, if there is one, and the field."""
        return f"{self.place}: {self.field}" if self.place else self.field


def of_weight(objections: Iterable[Objection], *weights: Weight) -> tuple[Objection, ...]:
    """Those of *objections* that have one of *weights*."""
    return tuple(objection for objection in objections if objection.weight in weights)
