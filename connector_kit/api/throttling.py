"""Rate limits: requests per minute for each token, or each logged-in user.

Reads and writes are counted separately. Unknown callers are counted by address, once it is certain
that they are unknown: whatever they send, it does not count against known callers.
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
    """Counts the requests of one caller, reads and writes separately."""

    _wait = 0

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002  DRF's signature
        """Tell whether the request is allowed now."""
        if request.method in SAFE_METHODS:
            self._wait = seconds_to_wait("reads", _caller(request), kit().api_rate)
        else:
            self._wait = seconds_to_wait("writes", _caller(request), kit().api_write_rate)
        return not self._wait

    def wait(self) -> float:
        """Return the number of seconds to wait."""
        return self._wait


def refusal_of_stranger(request: HttpRequest | Request, refusal: APIException) -> APIException:
    """Return *refusal*, logged; or that the caller has been refused too often to get an answer.

    Called when a request identifies no known caller. Such callers are counted by address, and by
    nothing that they can make up.
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
