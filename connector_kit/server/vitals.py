"""What works: for load balancers, all that a web process needs; for monitors, all there is.

``GET /readyz`` asks after database, Redis and functions, ``GET /health`` also after the workers. A
web process serves calls without them, so that taking it out of service would make things worse.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import orjson
from django.db import DatabaseError, connection

from connector_kit.extension.answers import Answer
from connector_kit.extension.glance import Glance
from connector_kit.extension.health import NOT_LOADED
from connector_kit.logs import Event
from connector_kit.workers.heartbeat import (
    TICK,
    broker_answers,
    listening,
    nobody_works,
    silence,
)
from connector_kit.workers.queues import Queue

Vitals = dict[str, Any]

DATABASE_AWAY = (
    "The database cannot be reached. Check DATABASE_URL and that the database is running."
)
BROKER_AWAY = (
    "The message broker cannot be reached. Check REDIS_URL and that the broker is running."
)

LATE = "The database or the message broker does not respond in time."

log = logging.getLogger(__name__)


def lacks(serves: Callable[[], bool]) -> list[str]:
    """Return what this process lacks to answer calls; *serves*: whether its functions can run.

    For a thread that does nothing else: its connection to the database is closed.
    """
    problems = [] if _database_answers() else [DATABASE_AWAY]
    problems += [] if broker_answers() else [BROKER_AWAY]
    problems += [] if serves() else [NOT_LOADED]
    if problems:
        log.warning(Event("notReady", [("reason", " ".join(problems))]))
    return problems


def measured() -> Vitals:
    """Return ``{"status", "problems", "silence"}``, the last in seconds by what was heard."""
    try:
        problems = [] if broker_answers() else [BROKER_AWAY]
        if not problems:
            problems = [sentence for queue in Queue if (sentence := nobody_works(queue))]
        kinds = {"tick": TICK} | {queue.value: listening(queue) for queue in Queue}
        spans = {name: silence(kind) for name, kind in kinds.items()}
        quiet = {
            name: None if span is None else round(span.total_seconds(), 1)
            for name, span in spans.items()
        }
    except DatabaseError:
        problems, quiet = [DATABASE_AWAY], {}
    return _vitals(problems, quiet)


def answer(vitals: Vitals) -> Answer:
    """Return *vitals* as the answer to a monitor: 200, or 503 when something does not work."""
    return Answer(503 if vitals["problems"] else 200, orjson.dumps(vitals))


def health() -> Answer:
    """Answer a monitor."""
    return answer(_glance())


def _vitals(problems: list[str], quiet: dict[str, float | None]) -> Vitals:
    return {"status": "failing" if problems else "ok", "problems": problems, "silence": quiet}


def _measured_apart() -> Vitals:
    try:
        return measured()
    finally:
        connection.close()


_glance = Glance(_measured_apart, late=_vitals([LATE], {}))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    finally:
        connection.close()
    return True
