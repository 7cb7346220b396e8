"""What the platform's install base says of one installation, in whatever form. Pure.

A malformed entry never stops the others: its usable parts are used, and the rest is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from connector_kit import storable

LONGEST = {
    "_integrationId": 24,
    "_parentId": 24,
    "name": 300,
    "email": 320,
    "version": storable.VERSION,
    "tag": 300,
}
"""Characters that the records have for each text; ``_parentId`` is there for a child of framework
2.0."""

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


def reported(entry: Any) -> Reported:
    """Read *entry*, an object as in protocol/README.md U28, or whatever came in its place."""
    if not isinstance(entry, dict):
        return Reported("", {}, (Oddity("", "entry", f"is no object: {_shown(entry)}."),))
    problem = ""
    own: Any = entry.get("_integrationId")
    if not isinstance(own, str) or not own:
        problem = "is missing" if own in (None, "") else "is no text"
    elif len(own) > LONGEST["_integrationId"] or storable.flaw_of(own):
        problem = "is no id"
    if problem:
        return Reported("", {}, (Oddity("", "_integrationId", f"{problem}: {_shown(entry)}."),))
    texts = {}
    for name, longest in LONGEST.items():
        value = entry.get(name)
        text = value if isinstance(value, str) else "" if value is None else _shown(value)
        texts[name] = storable.cut(text, longest)
    flags = {name: entry.get(name) is True for name in _FLAGS}
    oddities = tuple(Oddity(own, *oddity) for oddity in _oddities(entry))
    return Reported(own, texts | flags, oddities)


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


def _shown(value: Any) -> str:
    return storable.cut(repr(storable.legible(value)), _SHOWN)
