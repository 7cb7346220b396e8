"""Pages of rows, the newest first, found by their keys: page 1000 costs what page 1 costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin."""

    rows: tuple[Row, ...]
    next_before: int | None
    """Pass it as *before* for the next, older page; None on the last one."""


def newest_first(rows: QuerySet[Row], *, before: int | None = None, limit: int = PAGE) -> Page[Row]:
    """Return the page of at most *limit* of *rows* that are older than the one keyed *before*."""
    older = rows if before is None else rows.filter(pk__lt=before)
    found = tuple(older.order_by("-pk")[: limit + 1])
    page = found[:limit]
    return Page(page, page[-1].pk if len(found) > limit else None)
