"""The two ends of the way between the serving process and one function process.

Every function process has a channel and a room of its own. Nobody else holds either, so that a
call can be seen by the process that answers it and by no other.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.isolation.messages import (
    ANSWER,
    CALL,
    ELSEWHERE,
    MOST,
    QUESTION,
    REPORT,
    SMALL,
    Gone,
    ids_as_bytes,
    ids_of,
)
from connector_kit.extension.isolation.rooms import KEPT, Room, file_without_name

QUICK_SECONDS = 0.02
"""How long a caller just waits. Then it looks what has become of its call."""

_REST_SECONDS = 0.002
"""How long a function process just waits for its next call. Then it puts its things in order."""

_KIND = socket.SOCK_SEQPACKET if sys.platform == "linux" else socket.SOCK_DGRAM
_BUFFER = 64 * 1024


class Near:
    """The serving process's end."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.room = Room(file_without_name(KEPT))
        self._used = 0
        _wait_no_longer_than(QUICK_SECONDS, channel)

    @classmethod
    def pair(cls) -> tuple[Self, socket.socket]:
        """Return this end and the other one's socket."""
        near, far = socket.socketpair(socket.AF_UNIX, _KIND)
        for end in (near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        return cls(near), far

    def send(self, call: RawCall, ids: bytes) -> None:
        """Send *call*; raises ConnectionError when nobody is there, MemoryError without memory."""
        self._send(call.body, call.began, ids)

    def reply(self, body: bytes) -> None:
        """Answer a question with *body*; raises as `send` does."""
        self._send(body, 0.0, b"")

    def hear(self) -> bytes:
        """Return what the function process reports, or nothing when it has ended.

        Raises BlockingIOError when it has not reported anything for a moment.
        """
        try:
            return self.channel.recv(MOST)
        except ConnectionError:
            return b""

    def body_of(self, message: bytes, size: int) -> bytes:
        """Return the body of a report, which has *size* bytes."""
        if size <= SMALL:
            return message[REPORT.size :]
        self._used = max(self._used, size)
        return self.room.fetch(size)

    def wipe(self) -> None:
        """Leave nothing of a call in the room."""
        if self._used:
            self.room.wipe(self._used)
            self._used = 0

    def close(self) -> None:
        """Let go of both; the function process ends when it looks for its next call."""
        self.channel.close()
        self.room.close()

    def _send(self, body: bytes | memoryview, began: float, ids: bytes) -> None:
        head = CALL.pack(began, len(ids), len(body)) + ids
        if len(ids) + len(body) <= SMALL:
            self.channel.send(head + body)
            return
        self._used = max(self._used, len(body))
        try:
            self.room.leave(body)
        except OSError as failure:
            raise MemoryError("There is no room for the call.") from failure
        self.channel.send(head)


class Far:
    """The function process's end."""

    def __init__(self, channel: socket.socket, room: int) -> None:
        self._channel = channel
        self._room = Room(room)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        _wait_no_longer_than(_REST_SECONDS, channel)

    def take(self, before_waiting: Callable[[], None]) -> RawCall:
        """Return the next call, once there is one; raises OSError when there will be none.

        *before_waiting* is called when there is none at the moment.
        """
        message = self._heard(before_waiting)
        began, of_ids, of_body = CALL.unpack_from(message)
        start = CALL.size + of_ids
        is_sent = of_ids + of_body <= SMALL
        body = memoryview(message)[start:] if is_sent else self._room.look(of_body)
        return RawCall(body, *ids_of(message[CALL.size : start]), began)

    def answer(self, answer: Answer, *, is_last: bool) -> None:
        """Send *answer*; raises OSError when nobody wants it any more, or without memory."""
        self._send(ANSWER, answer.body, is_last=is_last, status=answer.status)

    def pass_on(self) -> None:
        """Tell that another kind of process has the function."""
        self._send(ELSEWHERE, b"")

    def ask(self, question: bytes) -> bytes:
        """Return what the serving process answers to *question*; raises OSError without it."""
        self._send(QUESTION, question)
        message = self._heard(lambda: None)
        _, _, size = CALL.unpack_from(message)
        return message[CALL.size :] if size <= SMALL else self._room.fetch(size)

    def close(self) -> None:
        """Let go of it: a process that a function has forked has no part in its calls."""
        with suppress(OSError, BufferError):
            self._channel.close()
            os.close(self._room.file)

    def _heard(self, before_waiting: Callable[[], None]) -> bytes:
        while True:
            try:
                message = self._channel.recv(MOST)
            except BlockingIOError:
                before_waiting()
                self._poll.poll()
            else:
                if message:
                    return message
                raise Gone

    def _send(self, kind: int, body: bytes, *, is_last: bool = False, status: int = 0) -> None:
        head = REPORT.pack(kind, is_last, status, len(body))
        if len(body) <= SMALL:
            self._channel.send(head + body)
        else:
            self._room.leave(body)
            self._channel.send(head)


def _wait_no_longer_than(seconds: float, channel: socket.socket) -> None:
    """Have the kernel watch the time: a time-out of Python's would cost a poll for each message."""
    moment = struct.pack("ll", 0, int(seconds * 1_000_000))
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, moment)


def ids_in(call: RawCall, trace_id: str | None) -> bytes:
    """Return the ids that *call* is known by, as bytes."""
    return ids_as_bytes(call.request_id, trace_id)
