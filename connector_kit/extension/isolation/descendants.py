"""The processes that a process has started, as Linux lists them; nowhere else are there any."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PAGE = resource.getpagesize()


def children_of(pid: int) -> list[int]:
    """Return the processes that *pid* is the parent of."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def descendants_of(pid: int) -> Iterator[int]:
    """Yield the children of *pid*, and theirs."""
    for child in children_of(pid):
        yield child
        yield from descendants_of(child)


def memory_of(pid: int) -> int:
    """Return the bytes of memory that *pid* has in use; 0 when that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0


def end_children(seconds: float = 1.0) -> bool:
    """End all children of this process, which adopts orphans, and theirs; tell whether that is so.

    It takes one step of the kernel's where there are none.
    """
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        for child in children_of(os.getpid()):
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.001)
