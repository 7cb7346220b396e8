"""What the server's processes tell each other: how many calls run, and whether it is ending.

A small file that all of them map into memory. Without one (a single process) it is memory alone.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import signal
import struct
import threading
from pathlib import Path
from typing import Self

BOARD_VARIABLE = "CONNECTOR_KIT_BOARD"
"""Names the file, for the processes of one server."""

_HEAD = struct.Struct("II")
_ENTRY = struct.Struct("II")
_PLACES = 128
_SIZE = _HEAD.size + _PLACES * _ENTRY.size


class Board:
    """The board of one server, as one of its processes sees it; thread-safe."""

    def __init__(self, file: Path | None = None) -> None:
        """Take a place on the board in *file*, which `create` has made."""
        self._lock = threading.Lock()
        self._count = 0
        self._pid = os.getpid()
        if file is None:
            self._memory = mmap.mmap(-1, _SIZE)
            _HEAD.pack_into(self._memory, 0, os.getpid(), 0)
            self._place = _HEAD.size
            self._write()
            return
        with file.open("r+b") as opened:
            fcntl.flock(opened, fcntl.LOCK_EX)
            self._memory = mmap.mmap(opened.fileno(), _SIZE)
            for place in range(_HEAD.size, _SIZE, _ENTRY.size):
                pid, _ = _ENTRY.unpack_from(self._memory, place)
                if not _is_alive(pid):
                    self._place = place
                    break
            else:
                raise RuntimeError(f"A server has at most {_PLACES} processes.")
            self._write()
            fcntl.flock(opened, fcntl.LOCK_UN)  # closing is not enough: the map keeps it open

    @classmethod
    def of_this_server(cls) -> Self:
        """Return the board that the environment names, else one for this process alone."""
        named = os.environ.get(BOARD_VARIABLE)
        return cls(Path(named) if named else None)

    @staticmethod
    def create(file: Path) -> None:
        """Make an empty board for a server whose main process is this one."""
        file.write_bytes(_HEAD.pack(os.getpid(), 0).ljust(_SIZE, b"\0"))

    @property
    def is_ending(self) -> bool:
        """Whether the server has been told to end."""
        return bool(self._head()[1])

    @property
    def open_calls(self) -> int:
        """How many requests are being answered by all processes of the server."""
        entries = _ENTRY.iter_unpack(self._memory[_HEAD.size :])
        return sum(count for pid, count in entries if count and _is_alive(pid))

    def __enter__(self) -> None:
        """Note that a request is being answered."""
        with self._lock:
            self._count += 1
            self._write()

    def __exit__(self, *_: object) -> None:
        """Note that a request has been answered."""
        with self._lock:
            self._count -= 1
            self._write()

    def end(self) -> None:
        """Tell all processes that the server is going to end: load balancers are told so."""
        _HEAD.pack_into(self._memory, 0, self._head()[0], 1)

    def stop(self) -> None:
        """End the server: what is being answered is answered, nothing new is taken."""
        os.kill(self._head()[0], signal.SIGTERM)

    def _head(self) -> tuple[int, int]:
        main, is_ending = _HEAD.unpack_from(self._memory)
        return main, is_ending

    def _write(self) -> None:
        _ENTRY.pack_into(self._memory, self._place, self._pid, self._count)


def _is_alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
