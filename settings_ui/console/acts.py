"""What can be done with a rollout: when it is offered, and what it will do to how many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from connector_kit.models import Push, Rollout
from connector_kit.rollouts import (
    Status,
    abort,
    consequences,
    pause,
    release_locks,
    resume,
    retry_failed,
    roll_back,
)

_State = Rollout.State


@dataclass(frozen=True)
class Situation:
    """A rollout's current state, for deciding which actions are possible."""

    rollout: Rollout
    status: Status

    def count(self, *states: Push.State) -> int:
        """How many installations are in one of *states*."""
        return sum(self.status["counts"][state] for state in states)

    @cached_property
    def is_free(self) -> bool:
        """Whether no other rollout of the connector is in the way."""
        if self.rollout.state in Rollout.OPEN:
            return True
        return not Rollout.objects.open().filter(connector=self.rollout.connector_id).exists()

    @cached_property
    def has_way_back(self) -> bool:
        """Whether any installation could be rolled back."""
        return bool(consequences.ways_back(self.rollout))


@dataclass(frozen=True)
class RolloutAct:
    """One thing to do: *words* are on its button, *done* is said afterwards."""

    name: str
    words: str
    fits: Callable[[Situation], bool]
    tells: Callable[[Rollout, Status], Iterator[str]]
    do: Callable[..., Any]
    done: str
    is_dangerous: bool = False
    asks: bool = True
    """Whether it first says what it will do, and asks for a reason."""
    takes_some: bool = False
    """Whether it can be limited to some installations."""


def offered(situation: Situation) -> list[tuple[RolloutAct, list[str]]]:
    """The acts that are possible now, each with what it will do."""
    now = (situation.rollout, situation.status)
    return [(act, [*act.tells(*now)]) for act in ACTS.values() if act.fits(situation)]


def _is_open(now: Situation) -> bool:
    return now.rollout.state in Rollout.OPEN


_ALL = (
    RolloutAct(
        "pause",
        "Pause",
        lambda now: now.rollout.state == _State.RUNNING,
        consequences.of_pause,
        pause,
        "Paused. Updates in progress are finished or undone; no new ones start.",
        asks=False,
    ),
    RolloutAct(
        "resume",
        "Resume",
        lambda now: now.rollout.state in (_State.PAUSED, _State.HALTED),
        consequences.of_resume,
        resume,
        "Resumed. Failures so far no longer count against the limit.",
    ),
    RolloutAct(
        "retry",
        "Retry failed installations",
        lambda now: bool(
            now.count(Push.State.FAILED) and now.rollout.state != _State.ABORTED and now.is_free
        ),
        consequences.of_retry,
        retry_failed,
        "Retrying the failed installations.",
    ),
    RolloutAct(
        "roll-back",
        "Roll back",
        lambda now: now.has_way_back and now.is_free,
        consequences.of_roll_back,
        roll_back,
        "Rolling back with this rollout.",
        is_dangerous=True,
    ),
    RolloutAct(
        "abort",
        "Abort",
        _is_open,
        consequences.of_abort,
        abort,
        "Aborted. Updates in progress are finished or undone; the rest stays as it is.",
        is_dangerous=True,
    ),
    RolloutAct(
        "undo",
        "Undo locked installations",
        lambda now: bool(now.status["locked"]),
        consequences.of_unlock,
        release_locks,
        "Undoing the updates of the locked installations.",
        takes_some=True,
    ),
    RolloutAct(
        "finish",
        "Finish locked installations",
        lambda now: bool(now.status["locked"]),
        partial(consequences.of_unlock, finish=True),
        partial(release_locks, finish=True),
        "Updating the locked installations again.",
        takes_some=True,
    ),
)

ACTS = {act.name: act for act in _ALL}
"""Everything that can be done with a rollout, in the order of its buttons."""
