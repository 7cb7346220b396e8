"""Files behind signed addresses: anyone with the address may read, for a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

LIFETIME = 15 * 60
"""Seconds that a signed address is valid."""
REMEMBERED = 200
"""Files at a time; the oldest go first."""


@dataclass(frozen=True)
class File:
    """Contents under a name."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass
class Files:
    """Files by the unguessable part of their address."""

    _files: dict[str, tuple[float, File]] = field(default_factory=dict)

    def sign(self, file: File, now: float) -> str:
        """Keep *file* and return its path below the sandbox's own routes."""
        while len(self._files) >= REMEMBERED:
            del self._files[next(iter(self._files))]
        key = secrets.token_hex(24)
        self._files[key] = (now + LIFETIME, file)
        return f"/_sandbox/files/{key}/{file.name}"

    def open(self, key: str, now: float) -> File | None:
        """Return the file of an address that is still good."""
        until, file = self._files.get(key, (0.0, None))
        return file if now < until else None
