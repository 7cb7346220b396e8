"""Reading a download: every file of a folder or zip file, by its path inside."""

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NoReturn

from connector_kit.adoption.download import AdoptionError

_MOST = 1 << 30
"""Bytes that a download may hold: a gigabyte, far beyond any integration."""

_JUNK = {"__MACOSX", "__pycache__", "node_modules", "Thumbs.db", "desktop.ini"}

_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,  # an entry that is encrypted
    ValueError,  # offsets that lead out of the file
)


def read_files(source: Path) -> Mapping[str, bytes]:
    """Return the contents of the files in the folder or zip file *source*, by relative path.

    Nothing is unpacked to disk. What operating systems and tools leave behind is passed over.
    Raises AdoptionError.
    """
    try:
        if source.is_dir():
            return dict(_of_folder(source))
        if source.is_file():
            with zipfile.ZipFile(source) as archive:
                return dict(_of_zip(archive, source))
    except _NO_ZIP as error:
        raise AdoptionError(
            f"{source} cannot be read as a zip file ({error}): name a folder, a zip file or the "
            "id of an integration."
        ) from error
    except OSError as error:
        raise AdoptionError(f"{source} cannot be read: {error}.") from error
    raise AdoptionError(
        f"{source} does not exist: name a folder, a zip file or the id of an integration."
    )


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    size = 0
    for path in _paths(folder):
        size += path.stat().st_size
        if size > _MOST:
            raise _too_big(folder)
        yield path.relative_to(folder).as_posix(), path.read_bytes()


def _paths(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_fail):
        folders[:] = sorted(each for each in folders if not _is_junk(each))
        paths = (Path(parent, name) for name in sorted(names) if not _is_junk(name))
        yield from (path for path in paths if path.is_file())


def _fail(error: OSError) -> NoReturn:
    raise error


def _of_zip(archive: zipfile.ZipFile, source: Path) -> Iterator[tuple[str, bytes]]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if sum(each.file_size for each in entries) > _MOST:
        raise _too_big(source)
    for entry in sorted(entries, key=lambda each: each.filename):
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if not any(map(_is_junk, path.parts)):
            yield path.as_posix(), archive.read(entry)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name in _JUNK


def _too_big(source: Path) -> AdoptionError:
    return AdoptionError(
        f"{source} holds more than a gigabyte: that is no integration. Name its own folder or "
        "zip file."
    )
