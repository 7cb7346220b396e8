"""The fork server and its function processes, as the serving process sees them."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from connector_kit.extension.isolation.channels import ServerEnd
from connector_kit.extension.isolation.descendants import descendants_of, memory_of
from connector_kit.extension.isolation.messages import ChannelClosed

START_SECONDS = 60.0
"""How long the fork server may take to import the functions."""

PLAIN = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TZDIR"),
    *("TMPDIR", "TEMP", "TMP", "PYTHON*", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "DYLD_*"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY"),
    *("no_proxy", "CONNECTOR_KIT_HOME", "CONNECTOR_KIT_DIY", "CONNECTOR_KIT_CONNECTORS"),
    *("CONNECTOR_KIT_CONTRACTS", "CONNECTOR_KIT_LOG_FORMAT", "COVERAGE_*"),
)
"""Names, and patterns of names, of variables that hold no secret of the server."""


class LimitExceededError(Exception):
    """A call takes more than it may; its *code* and its message say what."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FunctionProcess:
    """One function process; *channel* leads to it. Used on one event loop, but for its checks."""

    def __init__(self, pid: int, channel: ServerEnd) -> None:
        self.pid = pid
        self.channel = channel
        self.since = time.monotonic()
        """When it got its call, or when it became idle."""
        self.deadline = 0.0
        """When its call has to be answered."""
        self.is_slow = False
        """Whether its call has been found to be no quick one."""
        self._report: asyncio.Future[bytes] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._initial_memory = memory_of(pid)
        self._handle = -1
        if hasattr(os, "pidfd_open"):
            # Unlike a pid, it can never mean another process.
            with suppress(OSError):
                self._handle = os.pidfd_open(pid)

    @property
    def has_ended(self) -> bool:
        """Whether the process no longer exists."""
        if self._handle >= 0:
            return self._ends_within(0)
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def next_report(self) -> asyncio.Future[bytes]:
        """Return the message that it sends next.

        Raises `ChannelClosed` when it ends before, and what the future is failed with.
        """
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self.channel.channel.fileno(), self.receive)
        self._report = self._loop.create_future()
        return self._report

    def fail(self, failure: Exception) -> None:
        """Give *failure* instead of a report to the waiting caller."""
        if self._report is not None and not self._report.done():
            self._report.set_exception(failure)

    def receive(self) -> None:
        """Take what it has sent, if anything."""
        message = self.channel.receive()
        if message:
            if self._report is not None and not self._report.done():
                self._report.set_result(message)
        elif message is not None:
            self._stop_listening()
            self.fail(ChannelClosed())

    def excess(self, processes: int, memory: int) -> LimitExceededError | None:
        """Return what is wrong when it has started more *processes*, or they take more *memory*.

        Their memory, in bytes, is what they use beyond what the process began with; 0 means no
        limit. Reads system files.
        """
        family = [*descendants_of(self.pid)]
        if len(family) > processes:
            return LimitExceededError("too_many_processes", _TOO_MANY.format(processes))
        if family and memory:
            used = (memory_of(pid) - self._initial_memory for pid in (self.pid, *family))
            if sum(max(0, more) for more in used) > memory:
                return LimitExceededError("MemoryError", _TOO_LARGE.format(memory // 1024 // 1024))
        return None

    def kill(self, seconds: float = 1.0) -> None:
        """End it, and wait for that as long; the fork server ends its children."""
        with suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                self._ends_within(seconds)
            else:
                os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close the channel: the process ends when it has nothing to do."""
        self._stop_listening()
        self.channel.close()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _stop_listening(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self.channel.channel.fileno())
        self._loop = None

    def _ends_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return bool(poll.poll(seconds * 1000))


@dataclass(frozen=True)
class ProcessOptions:
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
        """Return the arguments of a fork server; `of_arguments` reads them."""
        numbers = (self.memory_mb, self.calls, self.seconds, int(self.is_confined))
        return [self.target, *map(str, numbers)]

    @classmethod
    def of_arguments(cls, arguments: list[str]) -> ProcessOptions:
        """Return what `arguments` has made arguments of."""
        target, memory_mb, calls, seconds, is_confined = arguments
        return cls(target, int(memory_mb), int(calls), float(seconds), is_confined == "1")


def for_functions(environment: Mapping[str, str], named: Iterable[str] = ()) -> dict[str, str]:
    """Return what of *environment* functions get: what is plain, and what is *named* besides.

    Names may be patterns, as in ``SHOP_*``.
    """
    patterns = (*PLAIN, *named)
    return {
        name: value
        for name, value in environment.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    }


class ForkServer:
    """The process that forks function processes, seen from the serving process; thread-safe."""

    def __init__(self, options: ProcessOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def fork(self) -> FunctionProcess:
        """Return a new process; blocks meanwhile.

        Starts the fork server, or another one when it has died. Raises RuntimeError.
        """
        ours, theirs = ServerEnd.pair()
        with theirs, self._lock:
            for is_last_try in (False, True):
                try:
                    pid = self._request([theirs.fileno(), ours.buffer.file])
                except OSError as failure:
                    self._end()
                    if is_last_try:
                        ours.close()
                        raise RuntimeError(
                            "The functions could not be loaded. See the log for the cause."
                        ) from failure
                else:
                    return FunctionProcess(pid, ours)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Have the fork server end, as soon as those that it has forked have ended."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            # It may take as long as a call does, and has to be waited for.
            threading.Thread(target=self._process.wait, daemon=True).start()
            self._process = None

    def _request(self, descriptors: list[int]) -> int:
        if self._requests is None:
            ours, theirs = socket.socketpair()
            module = "connector_kit.extension.isolation.forkserver"
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", module, *self._options.arguments()],
                    stdin=theirs.fileno(),
                    env=self._options.environment,
                )
            # The kernel watches the time.
            patience = struct.pack("ll", int(START_SECONDS), 0)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
            self._requests = ours
        socket.send_fds(self._requests, [b"f"], descriptors)
        pid = self._requests.recv(8)
        if len(pid) < 8:
            raise ChannelClosed
        return int.from_bytes(pid, "big")


_TOO_MANY = (
    "The function started more than {} processes at a time and was stopped along with them. "
    "Start fewer, or increase CONNECTOR_KIT_CALL_PROCESSES."
)

_TOO_LARGE = (
    "The function and the processes it started used more than {} MB of memory and were stopped. "
    "Start fewer at a time, or increase CONNECTOR_KIT_CALL_MEMORY_MB."
)
