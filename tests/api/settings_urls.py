"""The stack, the pages and the API in one server, as production has them."""

from django.urls import include, path

from tests.settings_pages.served_urls import urlpatterns as pages

urlpatterns = [*pages, path("api/", include("connector_kit.api.urls"))]
