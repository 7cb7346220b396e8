"""A cached look at something slow, for many callers: rarely, and never for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

KEPT_SECONDS = 1.0
"""How long an answer is reused: asking more often costs nothing more."""

PATIENCE_SECONDS = 2.0
"""How long a caller waits for an answer."""

Seen = TypeVar("Seen")


class Glance(Generic[Seen]):
    """What *look* returns, or *late* when it takes too long; thread-safe.

    There is never more than one look at a time, however long it hangs.
    """

    def __init__(self, look: Callable[[], Seen], *, late: Seen) -> None:
        self._look, self._late = look, late
        self._lock = threading.Lock()
        self._looker = ThreadPoolExecutor(1, thread_name_prefix="glance")
        self._latest: Future[Seen] | None = None
        self._began = 0.0

    def __call__(self) -> Seen:
        """Return what *look* returns; raises what it raises."""
        with self._lock:
            now = time.monotonic()
            latest = self._latest
            if latest is None or (latest.done() and now - self._began > KEPT_SECONDS):
                latest = self._latest = self._looker.submit(self._look)
                self._began = now
            left = PATIENCE_SECONDS - (now - self._began)
        try:
            return latest.result(max(0.0, left))
        except TimeoutError:
            return self._late
