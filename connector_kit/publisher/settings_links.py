"""Links that open the settings of one installation for a while.

The address is signed and stored nowhere; a row records who made it, how long it is valid, and
whether it was revoked. It stops working when its maker may no longer make links.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from connector_kit.conf import kit
from connector_kit.errors import ConnectorKitError
from connector_kit.models import Installation, SettingsLink
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.roles import Scope
from connector_kit.publisher.staff import users_with

SALT = "connector_kit.settings_link"
PARAMETER = "link"
"""Where an address has the link: in the query, which the access log leaves out."""

LIFETIME = timedelta(hours=24)
LONGEST = timedelta(days=30)


class LinkRefused(ConnectorKitError):
    """The link opens nothing: it was altered, it was revoked, or it is over. Says what to do."""


@dataclass(frozen=True)
class Link:
    """A link as it is sent to a customer, and the row that remembers it."""

    url: str = field(repr=False)
    row: SettingsLink

    @property
    def id(self) -> int:
        """By which it is revoked."""
        return self.row.pk

    @property
    def until(self) -> datetime:
        """When it stops to open anything."""
        return self.row.expires_at


@transaction.atomic
def make_link(installation: Installation, *, lifetime: timedelta = LIFETIME, by: Actor) -> Link:
    """Make a link that opens the settings of *installation*, and of no other; record who made it.

    Anyone who has the link can use it until *lifetime* is over, any number of times. Raises
    ValueError for a lifetime that is not positive, or longer than 30 days.
    """
    if not timedelta() < lifetime <= LONGEST:
        raise ValueError(f"A settings link is valid for up to {LONGEST.days} days, not {lifetime}.")
    row = SettingsLink.objects.create(
        installation=installation,
        maker=by.user,
        made_by=by.name[:200],
        expires_at=timezone.now() + lifetime,
    )
    path = reverse("customer:open", query={PARAMETER: signing.dumps({"l": row.pk}, salt=SALT)})
    after = {"link": row.pk, "until": row.expires_at.isoformat()}
    record_action(by, "settings.link", _subject(installation), after=after)
    return Link(kit().host_uri.rstrip("/") + path, row)


def open_links(installation: Installation | None = None) -> QuerySet[SettingsLink]:
    """Return the links that open something now, newest first; of one *installation*, or of all."""
    able = Q(maker=None) | Q(maker__in=users_with(Scope.SETTINGS_WRITE))
    found = SettingsLink.objects.filter(able, revoked_at=None, expires_at__gt=timezone.now())
    if installation is not None:
        found = found.filter(installation=installation)
    return found.order_by("-pk")


def link_in(token: str) -> SettingsLink:
    """Return the open link that *token*, of an address, names; raises `LinkRefused`."""
    try:
        key = int(signing.loads(token, salt=SALT)["l"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise LinkRefused(
            "This link is incomplete or was changed. Open it exactly as it was sent to you."
        ) from error
    link = open_links().select_related("installation").filter(pk=key).first()
    if link is None:
        raise LinkRefused(
            "This link has expired or was revoked. Ask the person who sent it for a new one."
        )
    return link


@transaction.atomic
def revoke_link(installation: Installation, key: int, *, by: Actor) -> SettingsLink:
    """End one link, and every session that it opened; raises `PublisherError` if it is not open."""
    link = open_links(installation).filter(pk=key).first()
    if link is None:
        raise PublisherError(
            f"There is no active link {key} to these settings. To list active links, run "
            f"'connector-kit settings-link {installation.integration_id} --list'."
        )
    _revoke(link, by)
    return link


@transaction.atomic
def revoke_links(installation: Installation, *, by: Actor) -> int:
    """End all links to the settings of *installation* with their sessions; returns how many."""
    links = list(open_links(installation))
    for link in links:
        _revoke(link, by)
    return len(links)


def _revoke(link: SettingsLink, by: Actor) -> None:
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    before = {"link": link.pk, "made_by": link.made_by, "until": link.expires_at.isoformat()}
    record_action(by, "settings.link.revoke", _subject(link.installation), before=before)


def _subject(installation: Installation) -> str:
    return f"installation/{installation.integration_id}"
