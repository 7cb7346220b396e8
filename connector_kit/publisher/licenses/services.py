"""What a publisher does with licenses. Each action is stored with who and when, then delivered.

Each returns the updated row. The row's ``code`` and ``message`` say what the platform refuses, or
cannot do yet; the tick repeats what may still succeed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from connector_kit.conf import kit
from connector_kit.licensing import MOST_DAYS, MOST_STORES, Terms, day_of
from connector_kit.licensing.days import LAST_DAY, zone
from connector_kit.models import Connector, License
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.licenses.delivery import deliver
from connector_kit.publisher.licenses.errors import LicenseError, LicenseExists, LicenseGone
from connector_kit.publisher.licenses.offered import check_offered, declared_add_ons, trial_days
from connector_kit.publisher.licenses.platform import session
from connector_kit.publisher.licenses.rows import (
    gone_message,
    place,
    policy_of,
    terms_of,
    wanted_json,
)
from connector_kit.publisher.licenses.trail import change, locked, note

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class LicenseRequest:
    """For whom a license is, and what it grants; the platform decides what is left out."""

    email: str
    edition: str = ""
    add_ons: tuple[str, ...] | None = None
    stores: int | None = None
    sandbox: bool = False
    time_zone: str = ""
    """The customer's time zone; empty: that of the settings."""
    opts: dict[str, Any] = field(default_factory=dict)


def create(
    connector: Connector,
    request: LicenseRequest,
    *,
    until: date,
    by: Actor,
    another: bool = False,
    clock: Clock = database_now,
) -> License:
    """Give the customer a license whose last day is *until*.

    A second call with the same terms returns the existing license. Raises `LicenseExists` when that
    has other terms, unless *another* is wanted. For a customer without an account, the grant waits
    (``code`` is ``invalid_user``).
    """
    return _grant(connector, request, until, is_trial=False, by=by, another=another, clock=clock)


def trial(
    connector: Connector,
    request: LicenseRequest,
    *,
    by: Actor,
    days: int | None = None,
    another: bool = False,
    clock: Clock = database_now,
) -> License:
    """Let the customer try the connector for *days* after today.

    By default as many as its policy says, or else as its class declares (``trial_days``).
    """
    row = _new_row(connector, request)
    if days is None:
        days = policy_of(row, trial_days=trial_days(connector)).trial_days
    _require_days(days)
    until = day_of(clock(), row.time_zone) + timedelta(days=days)
    return _grant(connector, request, until, is_trial=True, by=by, another=another, clock=clock)


def child(
    parent: License, *, by: Actor, opts: dict[str, Any] | None = None, clock: Clock = database_now
) -> License:
    """Give the installation of *parent* one more child (framework 2.0); its dates are the parent's.

    Every call creates one: a parent may have several (protocol/resources.md#license).
    """
    if parent.is_child:
        raise LicenseError(f"{parent} is a child's license and cannot have children.")
    _require_present(parent)
    check_offered(parent.connector, opts=opts)
    row = License(
        connector=parent.connector,
        email=parent.email,
        sandbox=parent.sandbox,
        time_zone=parent.time_zone,
        parent=parent,
        opts=opts or {},
    )
    return deliver(_stored(row, "child", by, clock()), clock=clock)


def convert(row: License, *, until: date, by: Actor, clock: Clock = database_now) -> License:
    """Turn a trial into a license that was paid for until *until*."""
    if not row.is_trial:
        raise LicenseError(f"{row} is not a trial. Use renew to change its last day.")
    _require_future(row, until, clock())
    return _change(row, "convert", by, clock, ends=until, is_trial=False, off_at=None)


def renew(row: License, *, until: date, by: Actor, clock: Clock = database_now) -> License:
    """Let the license last until *until*; also renews an expired one.

    If the platform kept the license's dates so far, the kit manages them from then on.
    """
    _require_future(row, until, clock())
    if row.ends and until < row.ends and row.off_at is None:
        raise LicenseError(
            f"until: {row} lasts until {row.ends}, and renewing cannot shorten it. Use expire to "
            "end it."
        )
    return _change(row, "renew", by, clock, ends=until, off_at=None, past_due_since=None)


def extend(row: License, *, days: int, by: Actor, clock: Clock = database_now) -> License:
    """Add *days* to the agreed end, of a trial or not; or to today if that has passed."""
    _require_days(days)
    if row.off_at:
        raise LicenseError(f"{row} is suspended. Use reactivate.")
    now = clock()
    today = day_of(now, row.time_zone)
    until = max(_last_day(row), today) + timedelta(days=days)
    _require_future(row, until, now)
    return _change(row, "extend", by, clock, ends=until)


def change_edition(
    row: License, edition: str, *, by: Actor, clock: Clock = database_now
) -> License:
    """Give the license another edition.

    1.0 names it in ``opts``, and the customer presses "upgrade"; 2.0 announces a higher one to an
    installation. An installation's edition cannot be lowered: ``code`` is then ``edition_fixed``.
    """
    check_offered(row.connector, edition=edition)
    return _change(row, "change edition", by, clock, edition=edition)


def set_add_ons(
    row: License,
    *,
    by: Actor,
    add_ons: tuple[str, ...] | None = None,
    stores: int | None = None,
    clock: Clock = database_now,
) -> License:
    """Give the license exactly these add-ons and this number of stores; None keeps what it has.

    Raises `LicenseError` for add-ons that the connector does not have.
    """
    wanted: dict[str, Any] = {}
    if add_ons is not None:
        check_offered(row.connector, add_ons=add_ons)
        _require_no_mistake(row, add_ons)
        wanted["add_ons"] = sorted(set(add_ons))
    if stores is not None:
        _require_stores(stores)
        wanted["stores"] = stores
    return _change(row, "add-ons", by, clock, **wanted)


def expire(row: License, *, by: Actor, clock: Clock = database_now) -> License:
    """Switch the license off now, grace or not: the publisher's own decision, not a policy's."""
    now = clock()
    if row.is_child:
        raise LicenseError(f"{row} is a child license. It lasts as long as its parent.")
    if row.off_at:
        return deliver(row.pk, clock=clock)
    return _change(row, "expire", by, clock, off_at=now, ends=row.ends or _last_day(row))


def reactivate(row: License, *, until: date, by: Actor, clock: Clock = database_now) -> License:
    """Bring back a license that was switched off or has expired.

    The customer then resumes the installation (``resumable``): only their account may
    (protocol/http-api.md#85-others).
    """
    _require_present(row)
    terms = terms_of(row)
    if terms and terms.switched_off_at > clock():
        raise LicenseError(f"{row} is active. Use renew to change its last day.")
    _require_future(row, until, clock())
    return _change(row, "reactivate", by, clock, ends=until, off_at=None, past_due_since=None)


def restore(row: License, *, by: Actor, clock: Clock = database_now) -> License:
    """Create a license again that the platform has lost, with the recorded terms.

    An installation that used the lost license does not switch to the new one: the customer must
    install with it. Raises `LicenseError` where the kit does not know what was agreed.
    """
    now = clock()
    if not License.objects.lost().filter(pk=row.pk).exists():
        raise LicenseError(f"{row} is not missing, so there is nothing to restore.")
    if not row.is_managed:
        raise LicenseError(
            f"The dates of {row} were set on the platform, so the agreed end is not known here. "
            f"Create a new one: license create {row.connector.slug} {row.email} --until <day>."
        )
    terms = terms_of(row)
    if terms is not None and terms.switched_off_at <= now:
        raise LicenseError(f"{row} would already have ended. Create a new one.")
    with transaction.atomic():
        fresh = locked(row.pk)
        before = {"license_id": fresh.license_id}
        fresh.license_id = fresh.vanished_at = None
        fresh.integration_id = fresh.code = fresh.message = ""
        fresh.live, fresh.drift, fresh.drifted_at = {}, [], None
        fresh.deliver_at = now
        fresh.revision += 1
        place(fresh, now)
        fresh.save()
        note(fresh, "restore", by=by, now=now, before=before, after={"license_id": None})
    return deliver(row.pk, clock=clock)


def delete(row: License, *, by: Actor, clock: Clock = database_now) -> License:
    """Remove the license from the platform, which refuses while an installation uses it.

    The record stays. A grant that waits is withdrawn. Raises `IntegratorError`.
    """
    now = clock()
    if row.license_id:
        with session() as opened:
            opened.licenses(row.connector).delete(row.license_id)
    elif row.create_sent_at:
        raise LicenseError(
            f"{row} may have been created: the platform did not respond. Wait until that "
            "is known, then delete it."
        )
    with transaction.atomic():
        fresh = locked(row.pk)
        fresh.vanished_at = fresh.vanished_at or now
        fresh.deliver_at = None
        fresh.code = fresh.message = ""
        place(fresh, now)
        fresh.save()
        note(fresh, "delete", by=by, now=now)
    return fresh


def _grant(
    connector: Connector,
    request: LicenseRequest,
    until: date,
    *,
    is_trial: bool,
    by: Actor,
    another: bool,
    clock: Clock,
) -> License:
    now = clock()
    row = _new_row(connector, request)
    row.ends, row.is_trial = until, is_trial
    row.grace_days = policy_of(row).grace(is_trial=is_trial)
    _require_future(row, until, now)
    check_offered(connector, edition=request.edition, add_ons=request.add_ons, opts=request.opts)
    with transaction.atomic():
        Connector.objects.select_for_update().get(pk=connector.pk)  # two at once wait here
        known = None if another else _known(row)
        key = known.pk if known else _stored(row, "trial" if is_trial else "create", by, now)
        settle_lost(row)
    return deliver(key, clock=clock)


def settle_lost(row: License) -> None:
    """Drop the alarm over licenses that were lost: the customer of *row* has another one."""
    lost = License.objects.lost().filter(
        connector=row.connector, email__iexact=row.email, sandbox=row.sandbox
    )
    lost.update(code="", message="")


def _require_no_mistake(row: License, add_ons: tuple[str, ...]) -> None:
    """Where the connector declares no add-ons, refuse a new name that would remove known ones."""
    if declared_add_ons(row.connector):
        return
    before = set(row.add_ons or ())
    new, gone = sorted({*add_ons} - before), sorted(before - {*add_ons})
    if new and gone:
        raise LicenseError(
            f"add_ons: {row.connector} declares no add-ons, so {', '.join(map(repr, new))} cannot "
            f"be checked, and {', '.join(map(repr, gone))} would be removed. Declare them in its "
            "class (AddOn), or first remove, then add."
        )


def _known(row: License) -> License | None:
    """Return the customer's license that matches *row*; raises `LicenseExists` for another one."""
    others = License.objects.present().filter(
        connector=row.connector, email__iexact=row.email, sandbox=row.sandbox, parent=None
    )
    known: list[License] = [*others.filter(parent_license_id="")]
    for item in known:
        if wanted_json(item) == wanted_json(row):
            return item
    if known:
        raise LicenseExists(
            f"email: {row.email} already has {known[0]} (#{known[0].pk}, until {known[0].ends}). "
            "Change that license, or create another with --another."
        )
    return None


def _new_row(connector: Connector, request: LicenseRequest) -> License:
    zone_name = request.time_zone or kit().license_time_zone
    try:
        zone(zone_name)
    except ValueError as error:
        raise LicenseError(f"time_zone: {error}") from error
    if "@" not in request.email:
        raise LicenseError(f"email: {request.email!r} is not an e-mail address.")
    _require_stores(request.stores)
    return License(
        connector=connector,
        email=request.email,
        sandbox=request.sandbox,
        edition=request.edition,
        add_ons=None if request.add_ons is None else sorted(set(request.add_ons)),
        stores=request.stores,
        time_zone=zone_name,
        opts=request.opts,
    )


@transaction.atomic
def _stored(row: License, act: str, by: Actor, now: datetime) -> int:
    """Store a new row, to be delivered at once; return its key."""
    row.deliver_at = row.seen_at = row.created_at = now
    place(row, now)
    row.save()
    note(row, act, by=by, now=now, after=wanted_json(row))
    return int(row.pk)


def _change(row: License, act: str, by: Actor, clock: Clock, **wanted: Any) -> License:
    change(row.pk, act, by=by, now=clock(), **wanted)
    return deliver(row.pk, clock=clock)


def _last_day(row: License) -> date:
    """The last day agreed, else the one on which the platform's date falls."""
    if row.ends:
        return row.ends
    moment = row.expires or row.trial_ends
    if moment is None:
        raise LicenseError(f"{row} has no end of its own. Its parent's end applies.")
    return day_of(moment, row.time_zone)


def _require_future(row: License, until: date, now: datetime) -> None:
    if row.is_child:
        raise LicenseError(f"{row} is a child license. It lasts as long as its parent.")
    _require_present(row)
    if until > LAST_DAY:
        raise LicenseError(f"until: {until} is too late. Use {LAST_DAY} or earlier.")
    if Terms(until, row.time_zone).ended_at < now:
        raise LicenseError(f"until: {until} is in the past in {row.time_zone}. Use a future day.")


def _require_present(row: License) -> None:
    if row.vanished_at:
        raise LicenseGone(gone_message(row))


def _require_days(days: int) -> None:
    if not 0 <= days <= MOST_DAYS:
        raise LicenseError(f"days: {days} is out of range. Use a number from 0 to {MOST_DAYS:,}.")


def _require_stores(stores: int | None) -> None:
    if stores is not None and not 0 <= stores <= MOST_STORES:
        raise LicenseError(
            f"stores: {stores} is out of range. Use a number from 0 to {MOST_STORES:,}."
        )
