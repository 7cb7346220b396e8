"""How the licenses of an edition end: trial, reminders, grace.

Policies are written down as rules, each for one connector or all, one edition or all::

    {"*": {"grace_days": 14, "reminder_days": [30, 7, 1]},
     "premium": {"grace_days": 30},
     "commerce-hub/*": {"trial_days": 30}}

A license's policy takes each number from the most specific rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

ANY = "*"
MOST_DAYS = 3660
"""Ten years: the largest number of days, in policies and in actions on licenses."""
MOST_STORES = 10_000
"""Stores of one license."""


@dataclass(frozen=True)
class LicensePolicy:
    """What happens around the end of a license; all numbers are whole days.

    *reminder_days* are the days before the end on which the customer is reminded. Grace begins when
    the last day is over: the installation runs until the grace has ended, too.
    """

    trial_days: int = 14
    grace_days: int = 14
    trial_grace_days: int = 0
    reminder_days: tuple[int, ...] = (30, 7, 1)
    trial_reminder_days: tuple[int, ...] = (3, 1)

    def grace(self, *, is_trial: bool) -> int:
        """Days of grace."""
        return self.trial_grace_days if is_trial else self.grace_days

    def reminders(self, *, is_trial: bool) -> tuple[int, ...]:
        """Days before the end on which the customer is reminded."""
        return self.trial_reminder_days if is_trial else self.reminder_days


@dataclass(frozen=True)
class PolicyRule:
    """What a policy says of the licenses of one connector (or ``*``) and edition (or ``*``)."""

    connector: str
    edition: str
    values: tuple[tuple[str, Any], ...]

    def covers(self, connector: str, edition: str) -> bool:
        """Whether the rule is about such a license."""
        return self.connector in (ANY, connector) and self.edition in (ANY, edition.lower())

    @property
    def closeness(self) -> tuple[bool, bool]:
        """How specific the rule is: a connector weighs more than an edition."""
        return self.connector != ANY, self.edition != ANY


def policy_for(
    rules: Iterable[PolicyRule], connector: str, edition: str, *, trial_days: int | None = None
) -> LicensePolicy:
    """Return the policy of the licenses of *connector* with *edition* (empty when it has none).

    *trial_days* are those that the connector's class declares: they count unless a rule sets
    others.
    """
    covering = [rule for rule in rules if rule.covers(connector, edition)]
    values: dict[str, Any] = {} if trial_days is None else {"trial_days": trial_days}
    for rule in sorted(covering, key=lambda item: item.closeness):
        values.update(rule.values)
    return LicensePolicy(**values)


def parse_policies(text: str) -> tuple[PolicyRule, ...]:
    """Read the rules from JSON; raises ValueError with the rest of a sentence about them."""
    try:
        read = json.loads(text)
    except ValueError as error:
        raise ValueError(f"is not JSON ({error}).") from None
    if not isinstance(read, dict):
        message = 'must be a JSON object such as {"*": {"grace_days": 14}}.'
        raise ValueError(message)  # noqa: TRY004 - one error for every bad value
    return tuple(_rule(place, values) for place, values in read.items())


def _rule(place: str, values: Any) -> PolicyRule:
    connector, slash, edition = place.rpartition("/")
    if not edition or (slash and not connector):
        raise ValueError(
            f'has the rule {place!r}. Use "<edition>", "<connector>/<edition>" or "*".'
        )
    if not isinstance(values, Mapping):
        message = f'has no object for {place!r}. Use {{"grace_days": 14}}, for instance.'
        raise ValueError(message)  # noqa: TRY004
    numbers: list[tuple[str, Any]] = []
    for name, value in values.items():
        reader = _READERS.get(name)
        if reader is None:
            known = ", ".join(_READERS)
            raise ValueError(f"has the unknown option {name!r} for {place!r}. Available: {known}.")
        try:
            numbers.append((name, reader(value)))
        except ValueError as error:
            raise ValueError(f"has an invalid {name} for {place!r}: {error}") from None
    return PolicyRule(connector or ANY, edition.lower(), tuple(numbers))


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_DAYS:
        raise ValueError(f"use a whole number from 0 to {MOST_DAYS}.")
    return value


def _several(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise ValueError("use a list of days such as [30, 7, 1].")  # noqa: TRY004
    return tuple(sorted({_days(item) for item in value}, reverse=True))


_READERS: dict[str, Callable[[Any], Any]] = {
    field.name: _several if field.name.endswith("reminder_days") else _days
    for field in fields(LicensePolicy)
}
