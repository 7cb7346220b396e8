"""Whether authors' code has changed, for servers that serve it while it is being written."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Self

RELOAD_VARIABLE = "CONNECTOR_KIT_RELOAD"
"""Names the folder, for the processes of one server."""

_PASSED_OVER = ("__pycache__", "node_modules", "var", "build", "dist")


class Code:
    """The Python files below *folder*, environments and hidden folders apart; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = self._state()

    @classmethod
    def of_this_server(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """Return the code in the folder that *environment* names, None if it names none."""
        named = environment.get(RELOAD_VARIABLE)
        return cls(Path(named)) if named else None

    def has_changed(self) -> bool:
        """Tell whether any file has changed since this was last asked."""
        with self._lock:
            seen, self._seen = self._seen, self._state()
            return seen != self._seen

    def _state(self) -> dict[str, tuple[int, int]]:
        state = {}
        for file in _files(self._folder):
            try:
                status = file.stat()
            except OSError:  # it is just being replaced
                continue
            state[file.path] = (status.st_mtime_ns, status.st_size)
        return state


def is_passed_over(names: Iterable[str]) -> bool:
    """Tell whether a folder among *names*, the parts of a path, holds no code of the author."""
    return any(name.startswith(".") or name in _PASSED_OVER for name in names)


def _files(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        entries = [*os.scandir(folder)]
    except OSError:
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if not is_passed_over([entry.name]):
                yield from _files(entry.path)
        elif entry.name.endswith(".py"):
            yield entry
