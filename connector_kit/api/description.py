"""The API's description over HTTP, for programs and for people.

Apart from `schema`, which Django REST framework loads while it defines the base of these views.
"""

from __future__ import annotations

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

_stored_for_minutes = method_decorator(cache_control(public=True, max_age=300), "dispatch")
"""The description contains no one's data."""


@_stored_for_minutes
class Description(SpectacularAPIView):
    """The description, as YAML or (``?format=json``) JSON. Open to all: it contains no data."""

    permission_classes = [AllowAny]
    authentication_classes = []


@_stored_for_minutes
@method_decorator(csp_update({"img-src": ["data:"], "style-src": [UNSAFE_INLINE]}), "dispatch")
class Page(SpectacularSwaggerSplitView):
    """The description as a page; its scripts are served from here.

    They draw their icons themselves, and style what they draw; none of it comes from user input.
    """

    permission_classes = [AllowAny]
    authentication_classes = []
    url_name = "api-schema"
