"""The URL configuration of a server of `tests.extension.functions`."""

import os

from django.urls import path

from connector_kit.extension import this_process
from connector_kit.extension.views import function_view, health_views
from tests.extension.functions import CONNECTOR_ID, module

SYSTEM_TOKENS = ("current-system-token", "next-system-token")

_serves = (
    {"find_module": None, "diy": module()}
    if os.environ.get("SERVED_DIY")
    else {"find_module": {CONNECTOR_ID: module()}}
)

PLATFORM_VIEWS = {
    "/function": function_view(system_tokens=SYSTEM_TOKENS, **_serves),
    **health_views(this_process),
}

urlpatterns = [path(address.lstrip("/"), view) for address, view in PLATFORM_VIEWS.items()]

handler404 = "connector_kit.extension.views.not_found"
