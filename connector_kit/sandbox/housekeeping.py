"""What happens as time passes: licenses expire, old things are forgotten."""

from __future__ import annotations

from connector_kit.sandbox.account.access_tokens import access_token
from connector_kit.sandbox.apps.expiry import switch_off_lapsed
from connector_kit.sandbox.platform import Platform

EVERY = 3600.0
"""Seconds between two looks for what is too old; a moved clock is noticed at once."""


def keep_house(platform: Platform) -> None:
    """Do what is due; called before each request, and nearly free when nothing is."""
    now = platform.clock.now()
    if now >= platform.licenses.due:
        switch_off_lapsed(platform)
    if now >= platform.tidied + EVERY:
        platform.tidied = now
        _forget_old(platform, now)


def _forget_old(platform: Platform, now: float) -> None:
    for part in platform.kept.values():
        part.expire(now)
    for record in platform.store.on_the_market("accesstokens"):
        token = access_token(record)
        if token.expires is not None and token.expires <= now:
            platform.tokens.revoke(token.value)
            platform.store.delete(record)
