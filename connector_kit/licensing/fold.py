"""From a shop's events to the license that they call for.

Events arrive in any order and more than once. Nothing here depends on that: the events of a
subscription are put in the order in which they happened, and read from the first to the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from connector_kit.licensing import days
from connector_kit.licensing.events import Event, Kind
from connector_kit.licensing.policy import LicensePolicy

PolicyOf = Callable[[str], LicensePolicy]
"""The policy of an edition, empty for licenses that name none."""

_RANK = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Entitlement:
    """The license that a subscription results in; None leaves a value to the platform's."""

    email: str
    ends: date
    connector: str = ""
    sandbox: bool = False
    time_zone: str = "UTC"
    is_trial: bool = True
    grace_days: int = 0
    edition: str = ""
    add_ons: tuple[str, ...] | None = None
    stores: int | None = None
    past_due_since: datetime | None = None
    cancelled_at: datetime | None = None
    off_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the entitlement as JSON."""
        moments = ("past_due_since", "cancelled_at", "off_at")
        values = asdict(self) | {"ends": self.ends.isoformat()}
        return values | {name: days.stamp(values[name]) for name in moments if values[name]}


def fold(
    events: Iterable[Event],
    *,
    policy_of: PolicyOf = lambda _: LicensePolicy(),
    time_zone: str = "UTC",
) -> Entitlement | None:
    """Return the result of *events*, all of one subscription; None before its sign-up.

    The same for every order and any number of repetitions. *policy_of* returns the policy of an
    edition; its trial, and *time_zone*, are the defaults if the sign-up names none. A change of
    edition does not shorten the grace that was promised for a last day.
    """
    once = {event.id: event for event in events}
    entitled: Entitlement | None = None
    # A sign-up comes first, whatever the clocks say.
    in_order = sorted(
        once.values(),
        key=lambda event: (
            event.kind is not Kind.SIGNED_UP,
            event.occurred_at,
            _RANK[event.kind],
            event.id,
        ),
    )
    for event in in_order:
        before = entitled
        if event.kind is not Kind.SIGNED_UP:
            entitled = entitled and _after(entitled, event)
        elif entitled is None:  # a second sign-up does not count
            entitled = _signed_up(event, policy_of, time_zone)
        if entitled:
            grace = policy_of(entitled.edition).grace(is_trial=entitled.is_trial)
            if before and before.ends == entitled.ends:
                grace = max(grace, before.grace_days)
            entitled = replace(entitled, grace_days=grace)
    return entitled


def _signed_up(event: Event, policy_of: PolicyOf, time_zone: str) -> Entitlement:
    zone = event.data.get("time_zone", time_zone)
    policy = policy_of(event.data.get("edition", ""))
    lasts = timedelta(days=event.data.get("trial_days", policy.trial_days))
    begun = Entitlement(
        email=event.data["email"],
        connector=event.data.get("connector", ""),
        sandbox=event.data.get("sandbox", False),
        time_zone=zone,
        ends=days.day_of(event.occurred_at, zone) + lasts,
    )
    return replace(begun, **_choices(event.data))


def _after(entitled: Entitlement, event: Event) -> Entitlement:
    """Return what *event*, which is no sign-up, makes of *entitled*."""
    choices = _choices(event.data)
    match event.kind:
        case Kind.SUBSCRIBED:  # paid: earlier obstacles no longer count
            return replace(
                entitled,
                is_trial=False,
                ends=days.day(event.data["paid_through"]),
                past_due_since=None,
                cancelled_at=None,
                off_at=None,
                **choices,
            )
        case Kind.CHANGED if "paid_through" in event.data:
            ends = _ends(entitled, event)
            return replace(entitled, ends=ends, is_trial=False, past_due_since=None, **choices)
        case Kind.PAYMENT_FAILED:
            since = entitled.past_due_since or event.occurred_at
            return replace(entitled, ends=_ends(entitled, event), past_due_since=since)
        case Kind.CANCELLED:
            off_at = event.occurred_at if event.data.get("at_once") else entitled.off_at
            return replace(
                entitled, ends=_ends(entitled, event), cancelled_at=event.occurred_at, off_at=off_at
            )
        case _:
            return replace(entitled, **choices)


def _ends(entitled: Entitlement, event: Event) -> date:
    """The last day that *event* gives; one that shortens it ends on the day of the event.

    Not earlier: the grace counts from the day on which the shop said so.
    """
    if "paid_through" not in event.data:
        return entitled.ends
    paid = days.day(event.data["paid_through"])
    if paid >= entitled.ends:
        return paid
    return max(paid, min(entitled.ends, days.day_of(event.occurred_at, entitled.time_zone)))


def _choices(data: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {name: data[name] for name in ("edition", "stores", "time_zone") if name in data}
    return chosen | ({"add_ons": tuple(data["add_ons"])} if "add_ons" in data else {})
