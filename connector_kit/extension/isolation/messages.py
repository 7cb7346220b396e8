"""What travels between the serving process and its function processes.

A call, and its answer, is a head of fixed size and a content: a few words, and a body, which nobody
on the way looks into. Sockets keep the borders of what is sent. What is too large to travel with the
head follows in pieces over the call's seat, each marked with the ticket of its call, so that nothing
that an earlier call left there is taken for this one's.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator

CALL = struct.Struct("<QHII")
"""The ticket of a call, its seat, the bytes of its words and of its body."""

ANSWER = struct.Struct("<QHHII")
"""The ticket of the call, the status, 1 when it is the process's last, the bytes as above."""

TICKET = struct.Struct("<Q")

SMALL = 16 * 1024
"""Bytes of a call that lies on the desk whole. All seats' calls should fit into its buffer."""

PIECE = 80 * 1024
"""Bytes of a piece: as much as the kernel takes without asking for much memory in a row."""


class Gone(ConnectionError):
    """The other side has ended."""


def joined(words: Iterable[str]) -> bytes:
    """Return *words* as bytes, whatever characters they hold; `split` undoes it."""
    return "\0".join(words).encode("utf-8", "surrogatepass")


def split(joined_words: bytes | memoryview) -> list[str]:
    """Return the words that `joined` made bytes of."""
    return str(joined_words, "utf-8", "surrogatepass").split("\0")


def pieces_of(body: bytes | memoryview) -> Iterator[memoryview]:
    """Yield *body* in pieces that can be sent."""
    whole = memoryview(body)
    for begin in range(0, len(body), PIECE):
        yield whole[begin : begin + PIECE]


def send_piece(channel: socket.socket, ticket: int, piece: bytes | memoryview) -> None:
    """Send one piece; raises BlockingIOError when there is no room for it in time."""
    channel.sendmsg((TICKET.pack(ticket), piece))


def receive_piece(channel: socket.socket, ticket: int, room: memoryview) -> int:
    """Receive the next piece into *room* and return its size; 0 when it is not this call's.

    Raises `Gone` when there will be none, BlockingIOError when it does not come in time.
    """
    mark = bytearray(TICKET.size)
    count = channel.recvmsg_into((mark, room))[0]
    if not count:
        raise Gone
    return count - TICKET.size if TICKET.unpack(mark)[0] == ticket else 0
