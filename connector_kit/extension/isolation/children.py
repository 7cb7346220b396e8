"""The nursery and its function processes, as the serving process sees them."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall
from connector_kit.extension.isolation.messages import Gone, receive, send

START_SECONDS = 60.0
"""How long the nursery may take to import the functions."""


@dataclass
class FunctionProcess:
    """One function process, seen from the serving process."""

    channel: socket.socket
    pid: int
    idle_since: float = 0.0
    _handle: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        if hasattr(os, "pidfd_open"):
            # Unlike a pid, it can never mean another process.
            with suppress(OSError):
                self._handle = os.pidfd_open(self.pid)

    def charge(self, call: RawCall) -> None:
        """Hand *call* over; raises OSError when the process has ended."""
        head = {"request_id": call.request_id, "trace_id": call.trace_id}
        send(self.channel, head, call.body)

    def answer(self) -> tuple[Answer, bool]:
        """Return the answer to the call, and whether it is the last one of this process.

        Raises BlockingIOError when it does not come in time, `Gone` or OSError when it never will.
        """
        head, body = receive(self.channel)
        answer = Answer(
            head["status"],
            bytes(body),
            head["headers"],
            head["content_type"],
            tuple((name, value) for name, value in head["trail"]),
        )
        return answer, head["is_last"]

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL)
        self.close()

    def close(self) -> None:
        """Let go of it: it ends by itself when it listens next."""
        self.channel.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Nursery:
    """The process that forks function processes, seen from the serving process."""

    def __init__(self, target: str, memory_mb: int) -> None:
        self._target = target
        self._memory_mb = memory_mb
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self, seconds: float) -> FunctionProcess:
        """Return a new process whose answers may take *seconds*.

        Starts the nursery, or another one when it has died. Raises RuntimeError.
        """
        ours, theirs = socket.socketpair()
        with self._lock, theirs:
            for is_last_try in (False, True):
                try:
                    pid = self._ask(theirs)
                except OSError as failure:
                    self._end()
                    if is_last_try:
                        ours.close()
                        raise RuntimeError(
                            "The functions could not be loaded; the log says why."
                        ) from failure
                else:
                    _bound_waiting(ours, seconds)
                    return FunctionProcess(ours, pid)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the nursery."""
        with self._lock:
            self._end()

    def _ask(self, channel: socket.socket) -> int:
        if self._requests is None:
            self._start()
        assert self._requests is not None  # noqa: S101 - for the type checker
        socket.send_fds(self._requests, [b"fork"], [channel.fileno()])
        pid = self._requests.recv(8)
        if len(pid) < 8:
            raise Gone
        return int.from_bytes(pid, "big")

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "connector_kit.extension.isolation.nursery"),
                    *(self._target, str(self._memory_mb)),
                ],
                stdin=theirs.fileno(),
            )
        _bound_waiting(ours, START_SECONDS)
        self._requests = ours

    def _end(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _bound_waiting(channel: socket.socket, seconds: float) -> None:
    """Let the kernel watch the time: a time-out of Python's would cost a poll for each piece."""
    timeval = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
