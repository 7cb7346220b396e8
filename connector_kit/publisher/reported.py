"""What the platform's install base says of one installation, in whatever form. Pure.

A malformed entry never stops the others: its usable parts are used, and the rest is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from connector_kit import storable

LONGEST = {"_integrationId": 24, "name": 300, "email": 320, "version": storable.VERSION, "tag": 300}
"""Characters that the records have for each text."""

_FLAGS = ("updateInProgress", "sandbox")
_SHOWN = 120


@dataclass(frozen=True)
class Oddity:
    """Something in an entry that cannot be used, or not as it is."""

    installation: str
    """The integration's id; empty where the entry has none."""
    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.installation or 'An entry'}: {self.field} {self.problem}"

    def to_json(self) -> dict[str, str]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Reported:
    """An entry: the integration's id (empty: it cannot be used), its texts and flags."""

    integration_id: str
    values: Mapping[str, Any]
    oddities: tuple[Oddity, ...]


def is_child(entry: Any) -> bool:
    """Tell whether *entry* is a child of framework 2.0, to which nothing can be pushed."""
    return isinstance(entry, dict) and bool(entry.get("_parentId"))


def reported(entry: Any) -> Reported:
    """Read *entry*, an object as in protocol/README.md U28, or whatever came in its place."""
    if not isinstance(entry, dict):
        return Reported("", {}, (Oddity("", "entry", f"is no object: {_shown(entry)}."),))
    problem = _unusable_id(entry.get("_integrationId"))
    if problem:
        return Reported("", {}, (Oddity("", "_integrationId", f"{problem}: {_shown(entry)}."),))
    own = entry["_integrationId"]
    texts = {name: _text(entry.get(name), longest) for name, longest in LONGEST.items()}
    flags = {name: entry.get(name) is True for name in _FLAGS}
    oddities = tuple(Oddity(own, *oddity) for oddity in _oddities(entry))
    return Reported(own, texts | flags, oddities)


def _unusable_id(value: Any) -> str:
    """What keeps *value* from being an id; empty when it can be one."""
    if not isinstance(value, str) or not value:
        return "is missing" if value in (None, "") else "is no text"
    if len(value) > LONGEST["_integrationId"]:
        return "is no id"
    return "is no id" if storable.flaw_of(value) else ""


def _oddities(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, longest in LONGEST.items():
        value = entry.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            yield name, f"is no text: {_shown(value)}."
        elif flaw := next(storable.flaws(value), None):
            yield name, f"contains {flaw.fault.what}; a placeholder replaces it."
        elif len(value) > longest:
            yield name, f"has {len(value)} characters, and was cut to {longest}."
    for name in _FLAGS:
        if not isinstance(entry.get(name), bool | None):
            yield name, f"is neither true nor false: {_shown(entry[name])}."


def _text(value: Any, longest: int) -> str:
    if value is None:
        return ""
    return storable.cut(value if isinstance(value, str) else _shown(value), longest)


def _shown(value: Any) -> str:
    return storable.cut(repr(storable.legible(value)), _SHOWN)
