"""Links that open the settings of one installation for a while. Signed, and stored nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from connector_kit.conf import kit
from connector_kit.models import Installation
from connector_kit.publisher.actions import Actor, record_action

SALT = "connector_kit.settings_link"
PARAMETER = "link"
"""Where an address has the link: in the query, which the access log leaves out."""

LIFETIME = timedelta(hours=24)
LONGEST = timedelta(days=30)


class LinkRefused(Exception):
    """The link opens nothing: it was altered, or its time is over. Says what to do."""


@dataclass(frozen=True)
class Link:
    """A link, and when it stops to open anything."""

    url: str = field(repr=False)
    until: datetime


def make_link(installation: Installation, *, lifetime: timedelta = LIFETIME, by: Actor) -> Link:
    """Make a link that opens the settings of *installation*, and of no other; record who made it.

    Whoever has it may use it until *lifetime* is over, as often as wanted. Raises ValueError for a
    lifetime that is not positive, or longer than 30 days.
    """
    if not timedelta() < lifetime <= LONGEST:
        raise ValueError(f"A settings link lives up to {LONGEST.days} days, and not {lifetime}.")
    until = timezone.now() + lifetime
    content = {"i": installation.integration_id, "u": int(until.timestamp())}
    path = reverse("customer:open", query={PARAMETER: signing.dumps(content, salt=SALT)})
    subject = f"installation/{installation.integration_id}"
    record_action(by, "settings.link", subject, after={"until": until.isoformat()})
    return Link(kit().host_uri.rstrip("/") + path, until)


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
