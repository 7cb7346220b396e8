"""File names made from other people's text, and the names of other people's files.

Only this module makes text part of a file's name. The result is one name, never a path, and means
the same on every file system: few kinds of characters, short, and not a Windows device.
"""

import re

_LONGEST, _LONGEST_WORD = 200, 80
"""Characters; file systems allow 255 bytes, and endings and numbers are added."""

_LONGEST_OF_ALL = 255
_SAFE = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")
_DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}


def file_name(*words: str) -> str:
    """Return one name for a file or a folder, made of *words* with dots between them."""
    parts = [_UNSAFE.sub("_", word)[:_LONGEST_WORD] or "_" for word in words]
    name = ".".join(parts)[:_LONGEST].strip(".").lstrip("-") or "_"
    return f"_{name}" if _is_device(name) else name


def is_file_name(name: str) -> bool:
    """Tell whether *name* is one that `file_name` could have made, ending and number included."""
    return bool(_SAFE.fullmatch(name)) and len(name) <= _LONGEST_OF_ALL and not _is_device(name)


def legible(name: str) -> str:
    """Return *name*, from someone else's archive or folder, in a form that a message can show."""
    return name if name.isprintable() else ascii(name)[1:-1]


def _is_device(name: str) -> bool:
    return name.partition(".")[0].lower() in _DEVICES
