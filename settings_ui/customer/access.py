"""Who may see the settings of an installation: customers with a link, and staff."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from connector_kit.models import Installation, SettingsLink
from connector_kit.models.sealing import KeyLost
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.roles import Scope, scopes_of
from connector_kit.publisher.settings_links import open_links
from settings_ui.errors import error_page
from settings_ui.interrupted import link_expired

logger = logging.getLogger(__name__)

_GRANTS = "settings_links"
"""Key in the session: the link that gives access to each integration's settings."""

_GRANTS_AT_MOST = 20

View = Callable[..., HttpResponse]


class SettingsRequest(HttpRequest):
    """A request for the settings of one installation, as `for_installation` hands it on."""

    installation: Installation
    link: SettingsLink | None
    may_save: bool
    is_staff: bool
    by: Actor


def grant(request: HttpRequest, link: SettingsLink) -> None:
    """Let this browser see the settings that *link* opens, for as long as it does."""
    grants = _grants(request)
    grants.pop(link.installation.integration_id, None)
    grants[link.installation.integration_id] = link.pk
    request.session.cycle_key()
    request.session[_GRANTS] = dict([*grants.items()][-_GRANTS_AT_MOST:])


def for_installation(view: View) -> View:
    """Give a view the installation that its address names, if the requester may see it.

    To all others the installation does not exist.
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, integration_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        link = _link(request, integration_id)
        scopes = scopes_of(request.user) if request.user.is_authenticated else frozenset()
        if not (link or Scope.INSTALLATIONS_READ in scopes):
            if request.method == "POST":
                return link_expired(request)
            raise Http404(
                "You do not have access to these settings. Open the link that was sent to you "
                "again. If it has expired, ask for a new one."
            )
        installation = (
            Installation.objects.active()
            .select_related("connector", "release")
            .filter(integration_id=integration_id)
            .first()
        )
        if installation is None:
            raise Http404("This installation no longer exists.")
        if scopes and isinstance(request.user, AbstractUser):
            by = Actor.of(request.user)
        else:
            customer = installation.email or "customer"
            by = Actor(f"{customer} (settings link {link.pk if link else '-'})")
        own = cast("SettingsRequest", request)
        own.installation, own.link, own.by = installation, link, by
        own.may_save = bool(link) or Scope.SETTINGS_WRITE in scopes
        own.is_staff = bool(scopes)
        try:
            return view(own, *args, **kwargs)
        except KeyLost as error:
            logger.exception("the settings of %s cannot be shown", integration_id)
            words = (
                str(error)
                if scopes
                else "Try again later. If this continues, contact the publisher."
            )
            return error_page(request, 503, "These settings are not available", words)

    return guarded


def require_saving(request: SettingsRequest) -> None:
    """Raise PermissionDenied for staff that may look only."""
    if not request.may_save:
        raise PermissionDenied("Your role lets you view these settings but not change them.")


def _link(request: HttpRequest, integration_id: str) -> SettingsLink | None:
    """The link by which this browser may see the settings; None without one that is open still."""
    key = _grants(request).get(integration_id)
    if key is None:
        return None
    return open_links().filter(pk=key, installation__integration_id=integration_id).first()


def _grants(request: HttpRequest) -> dict[str, int]:
    return dict(request.session.get(_GRANTS) or {})
