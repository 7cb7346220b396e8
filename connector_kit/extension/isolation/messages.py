"""What travels between the serving process and its function processes: a head and a body.

The head is a small JSON object, the body bytes that nobody on the way looks into.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

import orjson

_SIZES = struct.Struct(">II")
_FIRST_PIECE = 1 << 16

Head = dict[str, Any]


class Gone(ConnectionError):
    """The other side has ended."""


def send(channel: socket.socket, head: Head, body: bytes | memoryview) -> None:
    """Send one message; raises OSError when the other side does not take it."""
    written = orjson.dumps(head)
    start = _SIZES.pack(len(written), len(body)) + written
    if len(body) < _FIRST_PIECE:
        channel.sendall(start + body)
    else:
        channel.sendall(start)
        channel.sendall(body)


def receive(channel: socket.socket) -> tuple[Head, memoryview]:
    """Return the next message.

    Raises `Gone` when there will be none, and BlockingIOError when nothing comes within the
    channel's time-out.
    """
    piece = _more(channel)
    while len(piece) < _SIZES.size:
        piece += _more(channel)
    head_size, body_size = _SIZES.unpack_from(piece)
    whole = _SIZES.size + head_size + body_size
    message = memoryview(piece if len(piece) == whole else _rest(channel, piece, whole))
    head_end = _SIZES.size + head_size
    return orjson.loads(message[_SIZES.size : head_end]), message[head_end:]


def _more(channel: socket.socket) -> bytes:
    piece = channel.recv(_FIRST_PIECE)
    if not piece:
        raise Gone
    return piece


def _rest(channel: socket.socket, piece: bytes, size: int) -> bytearray:
    message = bytearray(size)
    message[: len(piece)] = piece
    missing = memoryview(message)[len(piece) :]
    while missing:
        count = channel.recv_into(missing)
        if not count:
            raise Gone
        missing = missing[count:]
    return message
