"""Reading a download: every file of a folder or zip file, by its path inside."""

import os
import stat
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from connector_kit.adoption.archives import read_archive
from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.intake import LIMITS, Intake, Limits, refusal

_WAY_OUT = "give a folder, a zip file, or the id of an integration."


def read_files(source: Path, limits: Limits = LIMITS) -> Mapping[str, bytes]:
    """Return the contents of the files in the folder or zip file *source*, by relative path.

    Nothing is unpacked to disk, no link is followed, and no archive inside another one is opened.
    What operating systems and tools leave behind is passed over. Raises AdoptionError.
    """
    intake = Intake(str(source), limits)
    try:
        source = source.expanduser()
        if source.is_dir():
            _read_folder(source, intake)
        elif source.is_file():
            read_archive(source, intake)
        elif source.exists():
            raise AdoptionError(f"{source} is neither a folder nor a file: {_WAY_OUT}")
        else:
            raise AdoptionError(f"{source} does not exist: {_WAY_OUT}")
    except (OSError, ValueError, RuntimeError) as error:  # no such file, name or home
        raise AdoptionError(f"{source} cannot be read: {error}.") from error
    return intake.contents


def _read_folder(folder: Path, intake: Intake) -> None:
    waiting = [folder]
    while waiting:
        for path in _within(waiting.pop()):
            name = path.relative_to(folder).as_posix()
            place = intake.place(name)
            if place is None:
                continue
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            else:
                _require_plain(status, name)
                read = partial(_content, path, name, intake.limits)
                intake.take(place, status.st_size, read)


def _within(folder: Path) -> Iterator[Path]:
    """Yield what lies in *folder*, also when that is more than a list should hold."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path)


def _content(path: Path, name: str, limits: Limits) -> bytes:
    """Return what the file holds; it is looked at again, for it may be another one by now."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _require_plain(os.fstat(descriptor), name)
        return file.read(limits.file + 1)


def _require_plain(status: os.stat_result, name: str) -> None:
    """Raise AdoptionError unless it is a file, and has no second name somewhere else."""
    if stat.S_ISLNK(status.st_mode):
        raise refusal(name, "is a link", "Replace it with the file it points to.")
    if not stat.S_ISREG(status.st_mode):
        raise refusal(name, "is neither a file nor a folder", "Remove it.")
    if status.st_nlink > 1:
        raise refusal(name, "is a hard link to another file", "Replace it with a copy.")
