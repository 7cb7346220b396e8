"""How wrong passwords are counted, so that only those who guess are slowed.

Failures count per name and address; an address also has a limit for all names together, or one
password could be tried on every name. A browser in which a user has logged in before is counted
separately, under that name: whatever strangers do at the same address, that user gets in.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse

from connector_kit import storable
from connector_kit.client_address import counted

log = logging.getLogger("connector_kit.log_in")

GUESSES_OF_AN_ADDRESS = 30
"""Wrong passwords, whatever the names, after which an address must wait."""

_LONGEST = 200
"""Characters: more than a user's name has, and less than the column of the count."""

_COOKIE = "known_browser"
_KNOWN_FOR = timedelta(days=90)


def counted_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """Return the name under which an attempt is counted (``AXES_USERNAME_CALLABLE``).

    It is the name that was tried, cut to the length of names, so that whatever strangers send can
    be counted. The browser follows it, where it is known.
    """
    tried = (credentials or request.POST).get("username")
    if not isinstance(tried, str):
        return None
    name = storable.cut(tried, _LONGEST)
    browser = _known_browser(request, name)
    return f"{name} (browser {browser})" if browser else name


def counted_address(request: HttpRequest) -> str | None:
    """Return under which address an attempt is counted (``AXES_CLIENT_IP_CALLABLE``)."""
    return counted(request.META.get("REMOTE_ADDR", "")) or None


class Attempts(AxesDatabaseHandler):
    """Counts as django-axes does, and all names of an address together (``AXES_HANDLER``)."""

    def is_allowed(self, request: HttpRequest, credentials: Any = None) -> bool:
        """Whether a password may be tried; refusals are logged with the client's address."""
        if super().is_allowed(request, credentials):
            return True
        log.warning("log-in refused, address=%s", request.META.get("REMOTE_ADDR", ""))
        return False

    def is_locked(self, request: HttpRequest, credentials: Any = None) -> bool:
        """Whether there were too many wrong passwords for this name, or from this address."""
        if super().is_locked(request, credentials):
            return True
        name = str((credentials or {}).get("username", ""))
        if _known_browser(request, name):
            return False
        attempts = AccessAttempt.objects.filter(
            ip_address=counted_address(request), attempt_time__gte=get_cool_off_threshold(request)
        )
        guesses = int(attempts.aggregate(all=Sum("failures_since_start"))["all"] or 0)
        return guesses >= GUESSES_OF_AN_ADDRESS

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **more: Any) -> None:
        """Count this browser separately, under that name, from now on."""
        super().user_logged_in(sender, request, user, **more)
        request.logged_in_as = user.get_username()  # type: ignore[attr-defined]  # `KnownBrowsers` reads it


class KnownBrowsers:
    """A middleware that sets a cookie in each browser in which a user logs in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*."""
        response = self._get_response(request)
        name = getattr(request, "logged_in_as", None)
        if name is not None:
            response.set_signed_cookie(
                _COOKIE,
                secrets.token_hex(8),
                salt=_salt(name),
                max_age=_KNOWN_FOR,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


def _known_browser(request: HttpRequest, name: str) -> str:
    """Return the key of the browser if *name* has logged in with it before; "" for any other."""
    return request.get_signed_cookie(_COOKIE, "", salt=_salt(name), max_age=_KNOWN_FOR) or ""


def _salt(name: str) -> str:
    return f"connector_kit.known_browser:{name}"
