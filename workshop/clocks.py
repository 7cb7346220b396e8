"""Clocks that are wrong: processes that run on a different time than the machine.

Monotonic clocks are unchanged: machines disagree about the time of day only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workshop import debian
from workshop.debian import PackageMissing

LIBRARIES = Path("/usr/lib")


def off_by(offset: str) -> Mapping[str, str]:
    """The environment of a process whose clock is *offset* (``+7m``, ``-40s``) off.

    Raises `PackageMissing` where libfaketime is neither there nor to be installed.
    """
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _library() -> Path:
    if found := _installed():
        return found
    debian.install("faketime", "clocks are set apart with it")
    if found := _installed():
        return found
    raise PackageMissing(f"libfaketime was installed, and is not found under {LIBRARIES}.")


def _installed() -> Path | None:
    return next(LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"), None)
