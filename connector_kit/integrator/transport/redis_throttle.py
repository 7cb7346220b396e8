"""The throttle that all processes share through Redis, and what they do while it is down."""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from connector_kit.integrator.transport.handfuls import Handfuls
from connector_kit.integrator.transport.throttle import (
    FIRST_PENALTY,
    FORGET_AFTER,
    LONGEST_PENALTY,
    Grant,
    Ledger,
    Limit,
    MemoryLedger,
    QueueThrottle,
)
from connector_kit.integrator.transport.timing import SYSTEM_CLOCK, Clock

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

PATIENCE = 1.0
"""Seconds to wait for Redis to answer, and between two attempts at one that does not."""

_BUCKET = """
local clock = redis.call("TIME")
local now = clock[1] + clock[2] / 1000000
local stored = redis.call("HMGET", KEYS[1], "full_at", "paused_until", "penalty")
local full_at = tonumber(stored[1] or now)
local paused_until = tonumber(stored[2] or 0)
local penalty = tonumber(stored[3] or 0)
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])

local function store()
    redis.call("HSET", KEYS[1], "full_at", string.format("%.6f", full_at),
        "paused_until", string.format("%.6f", paused_until), "penalty", tostring(penalty))
    local forgotten_at = math.max(full_at, paused_until + tonumber(ARGV[3]))
    redis.call("PEXPIREAT", KEYS[1], string.format("%.0f", math.ceil(forgotten_at * 1000)))
end
"""
"""What both scripts begin with: the bucket as `throttle.Bucket` knows it, by Redis's own clock."""

_TURN = (
    _BUCKET
    + """
local longest, is_held = tonumber(ARGV[4]), ARGV[5] == "1"
local more, back = tonumber(ARGV[6]), tonumber(ARGV[7])
if is_held and now >= paused_until then
    return {"0", 0}
end
if back > 0 and now >= paused_until + tonumber(ARGV[3]) then
    full_at = full_at - back * interval
end
local next_full_at = math.max(full_at, now) + interval
local wait = math.max(0, next_full_at - now - burst)
local granted = 0
if wait <= longest then
    if next_full_at + more * interval <= now + burst / 2 then
        granted = more
    end
    full_at = next_full_at + granted * interval
    store()
end
return {string.format("%.6f", wait), granted}
"""
)

_PAUSE = (
    _BUCKET
    + """
local seconds = tonumber(ARGV[4])
if seconds < 0 then
    if now < paused_until then
        return
    end
    local is_repeated = now < paused_until + tonumber(ARGV[3])
    local doubled = is_repeated and math.min(2 * penalty, tonumber(ARGV[6])) or 0
    penalty = math.max(tonumber(ARGV[5]), doubled)
    seconds = penalty
end
paused_until = math.max(paused_until, now + seconds)
full_at = math.max(full_at, paused_until + burst - interval)
store()
"""
)

NEXT_PENALTY = -1.0
"""How a pause without named seconds is spelled for the script."""

FOREVER = 1e9
"""Seconds; how an unlimited wait is spelled for the script."""


class RedisLedger:
    """The buckets of all processes, in Redis; each question is one round trip."""

    def __init__(self, url: str, limit: Limit) -> None:
        self._limit = limit
        server = redis.Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE,
            socket_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 1),
        )
        self._turn = server.register_script(_TURN)
        self._pause = server.register_script(_PAUSE)

    def turn(
        self, account: str, *, longest: float, is_held: bool, more: int = 0, back: int = 0
    ) -> Grant:
        """See `Ledger`. Raises redis.RedisError."""
        wait, granted = self._ask(
            self._turn, account, min(longest, FOREVER), int(is_held), more, back
        )
        return Grant(float(wait), granted)

    def pause(self, account: str, seconds: float | None) -> None:
        """See `Ledger`. Raises redis.RedisError."""
        named = NEXT_PENALTY if seconds is None else seconds
        self._ask(self._pause, account, named, FIRST_PENALTY, LONGEST_PENALTY)

    def _ask(self, script: Callable[..., Any], account: str, *arguments: float) -> Any:
        limit = (self._limit.interval, self._limit.burst, FORGET_AFTER)
        return script(keys=[f"connector-kit:rate:{account}"], args=[*limit, *arguments])


class FailoverLedger:
    """The shared ledger while it answers, a local one while it does not: work never stops.

    Buckets start empty after each switch, since it is unknown what others took in the meantime.
    """

    def __init__(self, shared: RedisLedger, limit: Limit, *, clock: Clock) -> None:
        self._shared = shared
        self._limit = limit
        self._clock = clock
        self._own: MemoryLedger | None = None
        self._ask_again_at = 0.0
        self._lock = threading.Lock()

    def turn(
        self, account: str, *, longest: float, is_held: bool, more: int = 0, back: int = 0
    ) -> Grant:
        """See `Ledger`."""
        return self._ask(
            lambda ledger: ledger.turn(
                account,
                longest=longest,
                is_held=is_held,
                more=more,
                back=back if ledger is self._shared else 0,
            )
        )

    def pause(self, account: str, seconds: float | None) -> None:
        """See `Ledger`."""
        self._ask(lambda ledger: ledger.pause(account, seconds))

    def _ask(self, question: Callable[[Ledger], Answer]) -> Answer:
        own = self._own
        if own is not None and self._clock.now() < self._ask_again_at:
            return question(own)
        try:
            if own is not None:
                self._return_to_shared(own)
            return question(self._shared)
        except redis.RedisError as error:
            return question(self._use_own(error))

    def _use_own(self, error: redis.RedisError) -> MemoryLedger:
        with self._lock:
            self._ask_again_at = self._clock.now() + PATIENCE
            if self._own is None:
                self._own = MemoryLedger(self._limit, clock=self._clock, starts_full=False)
                logger.warning(
                    "Redis does not respond (%s); until it does, each process applies the rate "
                    "limit on its own.",
                    error,
                )
            return self._own

    def _return_to_shared(self, own: MemoryLedger) -> None:
        for account in own.accounts:
            self._shared.pause(account, 0.0)
        with self._lock:
            if self._own is own:
                self._own = None
                logger.warning("Redis responds again; the rate limit is shared again.")


class RedisThrottle(QueueThrottle):
    """The throttle that all processes share through the Redis at *url*."""

    def __init__(
        self, url: str, size: int = 100, rate: float = 30.0, *, clock: Clock = SYSTEM_CLOCK
    ) -> None:
        limit = Limit(size, rate)
        ledger = FailoverLedger(RedisLedger(url, limit), limit, clock=clock)
        super().__init__(Handfuls(ledger, limit, clock=clock), clock=clock)
