"""Read a zip file, whatever it contains."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector_kit.adoption.download import AdoptionError
from connector_kit.adoption.intake import MEBIBYTE, Intake, Limits, refusal
from connector_kit.file_names import legible

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


def read_archive(source: Path, intake: Intake) -> None:
    """Have *intake* take in the files of the zip file *source*; raises AdoptionError, OSError."""
    with _Archive(source) as packed:
        if source.stat().st_size > intake.limits.total:
            raise AdoptionError(f"{source} is too large to be a downloaded integration.")
        with _opened(source, packed) as archive:
            for member in archive.infolist():
                _take(member, archive, intake)


class _Archive(io.FileIO):
    """A file that is never read in one go, however much its own words make one ask for."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _AT_ONCE:
            raise zipfile.BadZipFile("its file list is too long")
        return super().read(size) or b""


@contextmanager
def _opened(source: Path, packed: _Archive) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(packed)
    except _BROKEN as error:
        raise AdoptionError(
            f"{source} cannot be read as a zip file ({error}). Give a folder, a zip file, or the "
            "id of an integration."
        ) from error
    with archive:
        yield archive


def _take(member: zipfile.ZipInfo, archive: zipfile.ZipFile, intake: Intake) -> None:
    name = member.orig_filename  # the other one ends at a NUL
    place = intake.place(name)
    if place is None:
        return
    _require_plain(member, name)
    if name.endswith(("/", "\\")):  # a folder
        return
    _require_ratio(member, name, intake.limits)
    try:
        intake.take(place, member.file_size, lambda: _content(archive, member))
    except (*_BROKEN, RuntimeError) as error:
        raise refusal(
            name, f"cannot be unpacked ({legible(str(error))})", "Download it again."
        ) from error


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as opened:
        return b"".join(iter(lambda: opened.read(_PIECE), b""))


def _require_plain(member: zipfile.ZipInfo, name: str) -> None:
    """Raise AdoptionError unless *member* is a folder, or a file that can be unpacked."""
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


def _require_ratio(member: zipfile.ZipInfo, name: str, limits: Limits) -> None:
    if member.file_size > max(limits.unpacked_freely, limits.ratio * member.compress_size):
        raise refusal(
            name,
            f"unpacks to more than {limits.ratio} times its size",
            "Remove it.",
        )
