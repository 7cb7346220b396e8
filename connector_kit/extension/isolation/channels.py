"""The two ends of the channel between the serving process and one function process.

Every function process has a channel and a buffer of its own. Other processes hold neither, so that
a call can be seen by the process that answers it and by no other.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from typing import Self

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.isolation.buffers import KEPT, Buffer, unnamed_file
from connector_kit.extension.isolation.messages import (
    ANSWER,
    CALL,
    ELSEWHERE,
    MESSAGE_SIZE,
    QUESTION,
    REPORT,
    SMALL,
    ChannelClosed,
    ids_of,
)

_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
_SOCKET_BUFFER = 64 * 1024


class ServerEnd:
    """The serving process's end; never blocks."""

    def __init__(self, channel: socket.socket) -> None:
        channel.setblocking(False)
        self.channel = channel
        self.buffer = Buffer(unnamed_file(KEPT))
        self.used = 0
        """Bytes of the buffer that hold something of a call."""

    @classmethod
    def pair(cls) -> tuple[Self, socket.socket]:
        """Return this end and the other one's socket."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, _KIND)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER)
        return cls(ours), theirs

    def send(self, body: bytes | memoryview, ids: bytes = b"", began: float = 0.0) -> None:
        """Send a call, or the answer to a question.

        Raises ConnectionError when the process has ended, MemoryError without memory.
        """
        head = CALL.pack(began, len(ids), len(body)) + ids
        if len(ids) + len(body) <= SMALL:
            self.channel.send(head + body)
            return
        self.used = max(self.used, len(body))
        try:
            self.buffer.write(body)
        except OSError as failure:
            raise MemoryError("There is no memory for the call.") from failure
        self.channel.send(head)

    def receive(self) -> bytes | None:
        """Return what the process reports: None while there is nothing, b"" when it has ended."""
        try:
            return self.channel.recv(MESSAGE_SIZE)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def body_of(self, message: bytes, size: int) -> bytes:
        """Return the body of a report, which has *size* bytes."""
        if size <= SMALL:
            return message[REPORT.size :]
        self.used = max(self.used, size)
        return self.buffer.read(size)

    def take_all(self, message: bytes, size: int) -> bytes:
        """Return the body of the last report, and leave nothing of the call in the buffer."""
        body = self.body_of(message, size)
        if self.used:
            self.buffer.wipe(self.used)
            self.used = 0
        return body

    def close(self) -> None:
        """Close both; the function process ends when it looks for its next call."""
        self.channel.close()
        self.buffer.close()


class ProcessEnd:
    """The function process's end."""

    def __init__(self, channel: socket.socket, buffer: int) -> None:
        self._channel = channel
        self._buffer = Buffer(buffer)

    def next_call(self) -> RawCall:
        """Return the next call, once there is one; raises OSError when there will be none."""
        message = self._receive()
        began, of_ids, of_body = CALL.unpack_from(message)
        start = CALL.size + of_ids
        is_sent = of_ids + of_body <= SMALL
        body = memoryview(message)[start:] if is_sent else self._buffer.view(of_body)
        return RawCall(body, *ids_of(message[CALL.size : start]), began)

    def answer(self, answer: Answer, *, is_last: bool) -> None:
        """Send *answer*; raises OSError when the serving process has ended, or without memory."""
        self._send(ANSWER, answer.body, is_last=is_last, status=answer.status)

    def pass_on(self) -> None:
        """Report that another kind of process has the function."""
        self._send(ELSEWHERE, b"")

    def ask(self, question: bytes) -> bytes:
        """Return what the serving process answers to *question*; raises OSError without it."""
        self._send(QUESTION, question)
        message = self._receive()
        _, _, size = CALL.unpack_from(message)
        return message[CALL.size :] if size <= SMALL else self._buffer.read(size)

    def close(self) -> None:
        """Close it: a process that a function has forked has no part in its calls."""
        with suppress(OSError, BufferError):
            self._channel.close()
            os.close(self._buffer.file)

    def _receive(self) -> bytes:
        message = self._channel.recv(MESSAGE_SIZE)
        if not message:
            raise ChannelClosed
        return message

    def _send(self, kind: int, body: bytes, *, is_last: bool = False, status: int = 0) -> None:
        head = REPORT.pack(kind, is_last, status, len(body))
        if len(body) <= SMALL:
            self._channel.send(head + body)
        else:
            self._buffer.write(body)
            self._channel.send(head)
