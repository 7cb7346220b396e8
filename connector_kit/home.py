"""The folder for the kit's data on this machine; usable without Django."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from connector_kit import parsing

HOME_VARIABLE = "CONNECTOR_KIT_HOME"

HOME = Path("var").absolute()
"""The default home folder: below the folder in which the kit is started."""


def home_of(environment: Mapping[str, str]) -> Path:
    """Return the home folder that *environment* names, else the default."""
    named = environment.get(HOME_VARIABLE, "")
    return parsing.path(named) if named.strip() else HOME


def kept_secret(file: Path, make: Callable[[], str]) -> str:
    """Return the secret in *file*, created on first use; all processes get the same one.

    Readable by its owner only.
    """
    if not file.exists():
        secret = make()
        draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secret)
        try:
            os.link(draft, file)  # in one step
        except FileExistsError:
            pass  # another process was faster
        finally:
            draft.unlink()
    return file.read_text()
