"""Bringing the platform's license to its wanted state; one row at a time, until it succeeds.

The wanted state is stored before anything is sent. A delivery that fails is recorded, and the tick
repeats it; one that was cut off is found by its expired claim.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from connector_kit.integrator.errors import IntegratorError, OutcomeUnknown, Refused
from connector_kit.licensing import CHILD, LicensingError, Listing, differences, written
from connector_kit.lifecycle import LifecycleError
from connector_kit.lifecycle.errors import code_of
from connector_kit.models import License
from connector_kit.models.clock import now as database_now
from connector_kit.models.licenses import VANISHED
from connector_kit.publisher.errors import PublisherError
from connector_kit.publisher.licenses.entitling import order_add_ons
from connector_kit.publisher.licenses.errors import LicenseError, WorkerLost
from connector_kit.publisher.licenses.platform import PlatformLicenses, Session, session
from connector_kit.publisher.licenses.rows import compare, lose, mirror, place, wanted_of
from connector_kit.publisher.licenses.trail import KIT, locked, note

logger = logging.getLogger(__name__)

CLAIM_SECONDS = 600.0
"""How long a process may write one license: longer than all its requests take."""
DEATHS = 3
"""Attempts, the last of which killed its process, after which a failure is recorded."""
_DIED = (
    "The process that delivers it died several times. Usually, the system ran out of memory; see "
    "the worker's log."
)
SOONEST = timedelta(minutes=1)
LATEST = timedelta(hours=24)
INVALID_USER = "invalid_user"
"""The customer has no account at the platform yet (protocol/http-api.md#2-errors)."""
EDITION_FIXED = "edition_fixed"

NOT_DELIVERED = (
    IntegratorError, LifecycleError, PublisherError, LicensingError, ImproperlyConfigured,
)  # fmt: skip
FINAL = (Refused, LicensingError)
"""Sending the same again would be refused again, except for customers who sign up meanwhile."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class _Done:
    """The result of a delivery; *document* is None when the platform no longer has the license."""

    act: str
    listing: Listing
    document: dict[str, Any] | None


def deliver(
    license_pk: int, *, clock: Clock = database_now, using: Session | None = None
) -> License:
    """Bring the platform's license to its wanted state; return the updated row.

    A failure is recorded in the row (`code`, `message`); the delivery is repeated if that may help.
    Does nothing while another process delivers: that one checks for changes before it stops.
    """
    rows = License.objects.select_related("connector", "parent")
    row = rows.get(pk=license_pk)
    if row.vanished_at or not row.claim(now=clock(), seconds=CLAIM_SECONDS):
        return row
    left_behind = row.claimed_until is not None
    row = rows.get(pk=license_pk)  # as it is now that no one else writes it
    if left_behind:  # a process died; like after other failures, the next attempts come later
        row.attempts += 1
        License.objects.filter(pk=row.pk).update(attempts=row.attempts)
        if row.attempts >= DEATHS:
            return _failed(row, WorkerLost(_DIED), clock())
    try:
        done = _settle(row, using, clock)
    except NOT_DELIVERED as error:
        return _failed(row, error, clock())
    return _recorded(row, done, clock())


def _settle(row: License, using: Session | None, clock: Clock) -> _Done:
    if using is None:
        with session() as opened:
            return _settle(row, opened, clock)
    licenses = using.licenses(row.connector)
    if row.license_id is None:
        return _create(row, licenses, clock())
    live = licenses.read(row.license_id)
    if live is None:
        return _Done("vanished", licenses.listing, None)
    return _write(row, licenses, live)


def _write(row: License, licenses: PlatformLicenses, live: dict[str, Any]) -> _Done:
    """Write *live* as it is wanted, unless it is that way."""
    wanted, listing = wanted_of(row), licenses.listing
    if not any(difference.fixable for difference in differences(wanted, listing, live)):
        return _Done("confirmed", listing, live)
    document = licenses.replace(live["_id"], written(wanted, listing, live))
    return _Done("written", listing, document)


def _create(row: License, licenses: PlatformLicenses, now: datetime) -> _Done:
    """Create the license once, also when an answer is lost on its way."""
    if row.create_sent_at and (found := licenses.find_created(row, row.create_sent_at)):
        return replace(_write(row, licenses, found), act="adopted")
    customer: dict[str, Any] = {"email": row.email, "sandbox": row.sandbox}
    if row.parent and row.parent.license_id is None:
        raise LicenseError(f"Its parent, {row.parent}, is not on the platform yet.")
    if row.parent:
        customer = {"_parentId": row.parent.license_id, "type": CHILD}
    document = written(wanted_of(row), licenses.listing, customer)
    row.create_sent_at = now
    row.save(update_fields=["create_sent_at"])
    try:
        return _Done("created", licenses.listing, licenses.create(document))
    except OutcomeUnknown:
        raise
    except IntegratorError:
        row.create_sent_at = None  # nothing was done
        row.save(update_fields=["create_sent_at"])
        raise


@transaction.atomic
def _recorded(row: License, done: _Done, now: datetime) -> License:
    fresh = locked(row.pk)
    if done.document is None:
        lose(fresh, now)
        fresh.code = VANISHED  # someone asked for a change, and must be told
        fresh.message = fresh.message or "The license is gone from the platform."
    else:
        License.objects.filter(license_id=done.document["_id"]).exclude(pk=fresh.pk).delete()
        mirror(fresh, done.document, now)
        compare(fresh, done.listing, now)
        fresh.code, fresh.message = _leftover(fresh)
    is_news = fresh.revision != row.revision
    fresh.deliver_at = now if is_news and not fresh.vanished_at else None
    fresh.claimed_until = fresh.create_sent_at = None
    fresh.attempts = 0
    place(fresh, now)
    fresh.save()
    order_add_ons([fresh])
    if done.act != "confirmed":
        note(fresh, done.act, by=KIT, now=now, after={"platform": done.document})
    return fresh


@transaction.atomic
def _failed(row: License, error: Exception, now: datetime) -> License:
    """Write down why, and when to try again."""
    code = error.code if isinstance(error, LicensingError) else code_of(error)
    fresh = locked(row.pk)
    if code != fresh.code:
        note(fresh, "not delivered", by=KIT, now=now, code=code, message=str(error))
    is_final = isinstance(error, FINAL) and code != INVALID_USER
    is_news = fresh.revision != row.revision
    fresh.attempts += 1
    fresh.code, fresh.message = code, str(error)
    fresh.deliver_at = None if is_final and not is_news else now + wait_after(fresh.attempts)
    fresh.claimed_until = None
    fresh.save(update_fields=["attempts", "code", "message", "deliver_at", "claimed_until"])
    logger.warning("license #%s: not delivered (%s), attempt %s", fresh.pk, code, fresh.attempts)
    return fresh


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: from a minute to a day."""
    return min(SOONEST * (1 << min(attempts - 1, 20)), LATEST)


def _leftover(row: License) -> tuple[str, str]:
    """Return what stays different although the license was written: code and message."""
    stuck = next((document for document in row.drift if not document["fixable"]), None)
    if stuck is None:
        return "", ""
    return EDITION_FIXED, (
        f"The license is installed with {stuck['platform']} and cannot be changed to "
        f"{stuck['wanted']}: editions can only be raised. The customer can uninstall and install "
        "again."
    )
