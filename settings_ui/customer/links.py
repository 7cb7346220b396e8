"""Links that open the settings of one installation for a while. Signed, and stored nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse

from connector_kit.conf import kit
from connector_kit.models import Installation

SALT = "connector_kit.settings_link"
LIFETIME = timedelta(hours=24)
LONGEST = timedelta(days=30)


class LinkRefused(Exception):
    """The link opens nothing: it was altered, or its time is over. Says what to do."""


def settings_link(installation: Installation, *, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """Return the address that opens the settings of *installation*, and of no other.

    Whoever has it may use it until *lifetime* is over, as often as wanted. Raises ValueError for a
    lifetime that is not positive, or longer than 30 days.
    """
    if not timedelta() < lifetime <= LONGEST:
        raise ValueError(f"A settings link lives for up to {LONGEST.days} days, not for {lifetime}.")
    until = int((now + lifetime).timestamp())
    token = signing.dumps({"i": installation.integration_id, "u": until}, salt=SALT)
    return kit().host_uri.rstrip("/") + reverse("customer:open", args=[token])


def opened(token: str, *, now: datetime) -> tuple[str, int]:
    """Return the integration that the link's *token* opens, and until when (Unix seconds).

    Raises `LinkRefused`.
    """
    try:
        content = signing.loads(token, salt=SALT)
        integration_id, until = str(content["i"]), int(content["u"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise LinkRefused(
            "This link is not complete, or was altered. Open it again as it was sent to you."
        ) from error
    if until <= now.timestamp():
        raise LinkRefused("This link has expired. Ask whoever sent it for a new one.")
    return integration_id, until
