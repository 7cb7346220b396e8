"""The sandbox's time, which a test may move forward."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from connector_kit.sandbox.http.wire import iso


@dataclass
class Clock:
    """Real time plus an *offset* in seconds."""

    offset: float = 0.0
    source: Callable[[], float] = time.time

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.source() + self.offset

    def advance(self, seconds: float) -> None:
        """Move forward: tokens age, licenses expire, buckets fill."""
        if seconds < 0:
            raise ValueError("time only moves forward: advance_seconds must not be negative")
        self.offset += seconds

    def stamp(self) -> str:
        """The present as documents carry it."""
        return iso(self.now())
