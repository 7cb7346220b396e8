"""What stands before Django's own middleware: the access log, and the platform's own routes."""

import logging
import time
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from connector_kit.extension.calllog import log_line

GetResponse = Callable[[HttpRequest], HttpResponse]

UNLOGGED = frozenset({"/livez", "/readyz"})
"""Probes come every few seconds; their answers are of interest to the prober only."""

log = logging.getLogger("connector_kit.access")


class AccessLog:
    """Writes one line per request, with the path but never the query: it may hold a token."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*, then log it (protocol/extension.md#access-log)."""
        began = time.perf_counter()
        response = self._get_response(request)
        if request.path_info not in UNLOGGED:
            milliseconds = (time.perf_counter() - began) * 1000
            log.info("%s", log_line("reqFinished", _fields(request, response, milliseconds)))
        return response


class PlatformFirst:
    """Answers the platform and the load balancer before the pages' middleware sees the request.

    They send no cookies and need no session. A probe may also come under any host name, which
    Django would refuse, and a call's body may be larger than a form's. Which addresses these are
    stands in the URL configuration, as ``PLATFORM_VIEWS``: views by path, the root's path empty.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._views = import_module(settings.ROOT_URLCONF).PLATFORM_VIEWS

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*, by its path alone when that is one of the platform's."""
        view: GetResponse = self._views.get(request.path_info.rstrip("/"), self._get_response)
        return view(request)


def _fields(
    request: HttpRequest, response: HttpResponse, milliseconds: float
) -> tuple[tuple[str, object], ...]:
    return (
        ("method", request.method),
        ("url", request.path_info),
        ("statusCode", response.status_code),
        ("responseTime", f"{milliseconds:.0f}ms"),
        *getattr(response, "trail", ()),
    )
