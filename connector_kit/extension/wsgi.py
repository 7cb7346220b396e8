"""The extension over HTTP: a small WSGI application, with room for another one behind it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from http import HTTPStatus
from io import BufferedIOBase
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from connector_kit.extension.accesslog import log_request
from connector_kit.extension.answers import Answer, refusal
from connector_kit.extension.auth import REFUSED, presented_token
from connector_kit.extension.endpoint import Endpoint, Incoming
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.health import ALIVE, Health
from connector_kit.logs import Event

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Probe = Callable[[], Answer]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

FUNCTION = "/function"

AT_ONCE = frozenset({"", "/healthCheck", "/livez", "/openConnections", "/stopServer"})
"""Addresses that are answered without waiting for anything."""

UNLOGGED = frozenset({"/livez", "/readyz", "/health"})
"""Probes come every few seconds; their answers matter only to the prober."""

NOT_FOUND = refusal(404, ErrorEntry("not_found", "Nothing was found at this address."))

log = logging.getLogger("connector_kit.extension")


class Stack:
    """Answers the platform and load balancers; everything else is *fallback*'s, or not there.

    Who answers a call writes its line of the access log; those of all else are written here.
    *probes* are further addresses that monitors ask.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        health: Health,
        *,
        fallback: Application | None = None,
        probes: Mapping[str, Probe] = MappingProxyType({}),
    ) -> None:
        self.endpoint = endpoint
        self.probes = frozenset({"/readyz", *probes})
        self._health = health
        self._fallback = fallback
        self._routes: dict[tuple[str, str], Callable[[Environ], Answer]] = {
            ("GET", ""): lambda _: ALIVE,
            ("GET", "/healthCheck"): lambda _: ALIVE,
            ("GET", "/livez"): lambda _: health.livez(),
            ("GET", "/readyz"): lambda _: health.readyz(),
            ("GET", "/openConnections"): self._open_connections,
            ("GET", "/stopServer"): lambda environ: (
                health.stop_server() if self._is_owner(environ) else REFUSED
            ),
            **{("GET", path): partial(_probed, probe) for path, probe in probes.items()},
        }

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].rstrip("/")
        if path == FUNCTION and method == "POST":
            return _sent(self.call(incoming_of(environ)), start_response)
        began = time.monotonic()
        route = self._routes.get(("GET" if method == "HEAD" else method, path))
        with self._health.board:
            if route is None and self._fallback is not None:
                return self._fallback(environ, _logging(start_response, environ, began))
            try:
                answer = route(environ) if route else NOT_FOUND
            except Exception as failure:
                log.exception(Event("requestFailed"))
                answer = refusal(422, ErrorEntry.of(failure))
            body = _sent(answer, start_response)
            _log_access(environ, answer.status, began)
            return [] if method == "HEAD" else body

    def call(self, incoming: Incoming) -> Answer:
        """Answer one function call."""
        with self._health.board:
            return self.endpoint(incoming)

    async def call_on_loop(self, incoming: Incoming, body: bytes) -> Answer:
        """Answer one function call whose *body* has been read, as the endpoint's `limit` allows."""
        with self._health.board:
            return await self.endpoint.answer(incoming, body)

    def _open_connections(self, environ: Environ) -> Answer:
        if not self._is_owner(environ):
            return REFUSED
        terminate = query_value(environ.get("QUERY_STRING"), "terminate") == "true"
        return self._health.open_connections(terminate=terminate)

    def _is_owner(self, environ: Environ) -> bool:
        """Tell whether the request has the system token, which the reference does not require."""
        query = query_value(environ.get("QUERY_STRING"), "access_token")
        token = presented_token(environ.get("HTTP_AUTHORIZATION"), None, query)
        return self.endpoint.is_system_token(token)


def _probed(probe: Probe, _environ: Environ) -> Answer:
    return probe()


def incoming_of(environ: Environ) -> Incoming:
    """Return what a request to ``/function`` carries, its body unread."""
    stream: BufferedIOBase = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH") or ""
    content_length = int(length) if length.isdecimal() else 0
    return Incoming(
        read=_reader(environ, stream, content_length),
        content_type=environ.get("CONTENT_TYPE") or "",
        content_length=content_length,
        authorization=environ.get("HTTP_AUTHORIZATION"),
        query_token=query_value(environ.get("QUERY_STRING"), "access_token"),
        trace_id=environ.get("HTTP_TRACEID"),
    )


def _reader(environ: Environ, stream: BufferedIOBase, length: int) -> Callable[[int], bytes]:
    """Return what reads the body, of unstated length only where the server marks its end."""
    if environ.get("wsgi.input_terminated"):
        return stream.read
    left = length

    def read(size: int) -> bytes:
        nonlocal left
        piece = stream.read(min(size, left))
        left -= len(piece)
        return piece

    return read


def query_value(query: str | None, name: str) -> str | None:
    """Return the value that *query*, what follows the question mark, has for *name*."""
    return parse_qs(query).get(name, [None])[0] if query else None


def _sent(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    start_response(_status(answer.status), answer.all_headers())
    return [answer.body]


@cache
def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"


def _logging(start_response: StartResponse, environ: Environ, began: float) -> StartResponse:
    def start(status: str, *rest: Any) -> Any:
        _log_access(environ, status.partition(" ")[0], began)
        return start_response(status, *rest)

    return start


def _log_access(environ: Environ, status: int | str, began: float) -> None:
    path = environ["PATH_INFO"]
    if path not in UNLOGGED:
        # By now Django has replaced the last proxy's address with the client's.
        trail = [("address", environ.get("REMOTE_ADDR", ""))]
        log_request(environ["REQUEST_METHOD"], path, status, began, trail)
