"""The nursery: a process that imports the functions once, and forks itself on request.

Run as ``python -m connector_kit.extension.isolation.nursery package.module:make_registry 1024 3 4``
(mebibytes for each process, then the desk's descriptors) with a socket as its standard input. Each
message there brings the place at which a new function process leaves its notes; its pid is
answered. The nursery has one thread only, so that forking it is safe; it ends when the serving
process does.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from connector_kit.extension.accesslog import access_log
from connector_kit.extension.isolation.desk import Inherited
from connector_kit.extension.isolation.process import serve_calls
from connector_kit.extension.registry import Registry
from connector_kit.logs import settle


def main(target: str, memory_mb: int, inheritance: Sequence[int]) -> None:
    """Import *target*'s module, then fork until the serving process is gone."""
    # Signals of the terminal and of deployment are the serving process's business: it drains.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries dead children
    for each in inheritance:
        os.set_inheritable(each, False)  # what functions start has no part in it
    desk = Inherited(inheritance)
    registry = load(target)()
    gc.collect()
    gc.freeze()  # what is shared by all children stays shared: the collector does not touch it
    with socket.socket(fileno=os.dup(0)) as requests:
        while True:
            place = requests.recv(8)
            if not place:
                return
            pid = os.fork()
            if pid == 0:
                requests.close()
                _live(desk, int.from_bytes(place, "big"), registry, memory_mb)
            requests.sendall(pid.to_bytes(8, "big"))


def load(target: str) -> Callable[[], Registry]:
    """Return the function at ``package.module:name`` that makes the registry of functions."""
    module, _, name = target.partition(":")
    make_registry: Callable[[], Registry] = getattr(importlib.import_module(module), name)
    return make_registry


def _live(desk: Inherited, place: int, registry: Registry, memory_mb: int) -> None:
    code = 1
    try:
        with suppress(OSError):
            os.close(0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve_calls(desk, place, registry, memory_mb)
        code = 0
    finally:
        settle(access_log)
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(each) for each in sys.argv[3:]])
