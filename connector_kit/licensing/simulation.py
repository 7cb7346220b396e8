"""The policy on a simulated clock: what would happen to licenses, without the wait.

The clock does not tick, it jumps from one change to the next: 400 days take no longer than the
handful of things that happen in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from connector_kit.licensing.days import stamp
from connector_kit.licensing.events import Event
from connector_kit.licensing.fold import Entitlement, PolicyOf, fold
from connector_kit.licensing.policy import LicensePolicy
from connector_kit.licensing.terms import Terms, milestones, standing

PoliciesOf = Callable[[str], PolicyOf]
"""The policies of a connector, empty for the only one."""


@dataclass(frozen=True)
class Happening:
    """Something that would happen to a license: an event that comes in, or a milestone."""

    at: datetime
    license: str
    what: str
    standing: str
    switched_off_at: datetime

    @property
    def day(self) -> date:
        """The day, in UTC, on which it happens."""
        return self.at.date()

    def to_json(self) -> dict[str, str]:
        """Return the happening as JSON."""
        return {
            "at": stamp(self.at),
            "license": self.license,
            "what": self.what,
            "standing": self.standing,
            "switched_off_at": stamp(self.switched_off_at),
        }


def run(
    license_name: str, terms: Terms, policy: LicensePolicy, *, after: datetime, until: datetime
) -> Iterator[Happening]:
    """Yield what happens to a license that keeps its *terms*, later than *after*, up to *until*."""
    off = terms.switched_off_at
    for milestone in milestones(terms, policy):
        if after < milestone.at <= until:
            yield Happening(milestone.at, license_name, milestone.notice, milestone.standing, off)


def run_subscription(
    events: Sequence[Event], policies_of: PoliciesOf, *, after: datetime, until: datetime
) -> Iterator[Happening]:
    """Yield what happens to the license of a subscription whose *events* come in when they happen.

    Between two events the license follows its terms.
    """
    ordered = sorted(events, key=lambda event: (event.occurred_at, event.id))
    connectors = (event.data["connector"] for event in ordered if "connector" in event.data)
    policy_of = policies_of(str(next(connectors, "")))
    ends = [*(event.occurred_at for event in ordered[1:]), until]
    for number, (event, following) in enumerate(zip(ordered, ends, strict=True), start=1):
        entitled = fold(ordered[:number], policy_of=policy_of)
        if entitled is None or event.occurred_at > until:
            continue
        policy, terms = policy_of(entitled.edition), terms_of(entitled)
        now, name = event.occurred_at, event.subscription
        if now > after:
            off = terms.switched_off_at
            yield Happening(now, name, event.kind, standing(terms, policy, now), off)
        yield from run(name, terms, policy, after=max(now, after), until=min(following, until))


def terms_of(entitled: Entitlement) -> Terms:
    """Return the terms of the license that an entitlement results in."""
    return Terms(
        ends=entitled.ends,
        time_zone=entitled.time_zone,
        is_trial=entitled.is_trial,
        grace_days=entitled.grace_days,
        off_at=entitled.off_at,
    )


def by_day(happenings: Iterable[Happening]) -> Iterator[tuple[date, list[Happening]]]:
    """Group happenings, given in their order, by day."""
    group: list[Happening] = []
    for happening in happenings:
        if group and group[0].day != happening.day:
            yield group[0].day, group
            group = []
        group.append(happening)
    if group:
        yield group[0].day, group
