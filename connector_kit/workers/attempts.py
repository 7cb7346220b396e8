"""How often a task began and never ended: one that takes its worker down is given up.

The kernel kills a process that wants too much memory, and a crash in C leaves no exception. Such a
task comes back, to be killed again. So each start is counted, and the count is deleted at the end,
however the task ends. A task that made progress in between is not given up: it is not to blame for
a worker that is often killed from outside.
"""

from __future__ import annotations

import logging

import redis

from connector_kit.workers.store import PREFIX, store

logger = logging.getLogger(__name__)

AT_MOST = 3
"""How often in a row a task may take its worker down without progress."""
REMEMBERED = 86_400
"""Seconds for which a start is remembered."""
PAUSE = 600
"""Seconds for which a task that was given up is not started again, even if requested."""


def begin(subject: str, progress: str = "") -> bool:
    """Count a start of *subject*; False when it must be given up.

    *progress* says how far the work has come: the count restarts when that has changed.
    """
    key = _key(subject)
    try:
        known = store().hgetall(key)
        count = int(known.get(b"count", 0)) if known.get(b"progress") == progress.encode() else 0
        with store().pipeline() as pipe:
            pipe.hset(key, mapping={"count": count + 1, "progress": progress})
            pipe.expire(key, REMEMBERED if count < AT_MOST else PAUSE)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("%s: its beginning is not counted: %s", subject, error)
        return True
    return count < AT_MOST


def end(subject: str) -> None:
    """Forget the beginnings of *subject*."""
    try:
        store().delete(_key(subject))
    except redis.RedisError as error:
        logger.warning("%s: its end is not noted: %s", subject, error)


def _key(subject: str) -> str:
    return f"{PREFIX}attempts:{subject}"
