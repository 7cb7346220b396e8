"""The logs of what runs: one file for each service, followed as they grow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FAILED = re.compile(
    r"logName=callFunctionFailed, code=(?P<code>[^,]+), function=(?P<function>[^,]+), "
    r"(?:.*, )?at=(?P<place>\S+:\d+)"
)
_TROUBLE = re.compile(r"^\S+ (?:WARNING|ERROR|CRITICAL) ")


@dataclass(frozen=True)
class Line:
    """A line that *service* logged."""

    service: str
    text: str

    @property
    def summary(self) -> str:
        """A function that failed by its name, code, and place; any other line as it is."""
        if found := _FAILED.search(self.text):
            return "{function} failed: {code} at {place}".format(**found.groupdict())
        return self.text


class Follower:
    """Reads the logs in *folder*, of all services or only one, each line once."""

    def __init__(self, folder: Path, *, service: str = "*", from_end: bool = False) -> None:
        self._folder, self._pattern = folder, f"{service}.log"
        self._read: dict[Path, int] = {}
        self._ends: dict[Path, str] = {}
        if from_end:
            self._read = {file: file.stat().st_size for file in self._files()}

    def lines(self) -> Iterator[Line]:
        """Yield the lines that have come since the last time."""
        for file in self._files():
            with file.open("rb") as log:
                start = self._read.get(file, 0)
                if file.stat().st_size < start:  # it was begun anew
                    start = 0
                log.seek(start)
                text = self._ends.pop(file, "") + log.read().decode(errors="replace")
                self._read[file] = log.tell()
            *complete, rest = text.split("\n")
            if rest:
                self._ends[file] = rest
            for line in complete:
                yield Line(file.stem, line)

    def troubles(self) -> Iterator[Line]:
        """Yield only what a service warns of, and what it could not do."""
        for line in self.lines():
            if _TROUBLE.match(line.text):
                yield line

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(self._pattern))
