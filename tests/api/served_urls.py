"""A server that answers for every published connector, and to programs."""

from django.urls import include, path

from tests.publisher.served_urls import urlpatterns as functions

urlpatterns = [*functions, path("api/", include("connector_kit.api.urls"))]
