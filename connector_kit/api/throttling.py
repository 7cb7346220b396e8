"""How often somebody may ask: so many requests a minute for each token, or each logged-in user.

Reads and writes are counted apart. Who is not known is counted by address, once that is certain:
whatever strangers send, it takes nothing from those who are known.
"""

from __future__ import annotations

import logging

from django.http import HttpRequest
from rest_framework.exceptions import APIException, Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from connector_kit.client_address import counted
from connector_kit.conf import kit
from connector_kit.models import ApiToken
from connector_kit.throttles import seconds_to_wait

log = logging.getLogger("connector_kit.api")


class PerCaller(BaseThrottle):
    """Counts the requests of one caller, reads and writes apart."""

    _wait = 0

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002  DRF's signature
        """Tell whether the request may be made now."""
        if request.method in SAFE_METHODS:
            self._wait = seconds_to_wait("reads", _caller(request), kit().api_rate)
        else:
            self._wait = seconds_to_wait("writes", _caller(request), kit().api_write_rate)
        return not self._wait

    def wait(self) -> float:
        """Return for how many seconds it may not."""
        return self._wait


def refusal_of_stranger(request: HttpRequest | Request, refusal: APIException) -> APIException:
    """Return *refusal*, logged; or that whoever asks has been refused too often to be answered.

    Called when nobody is known by what was sent. Those are counted by address, and by nothing that
    they can make up.
    """
    address = request.META.get("REMOTE_ADDR", "")
    log.warning("code=%s, address=%s", refusal.get_codes(), address)
    wait = seconds_to_wait("refusals", counted(address), kit().api_write_rate)
    return Throttled(wait) if wait else refusal


def _caller(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"token-{request.auth.key}"
    if request.user and request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return f"address-{counted(request.META.get('REMOTE_ADDR', ''))}"
