"""Stores what a verification found in batches, so that nothing waits for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
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
            write_steps(rollout, _regrouped(piece, settled), now)


def _pieces(steps: Iterable[Step]) -> Iterator[tuple[int, Step]]:
    """Each push with the step that is about it."""
    for step in steps:
        match step:
            case Verified(pushes) | Missed(pushes):
                yield from ((push, step) for push in pushes)
            case Settle() | PushAgain() | Undo():
                yield step.push, step


def _regrouped(piece: Iterable[tuple[int, Step]], settled: Set[int]) -> Iterator[Step]:
    groups: dict[type[Verified | Missed], list[int]] = {Verified: [], Missed: []}
    for push, step in piece:
        if push not in settled:
            continue
        if isinstance(step, Verified | Missed):
            groups[type(step)].append(push)
        else:
            yield step
    yield from (kind(tuple(pushes)) for kind, pushes in groups.items() if pushes)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield *items* in lists of *size*; the last may be shorter."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
