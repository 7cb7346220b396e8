"""Logs of connections, scripts and flow steps: bounded, in memory only."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from connector_kit.sandbox.http.wire import Document

REMEMBERED = 1000
"""Entries of each log."""


@dataclass
class Logs:
    """Entries by what they are about, such as ``("connections", id)``; each has ``time`` (ms)."""

    _entries: dict[tuple[str, ...], deque[Document]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED))
    )

    def write(self, about: tuple[str, ...], entry: Document, now: float) -> None:
        """Add an entry at *now* (seconds since the epoch)."""
        self._entries[about].append({"time": int(now * 1000), **entry})

    def read(self, about: tuple[str, ...]) -> list[Document]:
        """Return the entries, the oldest first."""
        return [*self._entries.get(about, ())]

    def clear(self, about: tuple[str, ...]) -> None:
        """Forget the entries."""
        self._entries.pop(about, None)
