"""What is sent between the serving process and its function processes.

A call is a head of fixed size, the ids that it is known by, and its body; an answer is a head and a
body. Nobody on the way looks into bodies. Sockets keep the borders of what is sent. A body that is
too large to be sent along is left in the room of the call's seat.
"""

from __future__ import annotations

import struct

CALL = struct.Struct("<QHdII")
"""The ticket of a call, its seat, when it came, the bytes of its ids and of its body."""

ANSWER = struct.Struct("<QHHI")
"""The ticket of the call, the status, 1 when it is the process's last, the bytes of its body."""

TICKET = struct.Struct("<Q")

SMALL = 4 * 1024
"""Bytes of ids and body that are sent. All seats' calls should fit into the desk's buffer."""

MOST = max(CALL.size, ANSWER.size) + SMALL
"""Bytes that are sent at once."""


class Gone(ConnectionError):
    """The other side has ended."""


def ids_as_bytes(request_id: str, trace_id: str | None) -> bytes:
    """Return ids as bytes, whatever characters they hold; `ids_of` undoes it."""
    ids = f"{request_id}\0{trace_id}" if trace_id else request_id
    return ids.encode("utf-8", "surrogatepass")


def ids_of(sent: bytes) -> tuple[str, str | None]:
    """Return the request's id and its trace id that `ids_as_bytes` made bytes of."""
    request_id, _, trace_id = sent.decode("utf-8", "surrogatepass").partition("\0")
    return request_id, trace_id or None
