"""What is wrong with a declaration, as values: all of it at once, each with the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from connector_kit.errors import ConnectorKitError

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """What a rule found; *id* is its stable number, ``E012`` or ``W003``."""

    id: str
    message: str
    hint: str


@dataclass(frozen=True)
class Problem:
    """A finding with its place: the connector's class and, if it is in one, the attribute.

    An error keeps the connector from being compiled; a warning is reported by
    ``connector-kit check``.
    """

    connector: str
    attribute: str | None
    message: str
    hint: str
    id: str
    place: str = ""
    """Where the attribute is declared, as ``file.py:12``; empty while nobody has looked."""

    @property
    def level(self) -> Level:
        """``"error"`` or ``"warning"``."""
        return "warning" if self.id.rpartition(".")[2].startswith("W") else "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.hint} ({self.id})"

    @property
    def field(self) -> str:
        """The class and the attribute: ``Orders.shop``."""
        return self.connector if self.attribute is None else f"{self.connector}.{self.attribute}"

    @property
    def where(self) -> str:
        """The file and line, if known, and the attribute: ``orders.py:12: Orders.shop``."""
        return f"{self.place}: {self.field}" if self.place else self.field


class DeclarationError(ConnectorKitError):
    """A connector cannot be compiled; `problems` lists everything that must be fixed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def placed(connector: str, attribute: str | None, finding: Finding) -> Problem:
    """Return *finding* as a problem of *connector*'s *attribute*."""
    return Problem(
        connector, attribute, finding.message, finding.hint, f"connector_kit.{finding.id}"
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"Did you mean …? "``, or nothing when no known word is close."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f"Did you mean {close[0]!r}? " if close else ""
