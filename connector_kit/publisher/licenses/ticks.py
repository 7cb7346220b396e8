"""What happens to licenses over time: states change, reminders fall due, deliveries are retried.

Every part reads rows, does some of what is due, and may run twice, concurrently, or never without
harm. Nothing is deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from connector_kit.licensing import Standing, latest
from connector_kit.lifecycle import LifecycleError
from connector_kit.models import License, LicenseEvent, LicenseReminder
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.licenses.delivery import deliver
from connector_kit.publisher.licenses.platform import session
from connector_kit.publisher.licenses.provisioning import process_due
from connector_kit.publisher.licenses.rows import place, policy_of, terms_of

Clock = Callable[[], datetime]
MOVED_AT_ONCE = 500
DELIVERED_AT_ONCE = 100
CLOCK = "the clock"


def tick(*, clock: Clock = database_now) -> bool:
    """Do what is due; return whether there may be more at once."""
    parts = (process_due, move_due, deliver_due)
    return sum(part(clock=clock) for part in parts) > 0


def move_due(*, clock: Clock = database_now) -> int:
    """Update the licenses whose standing changes; return how many.

    The platform switches off on the date that it was given, and that date includes the grace; so
    nothing is sent here unless the platform's date differs from the wanted one.
    """
    now = clock()
    with transaction.atomic():
        due = License.objects.to_move(now).select_related("connector")
        rows = list(due.select_for_update(of=("self",), skip_locked=True)[:MOVED_AT_ONCE])
        events, reminders = [], []
        for row in rows:
            event, reminder = _moved(row, now)
            events += [event] if event else []
            reminders += [reminder] if reminder else []
        _store(rows)
        LicenseEvent.objects.bulk_create(events)
        LicenseReminder.objects.bulk_create(reminders, ignore_conflicts=True)
    return len(rows)


def _store(rows: Iterable[License]) -> None:
    """Store the states of *rows*; those that fall due together mostly reach the same state."""
    together: dict[tuple[str, datetime | None, datetime | None], list[int]] = defaultdict(list)
    for row in rows:
        together[row.standing, row.next_at, row.deliver_at].append(row.pk)
    for (standing, next_at, deliver_at), keys in together.items():
        License.objects.filter(pk__in=keys).update(
            standing=standing, next_at=next_at, deliver_at=deliver_at
        )


def _moved(row: License, now: datetime) -> tuple[LicenseEvent | None, LicenseReminder | None]:
    """Advance one row; return what to record and whom to notify."""
    before, terms = row.standing, terms_of(row)
    place(row, now)
    if terms is None:
        return None, None
    # The platform, as mirrored, may let the installation run although its time is up.
    platform_end = row.expires or row.trial_ends
    runs_longer = row.license_id is not None and platform_end is not None and platform_end > now
    if row.standing == Standing.EXPIRED and runs_longer and row.deliver_at is None:
        row.deliver_at = now
    event = LicenseEvent(
        license=row,
        at=now,
        by=CLOCK,
        act="standing",
        before={"standing": before},
        after={"standing": row.standing},
    )
    passed = latest(terms, policy_of(row), now)
    reminder = None
    if passed and row.license_id:  # no license yet: no notice of its end
        reminder = LicenseReminder(license=row, notice=passed.notice, ends=terms.ends, due_at=now)
    return event if row.standing != before else None, reminder


def deliver_due(*, clock: Clock = database_now) -> int:
    """Write the licenses that are due to the platform, grants that wait among them."""
    due = License.objects.to_deliver(clock()).values_list("pk", flat=True)
    keys = list(due[:DELIVERED_AT_ONCE])
    if not keys:
        return 0
    try:
        with session() as opened:
            for key in keys:
                deliver(key, clock=clock, using=opened)
    except (LifecycleError, ImproperlyConfigured):
        for key in keys:  # without a client, each row records the failure
            deliver(key, clock=clock)
    return len(keys)
