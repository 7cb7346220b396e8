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
        stream = _unmeasured(request)
        if stream is not None:
            body = _read(stream)
            if len(body) > LARGEST:
                return response_of(TOO_LARGE)
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)  # noqa: SLF001 - the one that its parsers read
        return self._get_response(request)


def _unmeasured(request: HttpRequest) -> Any:
    """Return what a body of unstated length is read from; None where there is none.

    Only a server that marks the end of a body (``wsgi.input_terminated``) may be asked for it:
    others would wait for bytes that never come.
    """
    if request.META.get("CONTENT_LENGTH") or request.method in _BODILESS:
        return None
    return request.META["wsgi.input"] if request.META.get("wsgi.input_terminated") else None


def _read(stream: Any) -> bytes:
    """Return the body, up to one byte more than is allowed."""
    pieces, left = [], LARGEST + 1
    while left and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
