"""Limits on how often an action is allowed, counted in the Redis that all processes share."""

from __future__ import annotations

import logging
import math
import time

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger("connector_kit.throttles")

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def seconds_to_wait(act: str, who: str, rate: str) -> int:
    """Count one *act* of *who*; return 0 while *rate* (``60/minute``) allows it.

    Otherwise return the whole seconds until it is allowed again. The time runs from the first act
    that counts. While Redis is away everything is allowed: managing installations matters more than
    limiting requests.
    """
    count, _, unit = rate.partition("/")  # as `parsing.rate` has it
    allowed, seconds = int(count), _SECONDS[unit]
    now = time.time()
    try:
        window = cache.get_or_set(f"connector-kit-{act}-{who}", now + seconds, timeout=seconds)
        end = float(window or now)  # None when it ran out while it was read
        counter = f"connector-kit-{act}-{who}-{end}"
        cache.add(counter, 0, timeout=seconds + 1)
        is_allowed = cache.incr(counter) <= allowed
    except RedisError as error:
        log.warning("nothing is counted, Redis is away: %s", error)
        return 0
    return 0 if is_allowed else max(1, math.ceil(end - now))
