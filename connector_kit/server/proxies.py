"""Requests that come through proxies, seen as if the client had connected directly."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connector_kit import conf


class ClientAddresses:
    """A middleware that puts the client's address where Django has the peer's (``REMOTE_ADDR``).

    Whatever counts or logs reads it there, and nothing else reads what proxies say. A peer outside
    of the trusted networks is not believed what it says of the scheme, either.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*."""
        kit, _ = conf.read(settings.CONNECTOR_KIT)  # what cannot be used is for the checks to say
        proxies = kit.trusted_proxies
        peer = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        request.META["REMOTE_ADDR"] = proxies.client_of(peer, forwarded)
        if proxies.networks and not proxies.trusts(peer):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self._get_response(request)
