"""How the words of environment variables become values.

A parser takes the text and returns the value; it raises ValueError with the rest of a sentence
that begins with the variable's name. The text itself is never repeated: it may be a secret.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dj_database_url

from connector_kit import redis_address
from connector_kit.client_address import Proxies
from connector_kit.licensing import days

Parse = Callable[[str], Any]

Number = TypeVar("Number", int, float)

SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes of a key that signs webhooks, as Standard Webhooks has them."""

MOST_PROXIES = 9
"""In a row; a larger number is a mistake."""

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class ConnectorEntry:
    """A connector to serve: where its class is, and its marketplace id when that is fixed."""

    target: str
    connector_id: str | None = None


def text(raw: str) -> str:
    """Return *raw* without blanks around it."""
    return raw.strip()


def words(raw: str) -> tuple[str, ...]:
    """Return the words between the commas."""
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def path(raw: str) -> Path:
    """Return the absolute path; ``~`` is the user's home."""
    return Path(raw.strip()).expanduser().absolute()


def boolean(raw: str) -> bool:
    """Return true for 1, true, yes, on; false for 0, false, no, off."""
    word = raw.strip().lower()
    if word not in _TRUE | _FALSE:
        raise ValueError("is neither true nor false. Use 1 or 0.")
    return word in _TRUE


def one_of(*choices: str) -> Parse:
    """Return the parser that admits *choices* only, in any case."""

    def parse(raw: str) -> str:
        word = raw.strip().lower()
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


def rate(raw: str) -> str:
    """Return how many in which time, as ``600/minute``."""
    word = raw.strip().lower()
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(second|minute|hour|day)", word):
        raise ValueError("is not a rate. Use 600/minute (or second, hour, day).")
    return word


def url(raw: str) -> str:
    """Return an http address without a slash at its end."""
    address = raw.strip().rstrip("/")
    if not _is_address(address, {"http", "https"}):
        raise ValueError("is not an address. Use https://host or http://host:port.")
    return address


def redis_url(raw: str) -> str:
    """Return the address of a Redis server, in the spelling that all its clients read alike."""
    return redis_address.canonical(raw.strip())


def database_url(raw: str) -> str:
    """Return the address of a database that Django knows."""
    address = raw.strip()
    try:
        dj_database_url.parse(address)
    except ValueError:
        way_out = "use postgresql://user:password@host/name or sqlite:///path/to/file."
        raise ValueError(f"is not the address of a database: {way_out}") from None
    return address


def time_zone(raw: str) -> str:
    """Return the name of a time zone that exists."""
    try:
        return days.zone(raw.strip()).key
    except ValueError:
        raise ValueError("is not a time zone. Use one such as Europe/Berlin.") from None


def webhook_secrets(raw: str) -> tuple[str, ...]:
    """Return the secrets of webhooks, each of 24 to 64 bytes in base64 after ``whsec_``."""
    secrets = words(raw)
    for secret in secrets:
        try:
            key = b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        # The library of Standard Webhooks takes weaker ones, too.
        if not secret.startswith("whsec_") or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
            way_out = "write each as whsec_ and 24 to 64 random bytes in base64."
            raise ValueError(f"contains an invalid secret: {way_out}")
    return secrets


def email_url(raw: str) -> str:
    """Return the address of a mail server."""
    address = raw.strip()
    if address != "console://" and not _is_address(address, {"smtp", "smtps"}):
        raise ValueError("is not a mail server. Use smtp://user:password@host:587.")
    return address


def encryption_keys(raw: str) -> tuple[str, ...]:
    """Return the keys: each 32 bytes, written in URL-safe base64."""
    keys = words(raw)
    for place, key in enumerate(keys, start=1):
        try:
            size = len(b64decode(key, altchars=b"-_", validate=True))
        except ValueError:
            size = 0
        if size != 32:
            raise ValueError(
                f"has an invalid key at position {place}. A key is 32 bytes in URL-safe base64, "
                "44 characters. To generate one, run 'connector-kit embedded new-key'."
            )
    if len(keys) != len(set(keys)):
        raise ValueError("contains the same key twice. List each key once.")
    return keys


def proxies(raw: str) -> Proxies:
    """Return the proxies: how many stand one behind the other, or in which networks they are."""
    entries = words(raw)
    try:
        if len(entries) == 1 and entries[0].isdecimal() and int(entries[0]) <= MOST_PROXIES:
            return Proxies(count=int(entries[0]))
        return Proxies(networks=tuple(ip_network(entry, strict=False) for entry in entries))
    except ValueError:
        way_out = f"write a number up to {MOST_PROXIES}, or networks such as 10.0.0.0/8,fd00::/8."
        raise ValueError(f"does not identify proxies: {way_out}") from None


def connectors(raw: str) -> tuple[ConnectorEntry, ...]:
    """Return the connectors to serve, each written as ``[<connectorId>=]module[:Class]``."""
    entries: list[ConnectorEntry] = []
    for word in words(raw):
        connector_id, _, target = word.rpartition("=")
        if not target.strip() or ("=" in word and not connector_id.strip()):
            raise ValueError(
                f"contains {word!r}, which is not valid. Use [<connectorId>=]module[:Class]."
            )
        entries.append(ConnectorEntry(target.strip(), connector_id.strip() or None))
    ids = [entry.connector_id for entry in entries if entry.connector_id]
    if len(ids) != len(set(ids)):
        raise ValueError("gives the same connectorId to two connectors. Use each id once.")
    return tuple(entries)


def _between(
    convert: Callable[[str], Number], kind: str, least: Number, most: Number
) -> Callable[[str], Number]:
    def parse(raw: str) -> Number:
        try:
            value = convert(raw)
        except ValueError:
            raise ValueError(f"is not {kind}. Use one from {least} to {most}.") from None
        if not least <= value <= most:
            raise ValueError(f"is out of range. Use {kind} from {least} to {most}.")
        return value

    return parse


def _is_address(address: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
