"""The nursery and its function processes, as the serving process sees them."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from connector_kit.extension.isolation.messages import Gone

START_SECONDS = 60.0
"""How long the nursery may take to import the functions."""

_LOOK_AGAIN = 0.25
"""Seconds after which a process is looked at again where the system does not tell of its end."""


@dataclass
class FunctionProcess:
    """One function process; *place* is where it notes which call it has taken."""

    pid: int
    place: int
    _handle: int = field(init=False, default=-1)

    def __post_init__(self) -> None:
        if hasattr(os, "pidfd_open"):
            # Unlike a pid, it can never mean another process.
            with suppress(OSError):
                self._handle = os.pidfd_open(self.pid)

    @property
    def has_ended(self) -> bool:
        """Whether there is no such process any more."""
        if self._handle >= 0:
            return self._ends_within(0)
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def wait(self, channel: socket.socket, seconds: float) -> bool:
        """Tell whether something comes over *channel* in *seconds*, or before the process ends."""
        poll = select.poll()
        poll.register(channel, select.POLLIN)
        if self._handle >= 0:
            poll.register(self._handle, select.POLLIN)
        else:
            seconds = min(seconds, _LOOK_AGAIN)
        ready = poll.poll(max(0.0, seconds) * 1000)
        return any(descriptor == channel.fileno() for descriptor, _ in ready)

    def kill(self) -> None:
        """End it, and see it ended unless that takes very long."""
        with suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                self._ends_within(1.0)
            else:
                os.kill(self.pid, signal.SIGKILL)

    def forget(self) -> None:
        """Let go of it."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _ends_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))


class Nursery:
    """The process that forks function processes, seen from the serving process.

    They inherit the descriptors *inheritance*. For one thread at a time.
    """

    def __init__(self, target: str, memory_mb: int, inheritance: Sequence[int]) -> None:
        self._target = target
        self._memory_mb = memory_mb
        self._inheritance = tuple(inheritance)
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self, place: int) -> FunctionProcess:
        """Return a new process that notes at *place* what it does.

        Starts the nursery, or another one when it has died. Raises RuntimeError.
        """
        for is_last_try in (False, True):
            try:
                return FunctionProcess(self._ask(place), place)
            except OSError as failure:
                self.close()
                if is_last_try:
                    raise RuntimeError(
                        "The functions could not be loaded; the log says why."
                    ) from failure
        raise AssertionError("unreachable")

    def close(self) -> None:
        """End the nursery."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _ask(self, place: int) -> int:
        if self._requests is None:
            self._start()
        assert self._requests is not None  # noqa: S101 - for the type checker
        self._requests.sendall(place.to_bytes(8, "big"))
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
                    *(self._target, str(self._memory_mb), *map(str, self._inheritance)),
                ],
                stdin=theirs.fileno(),
                pass_fds=self._inheritance,
            )
        # The kernel watches the time.
        patience = struct.pack("ll", int(START_SECONDS), 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        self._requests = ours
