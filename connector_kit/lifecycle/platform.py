"""Clients for the platform, made from the settings; all share one throttle and one pool."""

from __future__ import annotations

from functools import lru_cache

from connector_kit import conf
from connector_kit.conf import kit
from connector_kit.integrator import (
    PUBLISHER_ACCOUNT,
    Client,
    Deadline,
    Pool,
    RedisThrottle,
    Throttle,
)
from connector_kit.lifecycle.errors import LifecycleError


def publisher_client() -> Client:
    """The client for the publisher's own account; raises `LifecycleError` without a token."""
    settings = kit()
    if not settings.token:
        raise LifecycleError(
            "no_publisher_token",
            "CONNECTOR_KIT_TOKEN is not set. Make an API token in integrator.io (Resources, API "
            "tokens) and put it into the environment.",
        )
    return _client(settings.token, account=PUBLISHER_ACCOUNT)


def account_client(token: str, *, account: str, seconds: float) -> Client:
    """The client for one function call: its one-time token, its *account*'s bucket, its time."""
    return _client(token, account=account, deadline=Deadline.after(seconds))


def _client(token: str, *, account: str, deadline: Deadline | None = None) -> Client:
    settings = kit()
    return Client(
        token,
        base_url=settings.api_base_url,
        account=account,
        throttle=_throttle(conf.redis_url(), settings.rate_size, settings.rate_per_second),
        pool=_pool(),
        deadline=deadline,
    )


@lru_cache(maxsize=1)
def _pool() -> Pool:
    return Pool()


@lru_cache(maxsize=4)
def _throttle(redis_url: str, size: int, rate: float) -> Throttle:
    return RedisThrottle(redis_url, size=size, rate=rate)
