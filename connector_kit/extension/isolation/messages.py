"""What is sent between the serving process and its function processes.

A call, and its answer, is a head of fixed size and a content: a few words, and a body, which nobody
on the way looks into. Sockets keep the borders of what is sent. A body that is too large to be sent
along is left in the room of the call's seat.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

CALL = struct.Struct("<QHII")
"""The ticket of a call, its seat, the bytes of its words and of its body."""

ANSWER = struct.Struct("<QHHII")
"""The ticket of the call, the status, 1 when it is the process's last, the bytes as above."""

TICKET = struct.Struct("<Q")

SMALL = 4 * 1024
"""Bytes of a content that is sent. All seats' calls should fit into the desk's buffer."""

MOST = max(CALL.size, ANSWER.size) + SMALL
"""Bytes that are sent at once."""


class Gone(ConnectionError):
    """The other side has ended."""


def joined(words: Iterable[str]) -> bytes:
    """Return *words* as bytes, whatever characters they hold; `split` undoes it."""
    return "\0".join(words).encode("utf-8", "surrogatepass")


def split(joined_words: bytes) -> list[str]:
    """Return the words that `joined` made bytes of."""
    return joined_words.decode("utf-8", "surrogatepass").split("\0")
