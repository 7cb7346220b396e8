"""Keys and any JSON, per account or per document (protocol/http-api.md#12-state)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """Where keys live: under a document, or with *resource* and *id* empty under the account."""

    account_id: str
    resource: str = ""
    id: str = ""


@dataclass
class States:
    """All keys and their values, kept as the text that was sent."""

    changes: int = 0
    _values: dict[Place, dict[str, bytes]] = field(default_factory=dict)

    def keys(self, place: Place) -> list[str]:
        """Return the keys of *place*, the oldest first."""
        return [*self._values.get(place, {})]

    def get(self, place: Place, key: str) -> bytes | None:
        """Return the JSON text of a value."""
        return self._values.get(place, {}).get(key)

    def put(self, place: Place, key: str, value: bytes) -> bool:
        """Store a value; returns whether the key is new."""
        values = self._values.setdefault(place, {})
        is_new = key not in values
        values[key] = value
        self.changes += 1
        return is_new

    def delete(self, place: Place, key: str) -> bool:
        """Remove a key; returns whether it was there."""
        self.changes += 1
        return self._values.get(place, {}).pop(key, None) is not None

    def clear(self, place: Place) -> None:
        """Remove all keys of *place*."""
        self.changes += 1
        self._values.pop(place, None)

    def items(self) -> list[tuple[Place, str, bytes]]:
        """Return everything."""
        return [
            (place, key, value)
            for place, values in self._values.items()
            for key, value in values.items()
        ]
