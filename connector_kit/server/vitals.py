"""``GET /health``: whether the whole installation works, for monitors rather than load balancers.

A web process serves calls without broker and workers, so `/readyz` knows nothing of them: a load
balancer that took it out of service for their sake would make things worse.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import orjson
from django.db import DatabaseError, close_old_connections

from connector_kit.extension.answers import Answer
from connector_kit.workers.heartbeat import (
    TICK,
    broker_answers,
    listening,
    nobody_works,
    silence,
)
from connector_kit.workers.queues import Queue

Vitals = dict[str, Any]

DATABASE_AWAY = "The database cannot be reached. Check DATABASE_URL, and whether it runs."
BROKER_AWAY = "The message broker cannot be reached. Check REDIS_URL, and whether it runs."


KEPT_SECONDS = 1.0
"""How long an answer is good for: whoever asks more often costs nothing more."""

_latest: list[tuple[float, Vitals]] = []


def health() -> Answer:
    """Answer with what works and what does not: 200, or 503 when something does not."""
    now = time.monotonic()
    if not _latest or now - _latest[-1][0] > KEPT_SECONDS:
        _latest[:] = [(now, measured())]
    vitals = _latest[-1][1]
    return Answer(503 if vitals["problems"] else 200, orjson.dumps(vitals))


def measured() -> Vitals:
    """Return ``{"status", "problems", "silence"}``, the last in seconds by what was heard."""
    close_old_connections()  # a probe is no request of Django's, which would do this
    try:
        problems = [] if broker_answers() else [BROKER_AWAY]
        problems += [] if problems else _without_workers()
        quiet = _silences()
    except DatabaseError:
        problems, quiet = [DATABASE_AWAY], {}
    return {
        "status": "failing" if problems else "ok",
        "problems": problems,
        "silence": quiet,
    }


def _without_workers() -> list[str]:
    return [sentence for queue in Queue if (sentence := nobody_works(queue))]


def _silences() -> dict[str, float | None]:
    kinds = {"tick": TICK} | {queue.value: listening(queue) for queue in Queue}
    return {name: _seconds(silence(kind)) for name, kind in kinds.items()}


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 1)
