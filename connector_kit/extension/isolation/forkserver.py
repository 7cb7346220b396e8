"""The fork server: a process that imports the functions once, and forks itself on request.

Run as ``python -m connector_kit.extension.isolation.forkserver package.module:make_registry ...``
with the fields of `ProcessOptions`, and a socket as its standard input. Each message there carries
the channel and the buffer of a new function process; its pid is answered. The fork server has one
thread only, so that forking it is safe. No call ever comes here, so that nothing of one is handed
down. It ends when the serving process and all that it has forked have ended.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress

from connector_kit.extension.isolation import confinement
from connector_kit.extension.isolation.channels import ProcessEnd
from connector_kit.extension.isolation.children import ProcessOptions
from connector_kit.extension.isolation.descendants import children_of
from connector_kit.extension.isolation.process import serve_calls
from connector_kit.extension.registry import Registry


def main(options: ProcessOptions) -> None:
    """Import the functions, then fork until the serving process is gone."""
    # Signals of the terminal and of deployment are the serving process's business: it drains.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    confinement.hide()
    registry = load(options.target)()
    gc.collect()
    gc.freeze()  # what is shared by all children stays shared: the collector does not touch it
    children = Children()
    with socket.socket(fileno=os.dup(0)) as requests:
        while True:
            message, descriptors, *_ = socket.recv_fds(requests, 1, 2)
            if not message or not descriptors:  # the serving process is gone
                break
            pid = children.fork()
            if pid == 0:
                requests.close()
                _run(descriptors, registry, options)
            for descriptor in descriptors:
                os.close(descriptor)
            requests.sendall(pid.to_bytes(8, "big"))
    children.wait(options.seconds)


def load(target: str) -> Callable[[], Registry]:
    """Return the function at ``package.module:name`` that makes the registry of functions."""
    module, _, name = target.partition(":")
    make_registry: Callable[[], Registry] = getattr(importlib.import_module(module), name)
    return make_registry


class Children:
    """The function processes that this one has forked.

    When they end, this process inherits the processes that they started, and ends those: a function
    leaves no process behind.
    """

    def __init__(self) -> None:
        self._pids: set[int] = set()
        confinement.adopt_orphans()
        signal.signal(signal.SIGCHLD, self._reap)

    def fork(self) -> int:
        """Fork; returns 0 in the new process, its pid in this one."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        else:
            self._pids.add(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        return pid

    def wait(self, seconds: float) -> None:
        """Wait for those that are at a call still, but no longer than *seconds*."""
        give_up_at = time.monotonic() + seconds
        while self._pids and time.monotonic() < give_up_at:
            time.sleep(0.1)  # which the end of one interrupts
        for pid in tuple(self._pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while children_of(os.getpid()):
            time.sleep(0.01)

    def _reap(self, *_: object) -> None:
        with suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self._pids.discard(pid)
        for child in children_of(os.getpid()):
            if child not in self._pids:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)


def _run(descriptors: list[int], registry: Registry, options: ProcessOptions) -> None:
    code = 1
    try:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        with suppress(OSError):
            os.setsid()
        confinement.end_with_parent()
        confinement.adopt_orphans()
        if options.is_confined:
            confinement.confine()
        descriptor, buffer = descriptors
        channel = ProcessEnd(socket.socket(fileno=descriptor), buffer)
        os.register_at_fork(after_in_child=channel.close)
        serve_calls(channel, registry, options)
        code = 0
    finally:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(ProcessOptions.of_arguments(sys.argv[1:]))
