"""Reading a download: every file of a folder or zip file, by its path inside."""

import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from connector_kit.adoption.download import AdoptionError

_MOST = 1 << 30
"""Bytes that a download may unpack to: a gigabyte, far beyond any integration."""

_JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}


def read_files(source: Path) -> Mapping[str, bytes]:
    """Return the contents of the files in the folder or zip file *source*, by relative path.

    Nothing is unpacked to disk. What operating systems leave behind is passed over. Raises
    AdoptionError.
    """
    if source.is_dir():
        return dict(_of_folder(source))
    if not source.is_file():
        raise AdoptionError(f"{source} does not exist: name a folder, a zip file or an id.")
    try:
        with zipfile.ZipFile(source) as archive:
            return dict(_of_zip(archive, source))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        # RuntimeError is what zipfile raises for an encrypted entry.
        raise AdoptionError(f"{source} cannot be read as a zip file: {error}") from error


def _of_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not _is_junk(each))
        for name in sorted(names):
            path = Path(parent, name)
            if not _is_junk(name):
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def _of_zip(archive: zipfile.ZipFile, source: Path) -> Iterator[tuple[str, bytes]]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if sum(each.file_size for each in entries) > _MOST:
        raise AdoptionError(f"{source} unpacks to more than a gigabyte: that is no integration.")
    for entry in sorted(entries, key=lambda each: each.filename):
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if not any(map(_is_junk, path.parts)):
            yield path.as_posix(), archive.read(entry)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name in _JUNK
