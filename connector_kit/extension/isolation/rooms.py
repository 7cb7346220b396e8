"""The room of a function process: memory that it shares with the serving process, for large bodies.

A socket would copy a page of records twice, and look for memory each time; here it is copied once.
No other process has it, and it is empty again when a call has been answered.
"""

from __future__ import annotations

import mmap
import os
import tempfile

KEPT = 2 * 1024 * 1024
"""Bytes that a room keeps from one call to the next, once they were needed; more is given back."""

_ZEROS = memoryview(bytes(KEPT))


class Room:
    """A file without a name, of which the first bytes are mapped into memory."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._memory = mmap.mmap(file, KEPT)

    def leave(self, body: bytes | memoryview) -> None:
        """Put *body* there; raises OSError when there is no memory left."""
        if len(body) <= KEPT:
            self._memory[: len(body)] = body
            return
        rest, done = memoryview(body), 0
        while rest:
            count = os.pwrite(self.file, rest, done)
            rest, done = rest[count:], done + count

    def look(self, size: int) -> memoryview:
        """Return the *size* bytes that were left, where they are."""
        if size <= KEPT:
            return memoryview(self._memory)[:size]
        return memoryview(mmap.mmap(self.file, size))

    def fetch(self, size: int) -> bytes:
        """Return the *size* bytes that were left, as they are now."""
        return self._memory[:size] if size <= KEPT else bytes(self.look(size))

    def wipe(self, size: int) -> None:
        """Leave nothing of the *size* bytes that were used, and give back what is not kept."""
        used = min(size, KEPT)
        self._memory[:used] = _ZEROS[:used]
        if size > KEPT:
            os.truncate(self.file, 0)
            os.truncate(self.file, KEPT)

    def close(self) -> None:
        """Let go of it."""
        self._memory.close()
        os.close(self.file)


def file_without_name(size: int) -> int:
    """Return the descriptor of an empty file of *size* zeros, in memory where there is such."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("connector-kit")
    else:
        with tempfile.TemporaryFile() as named:
            file = os.dup(named.fileno())
    os.truncate(file, size)
    return file
