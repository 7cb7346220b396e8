"""The API's description over HTTP, for programs and for people."""

from __future__ import annotations

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class Description(SpectacularAPIView):
    """The description, as YAML or (``?format=json``) JSON. Open to everybody: it says nothing."""

    permission_classes = [AllowAny]
    authentication_classes = []


class Page(SpectacularSwaggerSplitView):
    """The description as a page; its scripts are served from here."""

    permission_classes = [AllowAny]
    authentication_classes = []
    url_name = "api-schema"
