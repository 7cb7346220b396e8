"""What is below one path: the base of every module of calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from connector_kit.documents import Document
from connector_kit.integrator.errors import NotFound, OutcomeUnknown, Unavailable
from connector_kit.integrator.resources.shapes import listed
from connector_kit.integrator.transport.calls import Call, Effect
from connector_kit.integrator.transport.links import follow, under
from connector_kit.integrator.transport.transport import Transport

_ELSEWHERE = frozenset({"", ".", ".."})
"""Segments that a path loses on its way."""


class Route:
    """The calls below one path."""

    def __init__(self, transport: Transport, path: str) -> None:
        self._transport = transport
        self._path = path

    def __repr__(self) -> str:
        return f"<{type(self).__name__} /{self._path}>"

    def _at(self, *segments: str) -> str:
        return f"/{self._path}{at(*segments)}"

    def _body(self, call: Call) -> Any:
        """Send *call* and return its answer; None if that is empty."""
        return self._transport.send(call).body

    def _document(self, call: Call) -> Document:
        document: Document = self._transport.send(call).body
        return document

    def _value(self, call: Call, name: str) -> Any:
        """Return the field *name* of the answer to *call*; an answer without it is an error."""
        answer = self._document(replace(call, expects=dict))
        if name in answer:
            return answer[name]
        line = f"{call.method} {urlsplit(call.path).path}"
        kind = Unavailable if call.does is Effect.NONE else OutcomeUnknown
        raise kind(f"{line}: the response has no {name}.", request=line)

    def _either(self, call: Call, otherwise: Call) -> Any:
        """Return the answer to *call*, or to *otherwise*, its other spelling, if that is 404."""
        try:
            return self._body(call)
        except NotFound:
            return self._body(otherwise)

    def _listed(self, call: Call, key: str) -> Iterator[Any]:
        """Yield the items under *key* of what *call* reads, page after page.

        The body has the address of the next page: ``nextPageURL``
        (protocol/http-api.md#3-conventions).
        """
        base_url, line = self._transport.base_url, f"{call.method} {urlsplit(call.path).path}"
        address = base_url + call.path
        while True:
            body = self._body(call)
            yield from listed(body, key)
            link = body.get("nextPageURL") if isinstance(body, dict) else None
            if not link:
                return
            address = follow(under(base_url, str(link)), asked=address, request=line)
            call = replace(call, path=address, params=None)


def at(*segments: str) -> str:
    """Return the path that leads to *segments*; whatever they hold, each stays one segment.

    Raises ValueError for one that would lead elsewhere: without it a request about one document
    would be about all of them.
    """
    for segment in segments:
        if segment in _ELSEWHERE:
            raise ValueError(f"{segment!r} is neither an id nor a key. Nothing was sent.")
    return "".join(f"/{quote(segment, safe='')}" for segment in segments)
