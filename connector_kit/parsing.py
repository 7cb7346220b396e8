"""How the words of environment variables become values.

A parser takes the text and returns the value; it raises ValueError with the rest of a sentence
that begins with the variable's name. The text itself is never repeated: it may be a secret.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import dj_database_url

Parse = Callable[[str], Any]

Number = TypeVar("Number", int, float)

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


class Problem(NamedTuple):
    """A setting that cannot be used: which variable, why, and the way out."""

    variable: str
    message: str
    hint: str
    id: str


@dataclass(frozen=True)
class Variable:
    """Where a setting comes from: the environment variable, how its text is read, what it means."""

    name: str
    parse: Parse
    about: str
    number: int
    is_secret: bool = False

    def problem(self, reason: str) -> Problem:
        """Return the problem that *reason*, the end of a sentence about the variable, tells."""
        return Problem(
            variable=self.name,
            message=f"{self.name} {reason}",
            hint=f"{self.about} See docs/settings.md.",
            id=f"connector_kit.E{self.number}",
        )


@dataclass(frozen=True)
class ConnectorEntry:
    """A connector to serve: where its class is, and its marketplace id when that is fixed."""

    target: str
    connector_id: str | None = None


def text(given: str) -> str:
    """Return *given* without blanks around it."""
    return given.strip()


def words(given: str) -> tuple[str, ...]:
    """Return what stands between the commas."""
    return tuple(word.strip() for word in given.split(",") if word.strip())


def path(given: str) -> Path:
    """Return the absolute path; ``~`` is the user's home."""
    return Path(given.strip()).expanduser().absolute()


def boolean(given: str) -> bool:
    """Return true for 1, true, yes, on; false for 0, false, no, off."""
    word = given.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("is neither true nor false: write 1 or 0.")
    return word in _TRUE


def one_of(*choices: str) -> Parse:
    """Return the parser that admits *choices* only, in any case."""

    def parse(given: str) -> str:
        word = given.strip().lower()
        if word not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}.")
        return word

    return parse


def whole(least: int, most: int) -> Parse:
    """Return the parser for whole numbers from *least* to *most*."""
    return _between(int, "a whole number", least, most)


def number(least: float, most: float) -> Parse:
    """Return the parser for numbers from *least* to *most*."""
    return _between(float, "a number", least, most)


def url(given: str) -> str:
    """Return an http address without a slash at its end."""
    address = given.strip().rstrip("/")
    if not _is_address(address, {"http", "https"}):
        raise ValueError("is not an address: write it as https://host or http://host:port.")
    return address


def redis_url(given: str) -> str:
    """Return the address of a Redis server."""
    address = given.strip()
    if not _is_address(address, {"redis", "rediss"}):
        raise ValueError("is not the address of a Redis: write it as redis://host:6379/0.")
    return address


def database_url(given: str) -> str:
    """Return the address of a database that Django knows."""
    address = given.strip()
    try:
        dj_database_url.parse(address)
    except ValueError:
        way_out = "write it as postgresql://user:password@host/name or sqlite:///path/to/file."
        raise ValueError(f"is not the address of a database: {way_out}") from None
    return address


def encryption_keys(given: str) -> tuple[str, ...]:
    """Return the keys: each 32 bytes, written in URL-safe base64."""
    keys = words(given)
    for place, key in enumerate(keys, start=1):
        if not _is_encryption_key(key):
            raise ValueError(
                f"has something else than a key at place {place}: a key is 32 bytes in URL-safe "
                "base64, 44 characters. 'manage.py embedded new-key' makes one."
            )
    if len(keys) != len(set(keys)):
        raise ValueError("has the same key twice: each stands once.")
    return keys


def connectors(given: str) -> tuple[ConnectorEntry, ...]:
    """Return the connectors to serve, each written as ``[<connectorId>=]module[:Class]``."""
    entries = tuple(map(_connector, words(given)))
    ids = [entry.connector_id for entry in entries if entry.connector_id]
    if len(ids) != len(set(ids)):
        raise ValueError("gives one connectorId to two connectors: each id stands once.")
    return entries


def _is_encryption_key(word: str) -> bool:
    try:
        return len(base64.b64decode(word, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


def _connector(word: str) -> ConnectorEntry:
    connector_id, _, target = word.rpartition("=")
    if not target.strip() or ("=" in word and not connector_id.strip()):
        raise ValueError(f"cannot use {word!r}: write it as [<connectorId>=]module[:Class].")
    return ConnectorEntry(target.strip(), connector_id.strip() or None)


def _between(
    convert: Callable[[str], Number], kind: str, least: Number, most: Number
) -> Callable[[str], Number]:
    def parse(given: str) -> Number:
        try:
            value = convert(given)
        except ValueError:
            raise ValueError(f"is not {kind}: write one from {least} to {most}.") from None
        if not least <= value <= most:
            raise ValueError(f"is out of bounds: write {kind} from {least} to {most}.")
        return value

    return parse


def _is_address(address: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
