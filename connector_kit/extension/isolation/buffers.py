"""The buffer of a function process: memory shared with the serving process, for large bodies.

A socket would copy a page of records twice, and allocate memory each time; here it is copied once.
No other process has the buffer, and it is wiped when a call has been answered.
"""

from __future__ import annotations

import mmap
import os
import tempfile

KEPT = 2 * 1024 * 1024
"""Bytes that a buffer keeps from one call to the next, once they were needed; more is given back.
Copying so many takes a fraction of a millisecond."""

_ZEROS = memoryview(bytes(KEPT))


class Buffer:
    """A file without a name, of which the first bytes are mapped into memory."""

    def __init__(self, file: int) -> None:
        self.file = file
        self._memory = mmap.mmap(file, KEPT)

    def write(self, body: bytes | memoryview) -> None:
        """Write *body*; raises OSError when there is no memory left."""
        if len(body) <= KEPT:
            self._memory[: len(body)] = body
            return
        rest, done = memoryview(body), 0
        while rest:
            count = os.pwrite(self.file, rest, done)
            rest, done = rest[count:], done + count

    def view(self, size: int) -> memoryview:
        """Return the *size* bytes that were written, where they are."""
        if size <= KEPT:
            return memoryview(self._memory)[:size]
        return memoryview(mmap.mmap(self.file, size))

    def read(self, size: int) -> bytes:
        """Return a copy of the *size* bytes that were written."""
        return self._memory[:size] if size <= KEPT else bytes(self.view(size))

    def wipe(self, size: int) -> None:
        """Overwrite the *size* bytes that were used, and give back what is not kept."""
        used = min(size, KEPT)
        self._memory[:used] = _ZEROS[:used]
        if size > KEPT:
            os.truncate(self.file, 0)
            os.truncate(self.file, KEPT)

    def close(self) -> None:
        """Unmap and close the file."""
        self._memory.close()
        os.close(self.file)


def unnamed_file(size: int) -> int:
    """Return the descriptor of a file of *size* zeros, in memory where that is possible."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("connector-kit")
    else:
        with tempfile.TemporaryFile() as named:
            file = os.dup(named.fileno())
    os.truncate(file, size)
    return file
