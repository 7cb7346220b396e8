"""How long a license lasts, and its state at a moment. Pure: the moment is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import takewhile

from connector_kit.licensing.days import TICK, at, end_of
from connector_kit.licensing.policy import LicensePolicy

REMINDED_AT = time(9)
"""When customers are reminded, on their own clocks."""


class Standing(StrEnum):
    """The stages of a license."""

    TRIAL = "trial"
    ACTIVE = "active"
    EXPIRING = "expiring"
    """The end is near: the first reminder is due, or was sent."""
    GRACE = "grace"
    """What was paid for has ended, and the installation still runs."""
    EXPIRED = "expired"
    """The platform has switched the installation off."""


class Notice(StrEnum):
    """What customers are told; reminders are called ``expires-in-<days>``."""

    GRACE = "grace"
    EXPIRED = "expired"
    PAYMENT_FAILED = "payment-failed"


@dataclass(frozen=True)
class Terms:
    """When a license ends: the last day in the customer's time zone, and the grace after it.

    *off_at* is when the publisher switched it off, regardless of the agreed end.
    """

    ends: date
    time_zone: str = "UTC"
    is_trial: bool = False
    grace_days: int = 0
    off_at: datetime | None = None

    @cached_property
    def ended_at(self) -> datetime:
        """The last millisecond of the agreed time."""
        return end_of(self.ends, self.time_zone)

    @cached_property
    def switched_off_at(self) -> datetime:
        """When the installation goes off: what the platform has to be told as the date.

        The platform has no grace, and a date in the past switches the installation off
        (protocol/http-api.md#9-connectors-and-licences); so the grace is in the date.
        """
        if self.off_at is not None:
            return self.off_at
        return end_of(self.ends + timedelta(days=self.grace_days), self.time_zone)


@dataclass(frozen=True, order=True)
class Milestone:
    """A moment at which something about a license changes, and what the customer is told then."""

    at: datetime
    standing: Standing
    notice: str


def milestones(terms: Terms, policy: LicensePolicy) -> tuple[Milestone, ...]:
    """Return the milestones up to the end, in order; the last is the end."""
    off = terms.switched_off_at
    reminders = [
        Milestone(
            at(terms.ends - timedelta(days=days), REMINDED_AT, terms.time_zone),
            Standing.EXPIRING,
            f"expires-in-{days}",
        )
        for days in policy.reminders(is_trial=terms.is_trial)
    ]
    grace = Milestone(terms.ended_at + TICK, Standing.GRACE, Notice.GRACE)
    before = [reminder for reminder in sorted(reminders) if reminder.at < grace.at] + [grace]
    kept = takewhile(lambda item: item.at < off, before)
    return (*kept, Milestone(off, Standing.EXPIRED, Notice.EXPIRED))


def latest(terms: Terms, policy: LicensePolicy, now: datetime) -> Milestone | None:
    """Return the milestone passed last, None before the first.

    Earlier ones are not made up for: a customer in grace need not be told that the end is near.
    """
    passed = [milestone for milestone in milestones(terms, policy) if milestone.at <= now]
    return passed[-1] if passed else None


def standing(terms: Terms, policy: LicensePolicy, now: datetime) -> Standing:
    """Return the state of a license with these terms at *now*."""
    passed = latest(terms, policy, now)
    if passed:
        return passed.standing
    return Standing.TRIAL if terms.is_trial else Standing.ACTIVE


def next_change(terms: Terms, policy: LicensePolicy, now: datetime) -> datetime | None:
    """Return when the next change after *now* is due; None after the end."""
    return next(
        (milestone.at for milestone in milestones(terms, policy) if milestone.at > now), None
    )
