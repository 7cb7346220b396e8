"""The folder for what the kit keeps on this machine; known without Django."""

from collections.abc import Mapping
from pathlib import Path

from connector_kit import parsing

HOME_VARIABLE = "CONNECTOR_KIT_HOME"

HOME = Path("var").absolute()
"""Where the kit keeps things unless told otherwise: below the folder it is started in."""


def home_of(environment: Mapping[str, str]) -> Path:
    """Return the home folder that *environment* names, else the default."""
    named = environment.get(HOME_VARIABLE, "")
    return parsing.path(named) if named.strip() else HOME
