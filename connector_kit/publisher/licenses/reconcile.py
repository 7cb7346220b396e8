"""Bringing the mirror up to date with the platform, and showing where that is not as wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from connector_kit.conf import kit
from connector_kit.licensing import Listing, Standing
from connector_kit.models import Connector, License
from connector_kit.models.clock import now as database_now
from connector_kit.models.licenses import VANISHED
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.install_base import BATCH, batches
from connector_kit.publisher.licenses.delivery import deliver
from connector_kit.publisher.licenses.entitling import order_add_ons
from connector_kit.publisher.licenses.errors import LicenseError
from connector_kit.publisher.licenses.platform import PlatformLicenses, Session, session
from connector_kit.publisher.licenses.rows import (
    MIRRORED,
    compare,
    lose,
    mirror,
    place,
    policy_of,
    readable,
)
from connector_kit.publisher.licenses.services import restore
from connector_kit.publisher.licenses.trail import KIT, change, locked, note

Clock = Callable[[], datetime]
_COMPARED = (*MIRRORED, "drift", "drifted_at", "code", "message", "standing", "next_at")


@dataclass(frozen=True)
class ReconcileResult:
    """What a reconciliation found and did: counts of licenses."""

    seen: int = 0
    unreadable: int = 0
    """Unreadable licenses of the listing; each is logged, and does not stop the others."""
    added: int = 0
    changed: int = 0
    drifted: int = 0
    repaired: int = 0
    unrepaired: int = 0
    vanished: int = 0
    lost: int = 0
    """Of those that have vanished, the ones that were in force: customers paid for them."""

    def __add__(self, other: ReconcileResult) -> ReconcileResult:
        return ReconcileResult(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> dict[str, int]:
        """Return the counts as JSON."""
        return asdict(self)


Progress = Callable[[ReconcileResult], None]


def reconcile(
    connector: Connector,
    *,
    repair: bool = False,
    progress: Progress | None = None,
    by: Actor = THE_KIT,
    clock: Clock = database_now,
) -> ReconcileResult:
    """Update the mirror from the platform, and mark every license that is not as wanted.

    Reads page by page and holds one batch at a time; *progress* gets the counts after each.
    Licenses that the platform no longer names are looked up one by one and marked as vanished; none
    is deleted, and a run that is cut off marks none. One that was in force is lost: its ``code``
    says so until it is back. With *repair*, the platform's licenses are then written as wanted, and
    lost ones created again.
    """
    started, result = clock(), ReconcileResult()
    with session() as opened:
        licenses = opened.licenses(connector)
        listing = licenses.listing
        requested_at = started
        for batch in batches(licenses.all(), BATCH):
            result += _store(connector, batch, listing, requested_at, clock())
            if progress:
                progress(result)
            requested_at = clock()
        # Those last seen before the run began; licenses created since are not among them.
        known = connector.licenses.present().filter(seen_at__lt=started).exclude(license_id=None)
        for row in [*known.select_related("connector").order_by("pk")]:
            result += _looked_for(row, licenses, clock())
        if repair:
            result = _repaired(connector, opened, result, progress, clock)
            result += _restored(connector, clock)
    record_action(by, "license.reconcile", f"connector/{connector.slug}", after=result.to_json())
    return result


def drifted(connector: Connector) -> QuerySet[License]:
    """Return the licenses that are not as wanted."""
    return License.objects.present().filter(connector=connector).exclude(drifted_at=None)


@transaction.atomic
def _store(
    connector: Connector,
    batch: list[dict[str, Any]],
    listing: Listing,
    requested_at: datetime,
    now: datetime,
) -> ReconcileResult:
    """Store the platform's answer for *batch*."""
    documents = {document["_id"]: document for document in filter(None, map(readable, batch))}
    known = {
        str(row.license_id): row
        for row in License.objects.select_for_update(of=("self",))
        .select_related("connector")
        .filter(license_id__in=documents)
    }
    added, changed = [], []
    for key, document in documents.items():
        if key in known:
            continue
        # It was not made here: its dates are the platform's.
        row = License(
            connector=connector,
            email=str((document.get("user") or {}).get("email") or "")[:320],
            sandbox=bool(document.get("sandbox")),
            time_zone=kit().license_time_zone,
        )
        _mirror(row, document, listing, now)
        added.append(row)
    for key, row in known.items():
        before = row.live, row.user_name, row.vanished_at, row.drift
        changed_at = max(row.seen_at, row.vanished_at or row.seen_at)
        if changed_at <= requested_at:  # otherwise, the platform's answer may be older than the row
            _mirror(row, documents[key], listing, now)
        if (row.live, row.user_name, row.vanished_at, row.drift) != before:
            changed.append(row)
    License.objects.bulk_create(added, ignore_conflicts=True)
    License.objects.bulk_update(changed, _COMPARED, batch_size=BATCH // 5)
    order_add_ons(changed)
    License.objects.filter(license_id__in=documents, vanished_at=None).update(seen_at=now)
    return ReconcileResult(
        unreadable=sum(readable(document) is None for document in batch),
        seen=len(documents),
        added=len(added),
        changed=len(changed),
        drifted=sum(bool(row.drift) for row in (*added, *known.values())),
    )


def _mirror(row: License, document: dict[str, Any], listing: Listing, now: datetime) -> None:
    mirror(row, document, now)
    compare(row, listing, now)


def _looked_for(row: License, licenses: PlatformLicenses, now: datetime) -> ReconcileResult:
    """Look up one license individually: its absence from a listing is not enough."""
    document = licenses.read(str(row.license_id))
    with transaction.atomic():
        fresh = locked(row.pk)
        if fresh.vanished_at or fresh.seen_at != row.seen_at:
            return ReconcileResult()  # another process wrote or deleted it meanwhile
        if document is not None:
            _mirror(fresh, document, licenses.listing, now)
            fresh.save()
            return ReconcileResult(seen=1, drifted=bool(fresh.drift))
        lose(fresh, now)
        fresh.save()
        is_lost = fresh.code == VANISHED
        note(fresh, "vanished", by=KIT, now=now, code=fresh.code, message=fresh.message)
    return ReconcileResult(vanished=1, lost=is_lost)


def _restored(connector: Connector, clock: Clock) -> ReconcileResult:
    """Create lost licenses again; of one that cannot be, the reason is in its message."""
    result = ReconcileResult()
    for row in License.objects.lost().filter(connector=connector).select_related("connector"):
        try:
            is_back = not restore(row, by=KIT, clock=clock).code
        except LicenseError as error:
            License.objects.filter(pk=row.pk, code=VANISHED).update(message=str(error))
            is_back = False
        result += ReconcileResult(repaired=is_back, unrepaired=not is_back)
    return result


def _repaired(
    connector: Connector,
    opened: Session,
    result: ReconcileResult,
    progress: Progress | None,
    clock: Clock,
) -> ReconcileResult:
    last, keys = 0, drifted(connector).order_by("pk").values_list("pk", flat=True)
    while batch := list(keys.filter(pk__gt=last)[:BATCH]):
        last = batch[-1]
        for key in batch:
            row = deliver(key, clock=clock, using=opened)
            is_mended = not row.drift and not row.code
            result += ReconcileResult(repaired=is_mended, unrepaired=not is_mended)
        if progress:
            progress(result)
    return result


def review(*, clock: Clock = database_now) -> int:
    """Apply changed policies: reassess every license, and extend grace where the policy does.

    Returns how many licenses last longer now. Holds one batch at a time.
    """
    last, longer = 0, 0
    rows = License.objects.present().exclude(ends=None).select_related("connector").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        for row in batch:
            if row.standing == Standing.EXPIRED:
                continue
            now = clock()
            if policy_of(row).grace(is_trial=row.is_trial) > row.grace_days:
                longer += change(row.pk, "policy", by=KIT, now=now)
                continue
            before = row.standing, row.next_at
            place(row, now)
            if (row.standing, row.next_at) != before:
                License.objects.filter(pk=row.pk).update(next_at=now)  # the tick looks at it
    return longer
