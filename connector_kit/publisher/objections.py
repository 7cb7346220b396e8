"""What stands against a publication, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Objection:
    """One thing that the marketplace would refuse, or that would fail at the first customer."""

    code: str
    field: str
    """Where it is: an attribute of the class, or a field of the stack record or the listing."""
    message: str
    hint: str

    def to_json(self) -> dict[str, str]:
        """Return the objection as JSON."""
        return asdict(self)
