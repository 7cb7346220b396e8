"""Turning recording on and off: a small file in the home folder, which expires by itself.

Function processes check it about once a second, so no server has to be restarted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from connector_kit.extension.calls import FunctionCall

SWITCH = "recording.json"
"""The name of the file."""

FOLDER = "samples"
"""Where samples are kept, in the home folder, unless told otherwise."""

SAMPLES = 5
MOST_BYTES = 256 * 1024

LIFECYCLE = frozenset({"installer", "uninstaller"})
"""Types of functions that change accounts: recorded only when they are asked for by name."""


@dataclass(frozen=True)
class Recording:
    """What is recorded: *until* when (seconds since the epoch), and into which *folder*.

    Of each function *samples* calls that succeed and as many that fail; of *functions* only, when
    any are named. *masks* are patterns (``*mail``) of the names of fields that hold personal data.
    A call of more than *most_bytes*, its answer included, is left out.
    """

    folder: Path
    until: float
    samples: int = SAMPLES
    functions: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    most_bytes: int = MOST_BYTES

    def wants(self, call: FunctionCall) -> bool:
        """Tell whether *call* is one of those that are recorded."""
        if not isinstance(call.function, str) or not isinstance(call.options, dict):
            return False
        if self.functions:
            return call.function in self.functions
        return call.type not in LIFECYCLE

    def to_json(self) -> dict[str, Any]:
        """Return the recording as JSON; `from_json` reads it back."""
        return {
            "folder": str(self.folder),
            "until": self.until,
            "samples": self.samples,
            "functions": list(self.functions),
            "masks": list(self.masks),
            "mostBytes": self.most_bytes,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the recording that `to_json` wrote."""
        return cls(
            folder=Path(data["folder"]),
            until=float(data["until"]),
            samples=int(data["samples"]),
            functions=tuple(data["functions"]),
            masks=tuple(data["masks"]),
            most_bytes=int(data["mostBytes"]),
        )


def start(home: Path, what: Recording) -> None:
    """Turn recording on; raises OSError when the folders cannot be written to."""
    what.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.mkdir(parents=True, exist_ok=True)
    switch = home / SWITCH
    draft = switch.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(what.to_json()))
    draft.replace(switch)


def stop(home: Path, now: float) -> bool:
    """Turn recording off; tell whether it was on at *now*. Raises OSError."""
    try:
        was_on = recording(home, now) is not None
    except ValueError:
        was_on = True
    (home / SWITCH).unlink(missing_ok=True)
    return was_on


def recording(home: Path, now: float) -> Recording | None:
    """Return what is recorded at *now*, None when nothing is.

    Raises ValueError when the switch cannot be read.
    """
    try:
        text = (home / SWITCH).read_text()
    except FileNotFoundError:
        return None
    try:
        found = Recording.from_json(json.loads(text))
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{home / SWITCH} cannot be read. Delete it.") from error
    return found if now < found.until else None
