"""Changes to a license's wanted state, with who, when, before, and after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from connector_kit.models import License, LicenseEvent
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.licenses.errors import LicenseGone
from connector_kit.publisher.licenses.rows import (
    WANTED,
    gone_message,
    place,
    policy_of,
    wanted_json,
)

KIT = Actor("connector kit")
"""The actor of what the kit does on its own: deliveries and comparisons."""


def locked(license_pk: int) -> License:
    """Return the row, held until the transaction ends."""
    rows = License.objects.select_for_update(of=("self",)).select_related("connector")
    return rows.get(pk=license_pk)


@transaction.atomic
def change(license_pk: int, act: str, *, by: Actor, now: datetime, **wanted: Any) -> bool:
    """Store the license's *wanted* state for delivery; return whether it has changed.

    The grace that was promised for a term is not taken back while the term lasts; a new term has
    its policy's, unless *wanted* names one. Raises `LicenseGone`.
    """
    row = locked(license_pk)
    if row.vanished_at:
        raise LicenseGone(gone_message(row))
    before = wanted_json(row)
    same_term = wanted.get("ends", row.ends) == row.ends and "off_at" not in wanted
    for name, value in wanted.items():
        setattr(row, name, value)
    if row.ends and "grace_days" not in wanted:
        promised = policy_of(row).grace(is_trial=row.is_trial)
        row.grace_days = max(promised, row.grace_days) if same_term else promised
    if wanted_json(row) == before:
        return False
    row.revision += 1
    row.deliver_at = now
    place(row, now)
    row.save(update_fields=[*WANTED, "revision", "deliver_at", "standing", "next_at"])
    note(row, act, by=by, now=now, before=before, after=wanted_json(row))
    return True


def note(row: License, act: str, *, by: Actor, now: datetime, **fields: Any) -> LicenseEvent:
    """Add an entry to the license's audit trail; what staff did is also in the audit log."""
    before, after = fields.pop("before", {}), fields.pop("after", {})
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    before = {name: before[name] for name in names if name in before}
    after = {name: after[name] for name in names if name in after}
    if by != KIT:
        word = f"license.{act.replace(' ', '_').replace('-', '_')}"
        about = {"email": row.email, "connector": row.connector.slug}
        record_action(by, word, f"license/{row.pk}", before=before, after=about | after)
    return LicenseEvent.objects.create(
        license=row, act=act, by=by.name[:200], at=now, before=before, after=after, **fields
    )
