"""Private answers are not stored, by browsers or by caches on the way."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


class StoredNowhere:
    """A middleware that forbids caches to store an answer, unless its view says that it is public.

    So *Back* shows nothing after a user has logged out. Static files are answered before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*."""
        response = self._get_response(request)
        if "public" not in response.headers.get("Cache-Control", ""):
            add_never_cache_headers(response)
        return response
