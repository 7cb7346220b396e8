"""Follow a rollout until nothing changes anymore, and drive it meanwhile if asked to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

from connector_kit.models import Push, Rollout
from connector_kit.rollouts.embedded import at_once
from connector_kit.rollouts.finding import find_rollout
from connector_kit.rollouts.status import Status, status_of
from connector_kit.rollouts.ticks import tick

Drive = Callable[[int], bool]


def watch(
    rollout_id: int,
    *,
    every: float,
    drive: Drive | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Status]:
    """Yield the rollout's status every *every* seconds; the last one is the one at rest.

    *drive* takes a tick (see `inline`) and says whether there was something to do; without it,
    the workers drive the rollout.
    """
    while True:
        status = status_of(find_rollout(str(rollout_id)))
        yield status
        if is_at_rest(status):
            return
        if not (drive and drive(rollout_id)):
            sleep(every)


inline: Drive = partial(tick, update=at_once)
"""Take the ticks in this process, without Celery."""


def is_at_rest(status: Status) -> bool:
    """Whether nothing changes anymore unless someone acts."""
    in_flight = sum(status["counts"][state] for state in Push.IN_FLIGHT)
    return status["state"] != Rollout.State.RUNNING and not in_flight


def is_success(status: Status) -> bool:
    """Whether the rollout was completed and nothing failed."""
    return status["state"] == Rollout.State.COMPLETED and not status["counts"][Push.State.FAILED]


def needs_attention(status: Status) -> bool:
    """Whether the rollout stopped before its end, or something failed."""
    stopped = status["state"] in (Rollout.State.HALTED, Rollout.State.ABORTED)
    return stopped or bool(status["counts"][Push.State.FAILED])
