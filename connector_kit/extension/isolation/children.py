"""The nursery and its function processes, as the serving process sees them."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from connector_kit.extension.isolation.channels import Near
from connector_kit.extension.isolation.descendants import descendants_of, memory_of
from connector_kit.extension.isolation.messages import Gone

START_SECONDS = 60.0
"""How long the nursery may take to import the functions."""

LOOK_EVERY = 0.1
"""Seconds between two looks at what a process at a slow call has started."""


class TooMuchError(Exception):
    """A call takes more than it may: its *code* and its message say of what."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FunctionProcess:
    """One function process; *near* is the way to it."""

    def __init__(self, pid: int, near: Near) -> None:
        self.pid = pid
        self.near = near
        self.since = 0.0
        """When it got its call, or when it became idle."""
        self._born_with = memory_of(pid)
        self._handle = -1
        if hasattr(os, "pidfd_open"):
            # Unlike a pid, it can never mean another process.
            with suppress(OSError):
                self._handle = os.pidfd_open(pid)

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

    def reports_within(self, seconds: float) -> bool:
        """Tell whether it says something in *seconds*, or before it ends."""
        poll = select.poll()
        poll.register(self.near.channel, select.POLLIN)
        if self._handle >= 0:
            poll.register(self._handle, select.POLLIN)
        ready = poll.poll(max(0.0, seconds) * 1000)
        return any(descriptor == self.near.channel.fileno() for descriptor, _ in ready)

    def hold_to(self, processes: int, memory: int) -> None:
        """Raise `TooMuchError` when it has started more *processes*, or they take more *memory*.

        What they take, in bytes, is what they have in use above what the process was born with; 0
        stands for as much as there is.
        """
        family = [*descendants_of(self.pid)]
        if len(family) > processes:
            raise TooMuchError("too_many_processes", _TOO_MANY.format(processes))
        if family and memory:
            used = (memory_of(pid) - self._born_with for pid in (self.pid, *family))
            if sum(max(0, more) for more in used) > memory:
                raise TooMuchError("MemoryError", _TOO_LARGE.format(memory // 1024 // 1024))

    def kill(self) -> None:
        """End it, and see it ended unless that takes very long; the nursery ends its children."""
        with suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                self._ends_within(1.0)
            else:
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let go of it: it ends when it has nothing to do."""
        self.near.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _ends_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))


@dataclass(frozen=True)
class Upbringing:
    """What function processes are made of: the registry at *target*, and an *environment*.

    They may allocate *memory_mb* mebibytes (0: as many as there are), and end after *calls* calls
    (0: when there is a reason). Without a serving process they end after *seconds*. Those that are
    *confined* keep to themselves (`confinement`).
    """

    target: str
    memory_mb: int = 0
    calls: int = 0
    seconds: float = 300.0
    is_confined: bool = True
    environment: Mapping[str, str] | None = None

    def arguments(self) -> list[str]:
        """Return the arguments of a nursery; `of_arguments` reads them."""
        numbers = (self.memory_mb, self.calls, self.seconds, int(self.is_confined))
        return [self.target, *map(str, numbers)]

    @classmethod
    def of_arguments(cls, arguments: list[str]) -> Upbringing:
        """Return what `arguments` has made arguments of."""
        target, memory_mb, calls, seconds, is_confined = arguments
        return cls(target, int(memory_mb), int(calls), float(seconds), is_confined == "1")


class Nursery:
    """The process that forks function processes, seen from the serving process.

    For one thread at a time.
    """

    def __init__(self, upbringing: Upbringing) -> None:
        self._upbringing = upbringing
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self) -> FunctionProcess:
        """Return a new process.

        Starts the nursery, or another one when it has died. Raises RuntimeError.
        """
        near, far = Near.pair()
        with far:
            for is_last_try in (False, True):
                try:
                    pid = self._ask([far.fileno(), near.room.file])
                except OSError as failure:
                    self.close()
                    if is_last_try:
                        near.close()
                        raise RuntimeError(
                            "The functions could not be loaded; the log says why."
                        ) from failure
                else:
                    process = FunctionProcess(pid, near)
                    process.since = time.monotonic()
                    return process
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Have the nursery end, as soon as those that it has forked have ended."""
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            # It may take as long as a call does; somebody has to bury it.
            threading.Thread(target=self._process.wait, daemon=True).start()
            self._process = None

    def _ask(self, descriptors: list[int]) -> int:
        if self._requests is None:
            self._start()
        assert self._requests is not None  # noqa: S101 - for the type checker
        socket.send_fds(self._requests, [b"f"], descriptors)
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
                    *self._upbringing.arguments(),
                ],
                stdin=theirs.fileno(),
                env=self._upbringing.environment,
            )
        # The kernel watches the time.
        patience = struct.pack("ll", int(START_SECONDS), 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        self._requests = ours


_TOO_MANY = (
    "The function had more than {} processes of its own and was ended with them. Start fewer at a "
    "time, or raise CONNECTOR_KIT_CALL_PROCESSES."
)

_TOO_LARGE = (
    "The function and the processes that it started took more than {} MB of memory and were ended. "
    "Start fewer at a time, or raise CONNECTOR_KIT_CALL_MEMORY_MB."
)
