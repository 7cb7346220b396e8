"""Reading a download: every file of a folder or zip file, by its path inside."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.intake import LIMITS, MEBIBYTE, Intake, Limits, refusal
from connector_kit.file_names import legible

_WAY_OUT = "give a folder, a zip file, or the id of an integration."

_AT_ONCE = 8 * MEBIBYTE
"""The most bytes read at once: the list of members is read before their number is known."""

_PIECE = 1 << 16
"""Bytes that are unpacked at a time; in one go, a file could be larger than it says."""

_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What platforms and people pack with; others unpack without a bound."""

_ENCRYPTED = 0x1

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,  # offsets that lead out of the file
)


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
            _read_archive(source, intake)
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
                read = partial(_read_plain, path, name, intake.limits.file + 1)
                intake.take(place, status.st_size, read)


def _within(folder: Path) -> Iterator[Path]:
    """Yield what lies in *folder*, also when that is more than a list should hold."""
    with os.scandir(folder) as entries:
        for entry in entries:
            yield Path(entry.path)


def _read_plain(path: Path, name: str, size: int) -> bytes:
    """Return up to *size* bytes; the file is looked at again, for it may be another one by now."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _require_plain(os.fstat(descriptor), name)
        return file.read(size)


def _require_plain(status: os.stat_result, name: str) -> None:
    """Raise AdoptionError unless it is a file, and has no second name somewhere else."""
    if stat.S_ISLNK(status.st_mode):
        raise refusal(name, "is a link", "Replace it with the file it points to.")
    if not stat.S_ISREG(status.st_mode):
        raise refusal(name, "is neither a file nor a folder", "Remove it.")
    if status.st_nlink > 1:
        raise refusal(name, "is a hard link to another file", "Replace it with a copy.")


def _read_archive(source: Path, intake: Intake) -> None:
    with _Archive(source) as packed:
        if source.stat().st_size > intake.limits.total:
            raise AdoptionError(f"{source} is too large to be a downloaded integration.")
        try:
            archive = zipfile.ZipFile(packed)
        except _BROKEN as error:
            raise AdoptionError(
                f"{source} cannot be read as a zip file ({error}). Give a folder, a zip file, or "
                "the id of an integration."
            ) from error
        with archive:
            for member in archive.infolist():
                _take_member(member, archive, intake)


class _Archive(io.FileIO):
    """A file that is never read in one go, however much its own words make one ask for."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _AT_ONCE:
            raise zipfile.BadZipFile("its file list is too long")
        return super().read(size) or b""


def _take_member(member: zipfile.ZipInfo, archive: zipfile.ZipFile, intake: Intake) -> None:
    name = member.orig_filename  # the other one ends at a NUL
    place = intake.place(name)
    if place is None:
        return
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise refusal(name, "is a link", "Pack the file it points to.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise refusal(name, "is neither a file nor a folder", "Remove it.")
    if member.flag_bits & _ENCRYPTED:
        raise refusal(name, "is encrypted", "Pack it again without a password.")
    if member.compress_type not in _METHODS:
        raise refusal(
            name, "uses an unsupported compression method", "Pack it again as a standard zip file."
        )
    if name.endswith(("/", "\\")):  # a folder
        return
    limits = intake.limits
    if member.file_size > max(limits.unpacked_freely, limits.ratio * member.compress_size):
        raise refusal(name, f"unpacks to more than {limits.ratio} times its size", "Remove it.")

    def unpack() -> bytes:
        with archive.open(member) as opened:
            return b"".join(iter(lambda: opened.read(_PIECE), b""))

    try:
        intake.take(place, member.file_size, unpack)
    except (*_BROKEN, RuntimeError) as error:
        problem = f"cannot be unpacked ({legible(str(error))})"
        raise refusal(name, problem, "Download it again.") from error
