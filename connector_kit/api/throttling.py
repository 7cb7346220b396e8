"""How often somebody may ask: so many requests a minute for each token, or each logged-in user.

DRF counts, in the Redis that all processes share. Reads and writes are counted apart.
"""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import RedisError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from connector_kit.conf import kit
from connector_kit.models import ApiToken

log = logging.getLogger("connector_kit.api")


class _PerCaller(SimpleRateThrottle):
    """Counts the requests of one caller; lets everybody pass while Redis is away."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Tell whether the request may be made now."""
        if not self.is_meant(request):
            return True
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            # Looking after installations matters more than who asks how often.
            log.warning("no request is counted, Redis is away: %s", error)
            return True

    def is_meant(self, request: Request) -> bool:
        """Whether requests like this one are counted here."""
        raise NotImplementedError

    def get_cache_key(self, request: Request, view: Any) -> str:  # noqa: ARG002  DRF's signature
        """Return under which key the caller's requests are counted."""
        if isinstance(request.auth, ApiToken):
            caller = f"token-{request.auth.key}"
        elif request.user and request.user.is_authenticated:
            caller = f"user-{request.user.pk}"
        else:
            caller = f"address-{self.get_ident(request)}"
        return f"connector-kit-{self.scope}-{caller}"


class Reads(_PerCaller):
    """Requests that change nothing."""

    scope = "reads"

    def get_rate(self) -> str:
        """Return the rate that the settings say."""
        return kit().api_rate

    def is_meant(self, request: Request) -> bool:
        """Whether the request changes nothing."""
        return request.method in SAFE_METHODS


class Writes(_PerCaller):
    """Requests that change something."""

    scope = "writes"

    def get_rate(self) -> str:
        """Return the rate that the settings say."""
        return kit().api_write_rate

    def is_meant(self, request: Request) -> bool:
        """Whether the request may change something."""
        return request.method not in SAFE_METHODS
