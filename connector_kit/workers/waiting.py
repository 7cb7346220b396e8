"""Whether a task is queued already: two requests make one task.

A task that is sent leaves a mark in Redis, and removes it when it begins, before it reads any row,
so that a later request is sent again. A mark expires by Redis' own clock, in case its message was
lost. If the message was only waiting, it is found in its queue. So a worker that starts after a day
finds one tick of each kind, and if Redis loses everything, the cost is a task that is done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import redis

from connector_kit.workers.store import PREFIX, store

logger = logging.getLogger(__name__)

LOST_AFTER = 15
"""Seconds after which a message that is no longer queued, and did not begin, counts as lost."""
LOOKED_THROUGH = 500
"""How many of the newest messages are searched; beyond that a task may be queued twice."""


def subject_of(task: str, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None) -> str:
    """Return what tells one task from another: its name, and what it is about."""
    about = [*map(str, args or ()), *(f"{key}={value}" for key, value in (kwargs or {}).items())]
    return f"{task}({','.join(about)})"


def is_wanted(subject: str, queue: str) -> bool:
    """Mark *subject* as waiting in *queue*; False when it waits there already.

    True while Redis is away: sending will find that out, and say it.
    """
    try:
        with store().pipeline(transaction=False) as pipe:
            pipe.set(_mark(subject), 1, nx=True, ex=LOST_AFTER)
            pipe.lrange(queue, 0, LOOKED_THROUGH - 1)
            is_new, messages = pipe.execute()
    except redis.RedisError:
        return True
    return bool(is_new) and not any(f'"{subject}"'.encode() in message for message in messages)


def forget(subject: str) -> None:
    """Take the mark of *subject* away: it begins, or was not sent after all."""
    try:
        store().delete(_mark(subject))
    except redis.RedisError as error:
        logger.warning("%s: its mark stays for %s seconds: %s", subject, LOST_AFTER, error)


def _mark(subject: str) -> str:
    return f"{PREFIX}waiting:{subject}"
