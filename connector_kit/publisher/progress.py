"""How many installations of a rollout are where: numbers that say what happened to each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from connector_kit.models import Push

LEFT_OUT = "aborted"
"""The code of pushes that had not begun when their rollout was aborted."""

_State = Push.State


@dataclass(frozen=True)
class Progress:
    """The installations of a rollout, or of a wave, each counted once."""

    updated: int = 0
    current: int = 0
    """Those that had the release already."""
    waits: int = 0
    """Those that were updated, with a part that waits for the customer."""
    failed: int = 0
    skipped: int = 0
    in_progress: int = 0
    """Those that are being pushed to, or whose update runs."""
    retrying: int = 0
    """Those between two attempts, and those that are being undone."""
    not_started: int = 0
    """Those to which nothing was pushed, because their turn has not come or never came."""

    @property
    def total(self) -> int:
        """All of them."""
        succeeded = self.updated + self.current + self.waits
        return succeeded + self.failed + self.skipped + self.unsettled

    @property
    def unsettled(self) -> int:
        """Those that are on their way, or whose turn has not come."""
        return self.in_progress + self.retrying + self.not_started


def progress_by(field: str, pushes: QuerySet[Push]) -> dict[int, Progress]:
    """The progress of *pushes*, by their *field* (``rollout`` or ``wave``). Two queries."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for key, state, count in _counted(pushes, field, "state"):
        counts[key][state] = count
    left_out = left_out_by(field, pushes)
    return {key: progress_of(states, left_out.get(key, 0)) for key, states in counts.items()}


def left_out_by(field: str, pushes: QuerySet[Push]) -> dict[int, int]:
    """How many of *pushes* an abort prevented, by their *field*."""
    unpushed = pushes.filter(state=_State.SKIPPED, code=LEFT_OUT, claimed_at=None)
    return dict(_counted(unpushed, field))


def progress_of(states: Mapping[str, int], left_out: int) -> Progress:
    """The progress that *states* say; they count those *left_out* by an abort as skipped."""
    counts = Counter(states)
    return Progress(
        updated=counts[_State.UPDATED],
        current=counts[_State.CURRENT],
        waits=counts[_State.WAITS],
        failed=counts[_State.FAILED],
        skipped=counts[_State.SKIPPED] - left_out,
        in_progress=counts[_State.CLAIMED] + counts[_State.SENT],
        retrying=counts[_State.RETRYING],
        not_started=counts[_State.WAITING] + left_out,
    )


def _counted(pushes: QuerySet[Push], *fields: str) -> QuerySet[Push, Any]:
    return pushes.order_by().values_list(*fields).annotate(count=Count("*"))
