"""The Redis in which tasks leave what concerns their delivery; it may forget everything."""

from __future__ import annotations

from functools import cache

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from connector_kit import conf

PREFIX = "connector_kit:"
SECONDS = 2
"""How long to wait for Redis: the sender of a task may be answering a request."""


def store() -> redis.Redis:
    """Return this process's client for the shared Redis; it fails at once while that is away."""
    return _client(conf.redis_url())


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
