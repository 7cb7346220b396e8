"""What an examination says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from connector_kit.documents import Document


class Level(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as it should."""
    BROKEN = "broken"
    UNCHECKED = "unchecked"
    """It cannot be examined before something else works."""


@dataclass(frozen=True)
class Finding:
    """How one thing stands; *hint* is the way out, empty where none is needed."""

    about: str
    """What was examined, such as ``token``."""
    level: Level
    message: str
    hint: str = ""
    code: str = ""
    """What is wrong, for programs; empty where nothing is."""

    def to_json(self) -> Document:
        """Return the finding as JSON."""
        return {
            "about": self.about,
            "level": self.level.value,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }


@dataclass(frozen=True)
class Report:
    """All findings, in the order in which things depend on each other."""

    findings: tuple[Finding, ...]

    @property
    def is_broken(self) -> bool:
        """Whether something does not work."""
        return any(finding.level is Level.BROKEN for finding in self.findings)

    def to_json(self) -> Document:
        """Return ``{"status": "ok" | "broken", "findings"}``."""
        return {
            "status": "broken" if self.is_broken else "ok",
            "findings": [finding.to_json() for finding in self.findings],
        }


def ok(about: str, message: str) -> Finding:
    """Return the finding that *about* works, with what was seen."""
    return Finding(about, Level.OK, message)


def broken(about: str, code: str, message: str, hint: str) -> Finding:
    """Return the finding that *about* does not work."""
    return Finding(about, Level.BROKEN, message, hint, code)


def warning(about: str, code: str, message: str, hint: str) -> Finding:
    """Return the finding that *about* does not work as it should."""
    return Finding(about, Level.WARNING, message, hint, code)


def unchecked(about: str, why: str) -> Finding:
    """Return the finding that *about* cannot be examined yet."""
    return Finding(about, Level.UNCHECKED, f"Not checked: {why}.", code="not_checked")
