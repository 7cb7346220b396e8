"""The project that a command runs in: the author's package, its settings, and its data."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from connector_kit.errors import ConnectorKitError
from connector_kit.home import HOME_VARIABLE

TABLE = "[tool.connector-kit]"
SETTINGS = "connector_kit.server.settings"


class ProjectError(ConnectorKitError):
    """A project's ``pyproject.toml`` or ``.env`` cannot be used."""

    code = "invalid_project"


@dataclass(frozen=True)
class Project:
    """What ``[tool.connector-kit]`` in the ``pyproject.toml`` of *root* says."""

    root: Path
    connectors: tuple[str, ...] = ()
    """Modules or classes, each as in ``CONNECTOR_KIT_CONNECTORS``."""
    diy: tuple[str, ...] = ()
    """Modules with hooks that need no connector, as in ``CONNECTOR_KIT_DIY``."""
    settings: str = SETTINGS
    """Django's settings."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that say the same."""
        named = {
            "DJANGO_SETTINGS_MODULE": self.settings,
            HOME_VARIABLE: str(self.root / "var"),
            "CONNECTOR_KIT_CONNECTORS": ",".join(self.connectors),
            "CONNECTOR_KIT_DIY": ",".join(self.diy),
        }
        return {name: value for name, value in named.items() if value}


def find(start: Path) -> Project | None:
    """Return the project that *start* lies in; None if there is none.

    Raises `ProjectError` for a table that cannot be used.
    """
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file() and (table := _table(file)) is not None:
            return _project(folder, table, file)
    return None


def enter(start: Path, environment: MutableMapping[str, str]) -> Project | None:
    """Find the project of *start*, and add its settings to *environment*, as far as unset.

    Also reads ``.env`` beside the project's ``pyproject.toml`` (without a project, in *start*), and
    makes the project's modules importable. Raises `ProjectError`.
    """
    project = find(start)
    root = project.root if project else start
    try:
        kept = dotenv_values(root / ".env", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ProjectError(f"{root / '.env'} cannot be read: {error}.") from error
    said = project.environment if project else {"DJANGO_SETTINGS_MODULE": SETTINGS}
    for name, value in {**said, **kept}.items():
        if value is not None:
            environment.setdefault(name, value)
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return project


def _table(file: Path) -> Mapping[str, Any] | None:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProjectError(f"{file} cannot be read: {error}.") from error
    table = content.get("tool", {}).get("connector-kit")
    if table is not None and not isinstance(table, dict):
        raise ProjectError(f"{file}: {TABLE} must be a table.")
    return table


def _project(root: Path, table: Mapping[str, Any], file: Path) -> Project:
    known = {field.name for field in fields(Project)} - {"root"}
    for name, value in table.items():
        if name not in known:
            hint = f"It has {', '.join(sorted(known))}."
            if similar := get_close_matches(name, known, 1):
                hint = f"Did you mean {similar[0]!r}?"
            raise ProjectError(f"{file}: {TABLE} has an unknown key {name!r}. {hint}")
        if name == "settings":
            if not isinstance(value, str) or not value:
                raise ProjectError(f'{file}: {name} in {TABLE} must be text, such as "{SETTINGS}".')
        elif not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ProjectError(f'{file}: {name} in {TABLE} must be a list, such as ["my_package"].')
    lists = {name: tuple(table[name]) for name in ("connectors", "diy") if name in table}
    return Project(root, **lists, settings=table.get("settings", SETTINGS))
