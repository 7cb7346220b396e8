"""Where everything is reached."""

import logging
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from connector_kit import conf
from connector_kit.extension import Dispatcher, Endpoint, this_process
from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.views import function_view, health_views, probe_view
from connector_kit.logs import Event
from connector_kit.server.stack import registry
from connector_kit.server.vitals import health

log = logging.getLogger("connector_kit.extension")

# Read without complaint: the checks, and the server's start, complain about what is wrong.
_kit, _ = conf.read(settings.CONNECTOR_KIT)


@cache
def _warn_once() -> None:
    way_out = "put connector_kit.server.wsgi:application in front (docs/operations.md#elsewhere)"
    log.warning(Event("functionsNotIsolated", [("wayOut", way_out)]))


def _warn(*_: object) -> None:
    """Tell, at the first call, that functions run in the serving process here."""
    if not settings.DEBUG and _kit.isolation:
        _warn_once()


_PLATFORM_VIEWS = {
    "/function": function_view(
        Endpoint(Dispatcher(registry(), observers=(log_answer, _warn)), _kit.system_tokens)
    ),
    **health_views(this_process),
    "/health": probe_view(health),
}
"""What integrator.io and load balancers call where `connector_kit.server.wsgi` is not in front."""

urlpatterns = [
    *(path(address.lstrip("/"), view) for address, view in _PLATFORM_VIEWS.items()),
    path("admin/", admin.site.urls),
    path("", include("settings_ui.urls")),
    path("api/", include("connector_kit.api.urls")),
]

handler400 = "settings_ui.errors.bad_request"
handler403 = "settings_ui.errors.forbidden"
handler404 = "settings_ui.errors.not_found"
handler500 = "settings_ui.errors.failed"
