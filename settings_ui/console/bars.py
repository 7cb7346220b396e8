"""Progress as values that a template draws: a bar in parts, and the same in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from connector_kit.publisher.progress import Progress

WIDTH = 1000
"""Of a bar, in the units of its drawing."""

_PARTS = (
    ("updated", "updated", "good", "updated"),
    ("current", "already current", "current", "current"),
    ("waits", "waiting for the customer", "warn", "waits"),
    ("in_progress", "in progress", "busy", "sent"),
    ("retrying", "between attempts", "warn", "retrying"),
    ("failed", "failed", "bad", "failed"),
    ("skipped", "skipped", "plain", "skipped"),
    ("not_started", "not started", "empty", "waiting"),
)
"""Of each number: its words, how it looks, and the state by which its installations are listed."""


@dataclass(frozen=True)
class Part:
    """One part of a bar."""

    count: int
    words: str
    tone: str
    state: str
    start: int
    width: int


@dataclass(frozen=True)
class Bar:
    """A bar whose parts are all installations."""

    parts: tuple[Part, ...]
    total: int

    @property
    def words(self) -> str:
        """The bar for those who do not see it: ``97 updated, 3 failed, 127 not started``."""
        return ", ".join(f"{part.count} {part.words}" for part in self.parts) or "nothing to do"


def bar(progress: Progress) -> Bar:
    """Draw *progress*; what there is none of has no part."""
    total, before = progress.total, 0
    parts = []
    for name, words, tone, state in _PARTS:
        count = getattr(progress, name)
        if count:
            start, end = (WIDTH * number // total for number in (before, before + count))
            parts.append(Part(count, words, tone, state, start, end - start))
            before += count
    return Bar(tuple(parts), total)
