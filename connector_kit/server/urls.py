"""Where everything is reached."""

from django.conf import settings
from django.contrib import admin
from django.urls import path

from connector_kit import conf
from connector_kit.extension import this_process
from connector_kit.extension.remember import Remembering
from connector_kit.extension.views import View, function_view, health_views
from connector_kit.lifecycle import find_module

# Read without complaint: the checks, and the server's start, complain about what is wrong.
_kit, _ = conf.read(settings.CONNECTOR_KIT)

PLATFORM_VIEWS: dict[str, View] = {
    "/function": function_view(Remembering(find_module), _kit.system_tokens),
    **health_views(this_process),
}
"""What integrator.io and load balancers ask, by path; see `PlatformFirst`."""

urlpatterns = [
    *(path(address.lstrip("/"), view) for address, view in PLATFORM_VIEWS.items()),
    path("admin/", admin.site.urls),
]

handler404 = "connector_kit.extension.views.not_found"
