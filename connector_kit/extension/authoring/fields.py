"""How the platform's JSON is read under Python names: field by field, when it is asked for.

A page of records can be megabytes, and only the author's code reads it, so nothing is copied or
checked ahead of time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, Never, Self, TypeVar, overload

from connector_kit.blueprint import Entitlements, Offer
from connector_kit.blueprint.entitlements import of_call
from connector_kit.blueprint.offers import NOTHING
from connector_kit.extension.errors import ExtensionError
from connector_kit.extension.words import sort_of

T = TypeVar("T")
J = TypeVar("J", bound="JsonObject")


@dataclass(frozen=True, repr=False)
class JsonObject:
    """A JSON object of the platform.

    *raw* is the object itself, with fields that the kit does not know yet. A field that the
    platform left out, or sent as null, reads as empty: ``""``, ``0``, ``False``, ``[]``, ``{}``, or
    None for times and for values of any shape.
    """

    raw: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return ids by value and all else by name: it may be a secret, or a customer's."""
        fields = []
        for name, value in self.raw.items() if isinstance(self.raw, Mapping) else ():
            is_id = name == "_id" or (name.startswith("_") and name.endswith("Id"))
            fields.append(f"{name}={value!r}" if is_id and isinstance(value, str) else name)
        return f"<{type(self).__name__} {', '.join(fields) or 'without fields'}>"


class Option(Generic[T]):
    """A field of a `JsonObject`: its *name* on the wire, and how its value is read.

    *read* returns None for a value that is not what it expects. *within* names an object that is
    searched, too, for a field that may be in either place (protocol/README.md U7).
    """

    def __init__(
        self,
        name: str,
        read: Callable[[Any], T | None],
        empty: Callable[[], T],
        expected: str,
        *,
        within: str | None = None,
    ) -> None:
        self.name = name
        self._read = read
        self._empty = empty
        self._expected = expected
        self._within = within

    @overload
    def __get__(self, parent: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, parent: JsonObject, owner: type[Any]) -> T: ...

    def __get__(self, parent: JsonObject | None, owner: type[Any]) -> Self | T:
        """Return the value; raises ExtensionError when the platform sent something else."""
        if parent is None:
            return self
        sent = parent.raw.get(self.name)
        if sent is None and self._within is not None:
            around = parent.raw.get(self._within)
            sent = around.get(self.name) if isinstance(around, Mapping) else None
        if sent is None:
            return self._empty()
        value = self._read(sent)
        if value is None:
            raise ExtensionError(
                "invalid_field",
                f"The option {self.name} must be {self._expected}, not {sort_of(sent)}.",
            )
        return value

    def __set__(self, parent: JsonObject, value: Never) -> None:
        """Refuse: options are what the platform sent."""
        raise AttributeError(f"{self.name} is what the platform sent and cannot be changed.")


def text(name: str, *, within: str | None = None) -> Option[str]:
    """Return the field *name* that holds a text."""
    return Option(name, _if_a(str), str, "text", within=within)


def flag(name: str) -> Option[bool]:
    """Return the field *name* that is true or false."""
    return Option(name, _if_a(bool), bool, "true or false")


def whole(name: str) -> Option[int]:
    """Return the field *name* that holds a whole number."""

    def read(sent: Any) -> int | None:
        is_whole = isinstance(sent, int) or (isinstance(sent, float) and sent.is_integer())
        return int(sent) if is_whole and not isinstance(sent, bool) else None

    return Option(name, read, int, "a whole number")


def listing(name: str) -> Option[list[Any]]:
    """Return the field *name* that holds a list."""
    return Option(name, _if_a(list), list, "a list")


def mapping(name: str, *, within: str | None = None) -> Option[dict[str, Any]]:
    """Return the field *name* that holds an object."""
    return Option(name, _if_a(dict), dict, "an object", within=within)


def moment(name: str) -> Option[datetime | None]:
    """Return the field *name* that holds a time; text is read as ISO 8601."""
    return Option(name, time_of, lambda: None, "a time such as 2026-01-31T12:00:00Z")


def anything(name: str, *, within: str | None = None) -> Option[Any]:
    """Return the field *name*, whose value may have any shape."""
    return Option(name, lambda sent: sent, lambda: None, "anything", within=within)


def part(name: str, of: type[J]) -> Option[J]:
    """Return the field *name* that holds an object with fields of its own."""

    def read(sent: Any) -> J | None:
        return of(sent) if isinstance(sent, dict) else None

    return Option(name, read, lambda: of({}), "an object")


def time_of(sent: Any) -> datetime | None:
    """Return *sent* as a time, None when it is none; one without a zone is in UTC."""
    if isinstance(sent, datetime):
        return sent
    try:
        time = datetime.fromisoformat(sent) if isinstance(sent, str) else None
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _if_a(kind: type[T]) -> Callable[[Any], T | None]:
    def read(sent: Any) -> T | None:
        return sent if isinstance(sent, kind) else None

    return read


@dataclass(frozen=True, repr=False)
class Options(JsonObject):
    """What every function gets: a one-time token for the account it is called for.

    *offer* has the editions, add-ons and stores of the connector whose function is called.
    """

    offer: Offer = NOTHING

    bearer_token = text("bearerToken")

    @property
    def entitlements(self) -> Entitlements:
        """What the customer has: edition, add-ons, stores, as far as the call tells.

        A hook sees what is installed, a settings function what the license grants
        (`connector_kit.blueprint.entitlements.of_call`).
        """
        return of_call(self.offer, self.raw if isinstance(self.raw, Mapping) else {})
