"""From a shop's event to a license: events are stored first, then processed, in any order.

Each new event makes all events of its subscription be read again (`connector_kit.licensing.fold`),
and the license is brought to the result. So an event that comes late, or twice, has the same effect
as in an orderly stream.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from connector_kit.conf import kit
from connector_kit.documents import canonical
from connector_kit.errors import ConnectorKitError
from connector_kit.licensing import (
    Entitlement,
    Event,
    Kind,
    LicensingError,
    Notice,
    Problem,
    fold,
    policy_for,
    stamp,
)
from connector_kit.models import (
    Connector,
    License,
    LicenseReminder,
    ProvisioningEvent,
    Subscription,
)
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.errors import UnknownConnector
from connector_kit.publisher.licenses.delivery import deliver
from connector_kit.publisher.licenses.errors import EventConflict
from connector_kit.publisher.licenses.offered import check_offered, trial_days
from connector_kit.publisher.licenses.rows import place, wanted_json
from connector_kit.publisher.licenses.services import settle_lost
from connector_kit.publisher.licenses.trail import change, note

Clock = Callable[[], datetime]
PROCESSED_AT_ONCE = 100
AGAIN_AFTER = timedelta(minutes=1)
_Outcome = ProvisioningEvent.Outcome


@dataclass(frozen=True)
class Receipt:
    """An event that is stored; *is_new* unless it was before."""

    event: ProvisioningEvent
    is_new: bool


def receive(event: Event, *, source: str, clock: Clock = database_now) -> Receipt:
    """Store *event* once; `process` applies it.

    Raises `EventConflict` when it contradicts what is stored, `LicensingError` when it names what
    does not exist.
    """
    try:
        return _receive(event, source, clock())
    except IntegrityError:
        return _receive(event, source, clock())  # another process stored the same meanwhile


@transaction.atomic
def _receive(event: Event, source: str, now: datetime) -> Receipt:
    """Store *event* under the lock of its subscription: of several at once, one is the first."""
    Subscription.objects.get_or_create(key=event.subscription)
    subscription = _locked(Subscription.objects.get(key=event.subscription).pk)
    content: Mapping[str, Any] = {
        "occurred_at": stamp(event.occurred_at),
        "subscription": event.subscription,
        "kind": event.kind,
        "data": event.data,
    }
    digest = hashlib.sha256(canonical(content)).hexdigest()
    if known := ProvisioningEvent.objects.filter(event_id=event.id).first():
        if known.digest != digest:
            raise EventConflict("event_changed", _CHANGED.format(event.id), "id")
        return Receipt(known, is_new=False)
    if event.kind is Kind.SIGNED_UP and subscription.events.filter(kind=event.kind).exists():
        raise EventConflict("already_signed_up", _SIGNED_UP.format(event.subscription), "type")
    return Receipt(
        ProvisioningEvent.objects.create(
            event_id=event.id,
            digest=digest,
            subscription=subscription,
            kind=event.kind,
            occurred_at=event.occurred_at,
            data=_settled(event, subscription),
            source=source[:200],
            received_at=now,
            due_at=now,
        ),
        is_new=True,
    )


def process_due(*, clock: Clock = database_now) -> int:
    """Process a limited number of stored events; return for how many subscriptions.

    One that fails unexpectedly goes to the end of the line, so that it does not hold up others.
    """
    now = clock()
    due = ProvisioningEvent.objects.unprocessed(now).order_by("due_at", "pk")
    keys = dict.fromkeys(due.values_list("subscription", flat=True)[:PROCESSED_AT_ONCE])
    for key in keys:
        waiting = ProvisioningEvent.objects.filter(subscription=key, processed_at=None)
        waiting.update(due_at=now + AGAIN_AFTER)
        process(key, clock=clock)
    return len(keys)


def process(subscription_id: int, *, clock: Clock = database_now) -> Subscription:
    """Bring the subscription's license to the result of its events, and deliver it."""
    now = clock()
    with transaction.atomic():
        subscription = _locked(subscription_id)
        is_news = _take_in(subscription, now)
    if is_news and subscription.license_id:
        deliver(subscription.license_id, clock=clock)
    return subscription


def _take_in(subscription: Subscription, now: datetime) -> bool:
    unprocessed = subscription.events.filter(processed_at=None)
    rows = [*subscription.events.order_by("pk")]
    new = [row for row in rows if row.processed_at is None]
    if not new:
        return False
    slug = next((row.data["connector"] for row in rows if "connector" in row.data), "")
    policy_of = partial(policy_for, kit().license_policies, slug)
    key = str(subscription.pk)
    events = (Event(row.event_id, row.occurred_at, key, Kind(row.kind), row.data) for row in rows)
    entitled = fold(events, policy_of=policy_of)
    outcome, is_news = _apply(subscription, entitled, new[-1], now)
    unprocessed.update(processed_at=now, outcome=outcome)
    if entitled and outcome == _Outcome.APPLIED:
        subscription.events.filter(outcome=_Outcome.WAITING).update(outcome=outcome)
    return is_news


def _apply(
    subscription: Subscription,
    entitled: Entitlement | None,
    newest: ProvisioningEvent,
    now: datetime,
) -> tuple[str, bool]:
    """Make the license that of *entitled*; return how the events are marked, whether it is news."""
    if entitled is None:
        return _Outcome.WAITING, False
    if entitled.to_json() == subscription.entitlement:
        Subscription.objects.filter(pk=subscription.pk).update(code="", message="")
        return _Outcome.UNCHANGED, False
    by = Actor(f"event {newest.event_id}")
    try:
        _license(subscription, entitled, by, newest.kind, now)
    except ConnectorKitError as error:
        subscription.code, subscription.message = "not_licensed", str(error)
        subscription.save(update_fields=["code", "message"])
        return _Outcome.REFUSED, False
    subscription.entitlement = entitled.to_json()
    subscription.code = subscription.message = ""
    subscription.save()
    return _Outcome.APPLIED, True


def _license(
    subscription: Subscription, entitled: Entitlement, by: Actor, act: str, now: datetime
) -> None:
    connector = _published(entitled.connector)
    check_offered(connector, edition=entitled.edition, add_ons=entitled.add_ons)
    wanted: dict[str, Any] = {
        "edition": entitled.edition,
        "add_ons": None if entitled.add_ons is None else list(entitled.add_ons),
        "stores": entitled.stores,
        "ends": entitled.ends,
        "time_zone": entitled.time_zone,
        "is_trial": entitled.is_trial,
        "grace_days": entitled.grace_days,
        "off_at": entitled.off_at,
        "past_due_since": entitled.past_due_since,
    }
    row = subscription.license
    was_past_due = row is not None and row.past_due_since is not None
    if row is None or row.vanished_at:
        row = License(
            connector=connector,
            email=entitled.email,
            sandbox=entitled.sandbox,
            deliver_at=now,
            seen_at=now,
            created_at=now,
            **wanted,
        )
        place(row, now)
        row.save()
        note(row, act, by=by, now=now, after=wanted_json(row))
        settle_lost(row)
        subscription.license = row
    else:
        change(row.pk, act, by=by, now=now, **wanted)
    if entitled.past_due_since and not was_past_due:
        LicenseReminder.objects.get_or_create(
            license=row,
            notice=Notice.PAYMENT_FAILED,
            ends=entitled.ends,
            defaults={"due_at": now},
        )


def _locked(subscription_id: int) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("license__connector")
    return rows.get(pk=subscription_id)


def _settled(event: Event, subscription: Subscription) -> dict[str, Any]:
    """Return the event's data, with what the settings say today where a sign-up says nothing.

    Later settings then change nothing that was promised before. As long as the sign-up has not
    come, it is unknown which connector other events are about.
    """
    data, is_sign_up = dict(event.data), event.kind is Kind.SIGNED_UP
    connector = subscription.license.connector if subscription.license else None
    if is_sign_up:
        try:
            connector = _published(data.get("connector", ""))
        except UnknownConnector as error:
            raise LicensingError(Problem("unknown_connector", str(error), "connector")) from error
    if connector:
        check_offered(connector, edition=data.get("edition", ""), add_ons=data.get("add_ons"))
    if connector is None or not is_sign_up:
        return data
    policy = policy_for(
        kit().license_policies,
        connector.slug,
        data.get("edition", ""),
        trial_days=trial_days(connector),
    )
    return {
        "time_zone": kit().license_time_zone,
        "trial_days": policy.trial_days,
        **data,
        "connector": connector.slug,
    }


def _published(slug: str) -> Connector:
    """Return the published connector *slug*, by default the only one.

    A shop names no places of classes: nothing is loaded for it. Raises `UnknownConnector`.
    """
    known = {
        connector.slug: connector for connector in Connector.objects.exclude(connector_id=None)
    }
    if slug in known:
        return known[slug]
    if not slug and len(known) == 1:
        return next(iter(known.values()))
    names = ", ".join(sorted(known)) or "none is published yet"
    raise UnknownConnector(f"unknown connector {slug!r}. Available: {names}.")


_CHANGED = "the event {} was already received with different content. Give a new event a new id."
_SIGNED_UP = (
    "the subscription {} has already signed up, which sets its customer and environment. Send "
    "'changed' or 'subscribed', or start another subscription."
)
