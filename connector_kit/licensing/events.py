"""What a web shop reports about a subscription, as values; all problems are reported at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from connector_kit.licensing import days
from connector_kit.licensing.errors import LicensingError, Problem
from connector_kit.licensing.policy import MOST_DAYS, MOST_STORES

_LONGEST_WORD = 200
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Kind(StrEnum):
    """What happened to a subscription; of two at one moment, the one further down counts last."""

    SIGNED_UP = "signed_up"
    SUBSCRIBED = "subscribed"
    CHANGED = "changed"
    PAYMENT_FAILED = "payment_failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Event:
    """A subscription's event at *occurred_at*; *id* is the sender's and never changes.

    *data* holds JSON values that have been checked (`parse_event`).
    """

    id: str
    occurred_at: datetime
    subscription: str
    kind: Kind
    data: Mapping[str, Any]


def _text(value: Any) -> str:
    is_text = isinstance(value, str) and value.isprintable() and bool(value.strip())
    if not is_text or len(value) > _LONGEST_WORD:
        raise ValueError(f"write a printable text of at most {_LONGEST_WORD} characters.")
    return str(value.strip())


def _email(value: Any) -> str:
    address = _text(value)
    if not _EMAIL.fullmatch(address):
        raise ValueError("write the e-mail address of a user of integrator.io.")
    return address


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false.")  # noqa: TRY004 - one error for every bad value
    return value


def _count(most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise ValueError(f"write a whole number from 0 to {most}.")
        return value

    return read


def _words(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError('write a list of names, such as ["payouts"].')  # noqa: TRY004
    return sorted({_text(item) for item in value})


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "connector": _text,
    "email": _email,
    "sandbox": _flag,
    "edition": _text,
    "add_ons": _words,
    "stores": _count(MOST_STORES),
    "time_zone": lambda value: days.zone(_text(value)).key,
    "trial_days": _count(MOST_DAYS),
    "paid_through": lambda value: days.day(_text(value)).isoformat(),
    "at_once": _flag,
}
_CHOICES = ("edition", "add_ons", "stores")
_ALLOWED: dict[Kind, tuple[str, ...]] = {
    Kind.SIGNED_UP: ("connector", "email", "sandbox", "time_zone", "trial_days", *_CHOICES),
    Kind.SUBSCRIBED: ("paid_through", "time_zone", *_CHOICES),
    Kind.CHANGED: ("paid_through", "time_zone", *_CHOICES),
    Kind.PAYMENT_FAILED: ("paid_through",),
    Kind.CANCELLED: ("paid_through", "at_once"),
}
_REQUIRED: dict[Kind, tuple[str, ...]] = {
    Kind.SIGNED_UP: ("email",),
    Kind.SUBSCRIBED: ("paid_through",),
}


def parse_event(
    *, event_id: Any, occurred_at: Any, subscription: Any, kind: Any, data: Any
) -> Event:
    """Read an event; raises `LicensingError` with every problem that it has."""
    problems: list[Problem] = []

    def read(field: str, reader: Callable[[Any], Any], value: Any) -> Any:
        if value is None or value == "":
            problems.append(Problem("missing_required_field", f"{field} is missing.", field))
            return None
        try:
            return reader(value)
        except ValueError as error:
            problems.append(Problem("invalid_field", str(error), field))
            return None

    what: Kind | None = read("type", _kind, kind)
    fields = {} if data is None else data
    event = Event(
        id=read("id", _text, event_id),
        occurred_at=read("occurred_at", _moment, occurred_at),
        subscription=read("subscription", _text, subscription),
        kind=what or Kind.CHANGED,
        data={},
    )
    if not isinstance(fields, Mapping):
        problems.append(Problem("invalid_field", "write an object.", "data"))
    elif what:
        problems.extend(
            Problem("missing_required_field", f"{what} needs {name}.", name)
            for name in _REQUIRED.get(what, ())
            if name not in fields
        )
        allowed = ", ".join(_ALLOWED[what])
        problems.extend(
            Problem("unknown_field", f"{what} has no {name}; there are {allowed}.", name)
            for name in fields
            if name not in _ALLOWED[what]
        )
        known = {name: value for name, value in fields.items() if name in _FIELDS}
        checked = {name: read(name, _FIELDS[name], value) for name, value in known.items()}
        event = replace(event, data=checked)
    if problems:
        raise LicensingError(*problems)
    return event


def _moment(value: Any) -> datetime:
    try:
        moment = days.instant(_text(value))
    except (ValueError, OverflowError) as error:
        raise ValueError("write an ISO 8601 date such as 2027-01-31T10:00:00Z.") from error
    if not days.FIRST_DAY <= moment.date() <= days.LAST_DAY:
        raise ValueError(f"name a moment from {days.FIRST_DAY} to {days.LAST_DAY}.")
    return moment


def _kind(value: Any) -> Kind:
    word = _text(value).removeprefix("subscription.")
    try:
        return Kind(word)
    except ValueError:
        raise ValueError(f"there are {', '.join(Kind)}.") from None
