"""Bounds that bind: how long an exchange may take as a whole, and how large its answer may be.

Socket timeouts restart with every byte, so a server that sends one now and then can hold its caller
indefinitely. Here, each read gets at most the rest of the total time; the time is set for one
exchange of one thread, since sockets are shared and kept.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterable, Iterator
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
_AROUND = MEBIBYTE
"""Bytes that may come beside a body: the head, what lies between its pieces, what follows it."""
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""How a body may be packed: as was asked for, and once. Others may unpack without a bound."""

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))
_at_most: ContextVar[float] = ContextVar("at_most", default=float("inf"))


class AnswerTooLarge(requests.RequestException):
    """The answer has more bytes than may be read."""

    def __init__(self, at_most: float) -> None:
        super().__init__(f"the response is larger than {int(at_most) // MEBIBYTE} MiB")


@contextmanager
def within(seconds: float, at_most: int) -> Iterator[None]:
    """Let an exchange in the body take *seconds*, and its answer have *at_most* bytes.

    A socket's TimeoutError and `AnswerTooLarge` otherwise.
    """
    until = _ends_at.set(time.monotonic() + seconds)
    most = _at_most.set(at_most)
    try:
        yield
    finally:
        _ends_at.reset(until)
        _at_most.reset(most)


def read_whole(response: requests.Response) -> None:
    """Read the body, so that its connection is free again; raises `AnswerTooLarge`.

    An answer that is too large costs its connection, since the rest of it is still to come.
    """
    encoding = response.headers.get("Content-Encoding", "")
    if encoding.strip().lower() not in _ENCODINGS:
        response.close()
        raise requests.exceptions.ContentDecodingError(
            f"the response has the encoding {encoding[:40]!r}, which was not requested"
        )
    at_most, pieces, size = _at_most.get(), [], 0
    try:
        for piece in response.iter_content(PIECE):
            size += len(piece)
            if size > at_most:
                response.close()
                raise AnswerTooLarge(at_most)
            pieces.append(piece)
    except ValueError as error:  # a chunk of negative size, which urllib3 takes as it comes
        response.close()
        raise requests.exceptions.ChunkedEncodingError(str(error)) from error
    response._content = b"".join(pieces)  # noqa: SLF001 - what iter_content leaves to its caller


def bind(pool: HTTPConnectionPool) -> None:
    """Have all connections of *pool* keep to `within`."""
    pool.ConnectionCls = _Https if isinstance(pool, HTTPSConnectionPool) else _Http


def _left(patience: float | None) -> float | None:
    """What of *patience* there is time for; raises TimeoutError when there is none."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise TimeoutError("the request took too long")
    if patience is not None and patience < left:
        return patience
    return None if left == float("inf") else left


class _Reads(io.RawIOBase):
    """What a socket receives of one answer, as long as there is time, and as much as may be."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._patience = sock.gettimeout()
        self._size = 0
        self.is_over = False
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._patience))
        count = self._raw.readinto(buffer)
        self._size += count or 0
        self.is_over = count == 0
        if self._size > _at_most.get() + _AROUND:
            raise AnswerTooLarge(_at_most.get())
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """A socket, as far as `http.client` reads from it."""

    def __init__(self, sock: socket.socket) -> None:
        self.reads = _Reads(sock)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.reads)


class _Response(http.client.HTTPResponse):
    """A response whose head and body come in time and whole, or not at all."""

    def __init__(self, sock: socket.socket, *rest: Any, **options: Any) -> None:
        self._source = _Source(sock)
        super().__init__(self._source, *rest, **options)  # type: ignore[arg-type]  # it only makes a file of it

    def begin(self) -> None:
        """Read the head; `http.client` takes one that ends early for one that is complete."""
        super().begin()
        if self._source.reads.is_over:
            raise http.client.RemoteDisconnected(
                "the connection closed within the response headers"
            )


class _Sends(HTTPConnection):
    """A connection that gives a request up when it is not taken in time."""

    response_class = _Response

    def send(self, data: Any) -> None:
        """Send *data*, in pieces as far as it is bytes."""
        pieces: Iterable[Any] = (data,)
        if isinstance(data, bytes) and len(data) > PIECE:
            view = memoryview(data)
            pieces = (view[start : start + PIECE] for start in range(0, len(data), PIECE))
        for piece in pieces:
            if self.sock is not None:
                self.sock.settimeout(_left(self.sock.gettimeout()))
            super().send(piece)


class _Http(_Sends):
    pass


class _Https(_Sends, HTTPSConnection):
    pass
