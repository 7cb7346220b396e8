"""Stores what a verification found in batches, so that nothing waits for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from connector_kit.models import Push
from connector_kit.rollouts.rows import locked, write_steps
from connector_kit.rollouts.steps import Missed, PushAgain, Settle, Step, Undo, Verified

T = TypeVar("T")

PIECE = 100
"""Verdicts that are written in one transaction, for which controls and ticks wait."""


def write_verdicts(rollout_id: int, steps: Iterable[Step], now: datetime) -> None:
    """Write down what a verification found, for pushes that are settled still, piece by piece."""
    for piece in batched(_pieces(steps), PIECE):
        with locked(rollout_id) as rollout:
            keys = [key for key, _ in piece]
            rows = rollout.pushes.select_for_update(of=("self",)).filter(pk__in=keys)
            settled = set(rows.exclude(state__in=Push.UNSETTLED).values_list("pk", flat=True))
            kept = [(push, step) for push, step in piece if push in settled]
            regrouped: list[Step] = [
                step for _, step in kept if not isinstance(step, Verified | Missed)
            ]
            if verified := tuple(push for push, step in kept if isinstance(step, Verified)):
                regrouped.append(Verified(verified))
            if missed := tuple(push for push, step in kept if isinstance(step, Missed)):
                regrouped.append(Missed(missed))
            write_steps(rollout, regrouped, now)


def _pieces(steps: Iterable[Step]) -> Iterator[tuple[int, Step]]:
    """Each push with the step that is about it."""
    for step in steps:
        match step:
            case Verified(pushes) | Missed(pushes):
                yield from ((push, step) for push in pushes)
            case Settle() | PushAgain() | Undo():
                yield step.push, step


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield *items* in lists of *size*; the last may be shorter."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
