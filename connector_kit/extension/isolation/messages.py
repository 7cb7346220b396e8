"""What is sent between the serving process and its function processes.

A message is a head of fixed size and, for a call, the ids that it is known by, and then a body.
Bodies are not looked into on the way. Sockets keep the borders of messages. A body that is too
large for a message is written to the buffer of the process.
"""

from __future__ import annotations

import struct

CALL = struct.Struct("<dII")
"""To a function process: when the call came, the bytes of its ids and of its body. The answer to a
question has the same head."""

REPORT = struct.Struct("<BBHI")
"""From a function process: the kind of the message, 1 when it is the process's last, the status of
an answer, the bytes of the body."""

ANSWER, QUESTION, ELSEWHERE = 1, 2, 3
"""Kinds of reports: the answer to the call, a question that has to be answered before there can be
one, and that the function is none of this process's."""

SMALL = 4 * 1024
"""Bytes of ids and body that fit into a message."""

MESSAGE_SIZE = max(CALL.size, REPORT.size) + SMALL
"""Bytes that a message has at most."""


class ChannelClosed(ConnectionError):
    """The other side has ended."""


def ids_as_bytes(request_id: str, trace_id: str | None) -> bytes:
    """Return ids as bytes, whatever characters they hold; `ids_of` undoes it."""
    ids = f"{request_id}\0{trace_id}" if trace_id else request_id
    return ids.encode("utf-8", "surrogatepass")


def ids_of(sent: bytes) -> tuple[str, str | None]:
    """Return the request's id and its trace id that `ids_as_bytes` made bytes of."""
    request_id, _, trace_id = sent.decode("utf-8", "surrogatepass").partition("\0")
    return request_id, trace_id or None
