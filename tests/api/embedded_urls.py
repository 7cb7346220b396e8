"""A server that answers for what is embedded, and to programs."""

from django.urls import include, path

from tests.embedded.served_urls import urlpatterns as functions

urlpatterns = [*functions, path("api/", include("connector_kit.api.urls"))]
