"""Clients for the platform, made from the settings; all share one throttle and one pool."""

from __future__ import annotations

from functools import lru_cache

from connector_kit import conf
from connector_kit.conf import kit
from connector_kit.integrator import (
    PUBLISHER_ACCOUNT,
    Client,
    Deadline,
    OneTimeToken,
    Pool,
    RedisThrottle,
    Throttle,
    Timeout,
)
from connector_kit.integrator.transport.secret import Secret
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.lease import CONNECT_SHARE, READ_SHARE, Lease, Leased


def publisher_client() -> Client:
    """The client for the publisher's own account; raises `LifecycleError` without a token."""
    settings = kit()
    if not settings.token:
        raise LifecycleError(
            "no_publisher_token",
            "CONNECTOR_KIT_TOKEN is not set. Create an API token in integrator.io (Resources > "
            "API tokens) and set the variable.",
        )
    return Client(
        settings.token,
        base_url=settings.api_base_url,
        account=PUBLISHER_ACCOUNT,
        throttle=_shared_throttle(),
        pool=_pool(),
    )


def preview_client() -> Client:
    """The client for the account for test installations, else the publisher's own.

    Raises `LifecycleError` without a token.
    """
    settings = kit()
    if not settings.preview_token:
        return publisher_client()
    return Client(
        settings.preview_token,
        base_url=settings.api_base_url,
        account="preview",
        throttle=_shared_throttle(),
        pool=_pool(),
    )


def proving_client(token: OneTimeToken, *, account: str, seconds: float) -> Client:
    """The client with which a function call first proves what its one-time token reaches.

    No lease is held yet, so it is only for reading.
    """
    return Client.for_call(
        token,
        base_url=kit().api_base_url,
        account=account,
        throttle=_shared_throttle(),
        pool=_pool(),
        deadline=Deadline.after(seconds),
    )


def account_client(token: OneTimeToken, *, account: str, seconds: float, lease: Lease) -> Client:
    """The client for one function call: its one-time token, its *account*'s bucket, its time.

    Sends nothing once *lease* is lost, and waits for no answer until it runs out.
    """
    return Client.for_call(
        token,
        base_url=kit().api_base_url,
        account=account,
        throttle=Leased(_shared_throttle(), lease),
        pool=_pool(),
        timeout=_timeout(lease),
        deadline=Deadline.after(seconds),
    )


def embedded_client(
    token: Secret,
    *,
    base_url: str,
    account: str | None,
    seconds: float | None = None,
    lease: Lease | None = None,
) -> Client:
    """The client for an account whose *token* the publisher holds, for as long as it is needed.

    *account* names its bucket. With a *lease* it sends nothing once that is lost. *seconds* is
    the time for all of its requests.
    """
    throttle = _shared_throttle()
    return Client(
        token,
        base_url=base_url or kit().api_base_url,
        account=account or None,
        throttle=Leased(throttle, lease) if lease else throttle,
        pool=_pool(),
        timeout=_timeout(lease) if lease else None,
        deadline=None if seconds is None else Deadline.after(seconds),
    )


def _timeout(lease: Lease) -> Timeout:
    """No answer is waited for until *lease* runs out."""
    return Timeout(
        connect=min(Timeout.connect, CONNECT_SHARE * lease.seconds),
        read=min(Timeout.read, READ_SHARE * lease.seconds),
    )


def _shared_throttle() -> Throttle:
    settings = kit()
    return _throttle(conf.redis_url(), settings.rate_size, settings.rate_per_second)


@lru_cache(maxsize=1)
def _pool() -> Pool:
    return Pool()


@lru_cache(maxsize=4)
def _throttle(redis_url: str, size: int, rate: float) -> Throttle:
    return RedisThrottle(redis_url, size=size, rate=rate)
