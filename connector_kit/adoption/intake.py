"""What a download may contain: names that stay inside it, and a limited amount of everything.

A download may be malicious. Each of its files, wherever it is read from, passes through an
`Intake`, which names what it refuses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from connector_kit.adoption.download import AdoptionError
from connector_kit.file_names import legible

MEBIBYTE = 1 << 20

_JUNK = {"__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini", "Icon\r"}

_DRIVE = re.compile(r"[A-Za-z]:")

_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What would steer a terminal, and bytes of a name that are no characters."""


@dataclass(frozen=True)
class Limits:
    """How much a download may hold, in bytes, files and folder levels: far more than real ones.

    *ratio* is how many times as large a file may be as it was in its archive, once it has more
    than *unpacked_freely*.
    """

    total: int = 64 * MEBIBYTE
    file: int = 16 * MEBIBYTE
    members: int = 20_000
    levels: int = 32
    name: int = 1000
    ratio: int = 100
    unpacked_freely: int = 4 * MEBIBYTE


LIMITS = Limits()


class Intake:
    """Takes in the files of the download *source*, within *limits*."""

    def __init__(self, source: str, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self._source = source
        self._contents: dict[str, bytes] = {}
        self._seen = 0
        self._size = 0

    @property
    def contents(self) -> dict[str, bytes]:
        """What was taken in, by path, whatever the order in which it came."""
        return dict(sorted(self._contents.items()))

    def place(self, name: str) -> str | None:
        """Return the path of what is called *name*; None for what systems and tools leave behind.

        Call it once for every entry, folders and links included. Raises AdoptionError for a name
        that leads out of the download or cannot be shown, and for more than may come.
        """
        self._seen += 1
        if self._seen > self.limits.members:
            raise AdoptionError(
                f"{self._source} has more than {self.limits.members:,} files, too many for an "
                "integration. Give the integration's own folder or zip file."
            )
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(name):
            raise refusal(
                name, "points outside the download", "Remove it, or download the integration again."
            )
        if not path.parts or any(part.startswith(".") or part in _JUNK for part in path.parts):
            return None
        if _NOT_SHOWN.search(name):
            raise refusal(name, "has a name that cannot be displayed", "Rename it.")
        if len(str(path)) > self.limits.name or len(path.parts) > self.limits.levels:
            raise refusal(
                f"{name[:100]}...",
                f"has a path of more than {self.limits.name} characters or "
                f"{self.limits.levels} folders",
                "Move it to a shorter path.",
            )
        return path.as_posix()

    def take(self, place: str, size: int, read: Callable[[], bytes]) -> None:
        """Take in the file at *place*, which says that it has *size* bytes.

        Raises AdoptionError when it is there already, or too large.
        """
        if place in self._contents:
            raise refusal(place, "appears twice", "Remove one of the two.")
        self._require_room(place, size)
        content = read()
        self._require_room(place, len(content))
        self._size += len(content)
        self._contents[place] = content

    def _require_room(self, place: str, size: int) -> None:
        if size > self.limits.file:
            raise refusal(place, f"is larger than {_megabytes(self.limits.file)}", "Remove it.")
        if self._size + size > self.limits.total:
            raise AdoptionError(
                f"With {place}, {self._source} is larger than {_megabytes(self.limits.total)}, "
                "too large for an integration. Give the integration's own folder or zip file."
            )


def refusal(name: str, what: str, way_out: str) -> AdoptionError:
    """Return the error about the file *name* of a download."""
    return AdoptionError(f"{legible(name)} {what}. {way_out}")


def _megabytes(size: int) -> str:
    return f"{size // MEBIBYTE} MiB" if size >= MEBIBYTE else f"{size} bytes"
