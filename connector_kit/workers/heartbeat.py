"""Signs of life: what shows that workers run, and what to say when none does.

Two things are recorded, by the database's clock: that a worker *listens* to a queue, every few
seconds, by each worker for its queues; and that a *tick* was taken, which needs a worker, the
broker, and beat. The times of the rows are never compared with a process's own clock.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

import redis
from django.db import DatabaseError

from connector_kit import conf
from connector_kit.models import clock
from connector_kit.models.heartbeats import Heartbeat
from connector_kit.workers.queues import Queue
from connector_kit.workers.store import store

logger = logging.getLogger(__name__)

TICK = "tick"
"""The kind of heartbeat that a tick leaves when a worker takes it."""
WRITTEN_EVERY = 3.0
"""Seconds between two heartbeats of one kind by one process."""
SILENT_AFTER = timedelta(seconds=15)
"""Seconds without a heartbeat after which a worker counts as gone: it would have sent five."""

_written: dict[str, float] = {}


def listening(queue: str) -> str:
    """Return the kind of heartbeat that workers leave who listen to *queue*."""
    return f"listening: {queue}"


def beat(kinds: Iterable[str]) -> None:
    """Note a sign of life of each of *kinds*, at most every `WRITTEN_EVERY` seconds.

    A database that is away is nothing to stop for: the work itself will find that out.
    """
    now = time.monotonic()
    due = {kind for kind in kinds if now - _written.get(kind, -WRITTEN_EVERY) >= WRITTEN_EVERY}
    if not due:
        return
    try:
        Heartbeat.note(due, clock.now())
    except DatabaseError as error:
        logger.warning("no sign of life noted: %s", error)
        return
    _written.update(dict.fromkeys(due, now))


def silence(kind: str) -> timedelta | None:
    """Return for how long nothing of *kind* was heard; None when nothing ever was."""
    at = Heartbeat.objects.filter(kind=kind).values_list("at", flat=True).first()
    return None if at is None else max(timedelta(0), clock.now() - at)


def nobody_works(queue: Queue = Queue.TICKS) -> str | None:
    """Return what to tell a person who waits for *queue*; None while it is being worked on."""
    quiet = silence(listening(queue))
    if quiet is None or quiet > SILENT_AFTER:
        since = "has ever connected" if quiet is None else f"has responded for {_spoken(quiet)}"
        command = "celery -A connector_kit.server worker"
        if queue is not Queue.TICKS:
            command = f"{command} --queues {queue}"
        return _broker_trouble() or f"No worker {since}. Start one with '{command}'."
    if queue is not Queue.TICKS:
        return None
    quiet = silence(TICK)
    if quiet is None or quiet > SILENT_AFTER + timedelta(seconds=5 * conf.kit().tick_seconds):
        since = (
            "has ever reached them" if quiet is None else f"has reached them for {_spoken(quiet)}"
        )
        return _broker_trouble() or (
            f"Workers are running, but no tick {since}. Start the scheduler with "
            "'celery -A connector_kit.server beat'."
        )
    return None


def broker_answers() -> bool:
    """Whether the message broker can be reached; takes two seconds at most."""
    try:
        return bool(store().ping())
    except redis.RedisError:
        return False


def _broker_trouble() -> str:
    if broker_answers():
        return ""
    return "The message broker cannot be reached, so workers get no work. Check REDIS_URL."


def _spoken(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
