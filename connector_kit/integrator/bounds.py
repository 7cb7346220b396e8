"""Bounds that bind: how long an exchange may take as a whole, and how large its answer may be.

The timeouts of sockets begin anew with every byte, so that a server which sends one now and then
keeps its caller for ever. Here each read gets what is left of the whole time at the most; the time
is set for one exchange of one thread, since sockets are shared and kept.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import requests
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MEBIBYTE = 1 << 20
LARGEST_ANSWER = 64 * MEBIBYTE
"""Bytes, unpacked. The platform's largest page of records has 5 MB (protocol/resources.md)."""
PIECE = 1 << 14
"""Bytes that are read, or sent, at a time; gzip makes a thousand times as many of them at worst."""

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


class AnswerTooLarge(requests.RequestException):
    """The answer has more bytes than may be read."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let every exchange in the body end after *seconds*; a socket's TimeoutError otherwise."""
    before = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(before)


def read_whole(response: requests.Response, *, at_most: int) -> None:
    """Read the body, so that its connection is free again; raises `AnswerTooLarge`.

    An answer that is too large costs its connection, since the rest of it is still to come.
    """
    pieces, size = [], 0
    for piece in response.iter_content(PIECE):
        size += len(piece)
        if size > at_most:
            response.close()
            raise AnswerTooLarge(f"the answer has more than {at_most // MEBIBYTE} MiB")
        pieces.append(piece)
    response._content = b"".join(pieces)  # noqa: SLF001 - what iter_content leaves to its caller


def bind(pool: HTTPConnectionPool) -> None:
    """Have all connections of *pool* keep to `within`."""
    pool.ConnectionCls = _Https if isinstance(pool, HTTPSConnectionPool) else _Http


def _left(patience: float | None) -> float | None:
    """What of *patience* there is time for; raises TimeoutError when there is none."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the exchange took too long as a whole")
    if patience is not None and patience < left:
        return patience
    return None if left == float("inf") else left


class _Reads(io.RawIOBase):
    """What a socket receives, each time waiting no longer than there is time for."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._patience = sock.gettimeout()
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """A socket, as far as `http.client` reads from it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reads(self._sock))


class _Response(http.client.HTTPResponse):
    """A response whose head and body come in time, or not at all."""

    def __init__(self, sock: socket.socket, *rest: Any, **options: Any) -> None:
        super().__init__(_Source(sock), *rest, **options)  # type: ignore[arg-type]


class _Sends(HTTPConnection):
    """A connection that gives a request up when it is not taken in time."""

    response_class = _Response

    def send(self, data: Any) -> None:
        """Send *data*, in pieces as far as it is bytes."""
        for piece in _pieces(data):
            if self.sock is not None:
                self.sock.settimeout(_left(self.sock.gettimeout()))
            super().send(piece)


class _Http(_Sends):
    pass


class _Https(_Sends, HTTPSConnection):
    pass


def _pieces(data: Any) -> Iterator[Any]:
    if not isinstance(data, bytes) or len(data) <= PIECE:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(data), PIECE):
        yield view[start : start + PIECE]
