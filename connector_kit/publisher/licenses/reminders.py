"""Telling customers how their licenses stand: once for each end, by whatever channel is set."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.dispatch import Signal
from django.utils.module_loading import import_string

from connector_kit.conf import kit
from connector_kit.licensing import Notice, day_of, latest
from connector_kit.models import License, LicenseReminder
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.licenses.delivery import wait_after
from connector_kit.publisher.licenses.rows import policy_of, terms_of

logger = logging.getLogger(__name__)

BATCH = 100
REMINDER = "expires-in-"
"""The prefix of notices that say how many days are left."""
CLAIM = timedelta(minutes=10)
"""How long a process may take to send a reminder before another one sends it."""

license_reminded = Signal()
"""A customer was reminded: ``reminder``, a `Reminding`; sent after the channel has carried it."""


@dataclass(frozen=True)
class Reminding:
    """What a channel tells a customer."""

    license: License
    notice: str
    at: datetime = field(default_factory=database_now)
    """When it is sent; its statements are true at that time."""

    @property
    def days_left(self) -> int | None:
        """Of a reminder, how many days there are still when it is sent; None of other notices.

        Its name says on which day it was due, which may have been a while ago.
        """
        if not self.notice.startswith(REMINDER) or self.license.ends is None:
            return None
        return (self.license.ends - day_of(self.at, self.license.time_zone)).days

    @property
    def switched_off_at(self) -> datetime | None:
        """When the installation goes off unless something is done."""
        terms = terms_of(self.license)
        return terms.switched_off_at if terms else None


Channel = Callable[[Reminding], None]
"""Delivers a reminder; raises on failure, and is then called again later."""


class NoChannel(Exception):
    """The channel is not set up: nothing can be sent until it is."""


def channel() -> Channel:
    """Return the channel that the settings name; raises `NoChannel`."""
    place = kit().reminder_channel
    try:
        found: Channel = import_string(place.replace(":", "."))
    except ImportError as error:
        raise NoChannel(
            f"CONNECTOR_KIT_REMINDER_CHANNEL: there is no {place} ({error})."
        ) from error
    return found


def send_due(*, clock: Callable[[], datetime] = database_now) -> int:
    """Send a limited number of due reminders; return how many were checked.

    One that is cut off is sent again, so that none is lost.
    """
    due = LicenseReminder.objects.filter(settled_at=None, due_at__lte=clock())
    reminders = list(due.select_related("license__connector").order_by("due_at", "pk")[:BATCH])
    for reminder in reminders:
        unclaimed = LicenseReminder.objects.filter(
            pk=reminder.pk, due_at=reminder.due_at, settled_at=None
        )
        if unclaimed.update(due_at=clock() + CLAIM):
            _send(reminder, clock())
    return len(reminders)


def _send(reminder: LicenseReminder, now: datetime) -> None:
    if not _is_true(reminder, now):
        _settle(reminder, LicenseReminder.Outcome.OVERTAKEN, now)
        return
    reminding = Reminding(reminder.license, reminder.notice, now)
    try:
        channel()(reminding)
    except Exception as error:  # noqa: BLE001 - channels are foreign code; the failure is recorded
        attempts = reminder.attempts + 1
        logger.warning("%s was not sent: %s", reminder, type(error).__name__)
        LicenseReminder.objects.filter(pk=reminder.pk).update(
            attempts=attempts, due_at=now + wait_after(attempts), message=f"{error}"[:1000]
        )
        return
    _settle(reminder, LicenseReminder.Outcome.SENT, now)
    for receiver, answer in license_reminded.send_robust(License, reminder=reminding):
        if isinstance(answer, Exception):
            logger.error("%s failed over %s", receiver, reminder, exc_info=answer)


def _is_true(reminder: LicenseReminder, now: datetime) -> bool:
    """Whether what it says is still so: the license may have been renewed, or be further on."""
    row = reminder.license
    terms = terms_of(row)
    if row.vanished_at or terms is None or row.ends != reminder.ends:
        return False
    if reminder.notice == Notice.PAYMENT_FAILED:
        return row.past_due_since is not None
    passed = latest(terms, policy_of(row), now)
    if passed is None or passed.notice != reminder.notice:
        return False
    if not reminder.notice.startswith(REMINDER):
        return True
    # A late reminder that was sent today already says how many days are left.
    sent = row.reminders.filter(
        outcome=LicenseReminder.Outcome.SENT, ends=reminder.ends, notice__startswith=REMINDER
    ).exclude(pk=reminder.pk)
    today, moments = day_of(now, row.time_zone), sent.values_list("settled_at", flat=True)
    return all(day_of(moment, row.time_zone) != today for moment in moments if moment)


def _settle(reminder: LicenseReminder, outcome: str, now: datetime) -> None:
    LicenseReminder.objects.filter(pk=reminder.pk).update(
        settled_at=now, outcome=outcome, due_at=None, message=""
    )
