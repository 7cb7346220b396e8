"""What an update needs a customer for: connections to log in to, and what waits for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connector_kit.documents import Document


@dataclass(frozen=True)
class Waiting:
    """What waits for a connection: *steps* of a flow, by name, a new flow that *is_off* so long.

    Without steps it is an export or import that would move to the connection.
    """

    external_id: str
    name: str
    steps: tuple[str, ...] = ()
    is_off: bool = False

    def __str__(self) -> str:
        if self.is_off:
            return f"the new flow {self.name}"
        count = len(self.steps)
        if not count:
            return self.name
        return f"{count} {'step' if count == 1 else 'steps'} of the flow {self.name}"

    def to_json(self) -> Document:
        """Return it as JSON."""
        return {
            "external_id": self.external_id,
            "name": self.name,
            "steps": list(self.steps),
            "is_off": self.is_off,
        }


@dataclass(frozen=True)
class Need:
    """A connection that someone must log in to, by its external id, and what waits for it."""

    connection: str
    name: str
    waiting: tuple[Waiting, ...] = ()

    def __str__(self) -> str:
        is_one = len(self.waiting) == 1 and len(self.waiting[0].steps) <= 1
        what = "; ".join(map(str, self.waiting))
        return f"connect {self.name}; {what} {'waits' if is_one else 'wait'} for it"

    def to_json(self) -> Document:
        """Return it as JSON, with a *message* for the publisher's people."""
        return {
            "connection": self.connection,
            "name": self.name,
            "message": str(self),
            "waiting": [waiting.to_json() for waiting in self.waiting],
        }

    @classmethod
    def from_json(cls, data: Document) -> Need:
        """Return what `to_json` wrote."""
        waiting = (
            Waiting(
                external_id=item["external_id"],
                name=item["name"],
                steps=tuple(item["steps"]),
                is_off=item["is_off"],
            )
            for item in data["waiting"]
        )
        return cls(data["connection"], data["name"], tuple(waiting))


def in_words(needs: Iterable[Need]) -> str:
    """Return *needs* as a sentence for the publisher's people; empty without any."""
    sentences = ". ".join(map(str, needs))
    return f"Waits for the customer: {sentences}." if sentences else ""
