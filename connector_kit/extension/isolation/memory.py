"""How much memory a function process may take, and how much it may keep."""

from __future__ import annotations

import resource
import time
from pathlib import Path

MOST_KEPT = 512 * 1024
"""Kibibytes above its first memory use at which a process ends after its call, so that what it
has kept is given back."""

UNCHECKED_CALLS, UNCHECKED_SECONDS = 16, 0.01
"""For how many calls, and for how long, the system is not asked again."""

UNCHECKED_CALL_SECONDS = 0.0003
"""Calls up to this long are not checked: forking takes longer."""


def limit_memory(more: int) -> None:
    """Let the process allocate *more* bytes than it was born with, where the system can tell."""
    statistics = Path("/proc/self/statm")
    if not statistics.exists():
        return
    limit = int(statistics.read_text().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class Checkup:
    """When to check for leftovers of a call that must not affect the next: memory and processes.

    Asking the system takes as long as a small function does, so it is not asked after each:
    nothing large is kept, and no process started, by a call that took no time.
    """

    def __init__(self) -> None:
        self._initial = _peak()
        self._unchecked = 0
        self._began = self._checked_at = time.monotonic()

    def begin(self) -> None:
        """Note that a call begins."""
        self._began = time.monotonic()

    def is_due(self) -> bool:
        """Tell, after a call, whether to look."""
        now = time.monotonic()
        self._unchecked += 1
        if (
            self._unchecked < UNCHECKED_CALLS
            and now - self._began < UNCHECKED_CALL_SECONDS
            and now - self._checked_at < UNCHECKED_SECONDS
        ):
            return False
        self._unchecked, self._checked_at = 0, now
        return True

    def has_grown(self) -> bool:
        """Tell whether the process uses more memory by more than `MOST_KEPT`."""
        return _peak() - self._initial > MOST_KEPT


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
