"""The stack and the pages in one server, as production has them."""

from django.contrib import admin
from django.urls import include, path

from settings_ui.urls import urlpatterns as pages
from tests.lifecycle.served_urls import function

urlpatterns = [
    path("function", function),
    path("admin/", admin.site.urls),
    path("api/", include("connector_kit.api.urls")),
    path("", include(pages)),
]

handler400 = "settings_ui.errors.bad_request"
handler403 = "settings_ui.errors.forbidden"
handler404 = "settings_ui.errors.not_found"
handler500 = "settings_ui.errors.failed"
