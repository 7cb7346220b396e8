"""Bodies that come without a length, in chunks: measured before other code reads them.

The server of `connector_kit.extension.edge` does so already; other WSGI servers do not.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse

from connector_kit.extension.answers import refusal
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.views import response_of

LARGEST = 2_621_440
"""Bytes of a body without a length: what Django holds in memory of any other, too."""

TOO_LARGE = refusal(
    413,
    ErrorEntry(
        "body_too_large",
        f"The body comes in chunks, and has more than {LARGEST} bytes. Send it with a length "
        "(Content-Length).",
    ),
)
_BODILESS = frozenset({"GET", "HEAD"})


class MeasuredBodies:
    """A middleware that gives a body a length where the client, or a proxy, gave it none.

    Django and its REST framework take a body without a length for no body at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request*, or refuse a body that is too large."""
        is_unmeasured = not request.META.get("CONTENT_LENGTH") and request.method not in _BODILESS
        # Only a server that marks the end of a body may be asked for one of unstated length: others
        # would wait for bytes that never come.
        if is_unmeasured and request.META.get("wsgi.input_terminated"):
            stream: Any = request.META["wsgi.input"]
            pieces, left = [], LARGEST + 1
            while left and (piece := stream.read(left)):
                pieces.append(piece)
                left -= len(piece)
            body = b"".join(pieces)
            if len(body) > LARGEST:
                return response_of(TOO_LARGE)
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)  # noqa: SLF001 - the one that its parsers read
        return self._get_response(request)
