"""Between the rows of licenses and the values of `connector_kit.licensing`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connector_kit.conf import kit
from connector_kit.licensing import (
    LicensePolicy,
    Listing,
    Terms,
    Wanted,
    differences,
    instant,
    next_change,
    policy_for,
    stamp,
    standing,
)
from connector_kit.models import License
from connector_kit.models.licenses import VANISHED

WANTED = (
    "edition",
    "add_ons",
    "stores",
    "opts",
    "ends",
    "time_zone",
    "is_trial",
    "grace_days",
    "off_at",
    "past_due_since",
)
"""The fields of a license that are decided here, and that the audit trail shows."""

MIRRORED = (
    "live",
    "user_id",
    "user_name",
    "integration_id",
    "parent_license_id",
    "type",
    "expires",
    "trial_ends",
    "resumable",
    "seen_at",
    "vanished_at",
)
"""The fields of a license that the platform decides."""


_LONGEST_ID = 24
_SHOWN = 200

logger = logging.getLogger(__name__)


def policy_of(row: License, *, trial_days: int | None = None) -> LicensePolicy:
    """Return the policy of the row's edition; *trial_days* count where it does not name them."""
    rules = kit().license_policies
    return policy_for(rules, row.connector.slug, edition_of(row), trial_days=trial_days)


def gone_message(row: License) -> str:
    """Return the message for a license that the platform no longer has, and what to do about it."""
    if row.code == VANISHED and row.is_managed:
        return (
            f"{row} is gone from the platform before its end. Restore it with "
            f"'connector-kit license restore #{row.pk}', or create a new one."
        )
    return f"{row} is gone from the platform. Create a new one."


def is_in_force(row: License, now: datetime) -> bool:
    """Tell whether the license is in force at *now*: agreed here, or paid for on the platform.

    A trial that a customer started on the platform's own pages is left to the platform.
    """
    terms = terms_of(row)
    if terms is not None:
        return terms.switched_off_at > now
    return not row.is_child and row.expires is not None and row.expires > now


def lose(row: License, now: datetime) -> None:
    """Mark the license as gone from the platform; that is an error only if it was in force."""
    if is_in_force(row, now):
        row.code = VANISHED
        row.message = "The license is gone from the platform before its end."
    row.vanished_at, row.deliver_at = now, None
    place(row, now)


def edition_of(row: License) -> str:
    """Return the wanted edition, otherwise that of the platform's license."""
    return row.edition or str((row.live.get("opts") or {}).get("connectorEdition") or "")


def edition_in_force(row: License) -> str:
    """The edition that the platform's license says, whatever is wanted; empty without one."""
    return str((row.live.get("opts") or {}).get("connectorEdition") or "") if row.license_id else ""


def terms_of(row: License) -> Terms | None:
    """Return the terms that the row holds; None when the platform's dates count."""
    if row.ends is None:
        return None
    return Terms(row.ends, row.time_zone, row.is_trial, row.grace_days, row.off_at)


def wanted_of(row: License) -> Wanted:
    """Return what the platform's license should say."""
    add_ons = None if row.add_ons is None else tuple(row.add_ons)
    return Wanted(terms_of(row), row.edition, add_ons, row.stores, row.opts)


def place(row: License, now: datetime) -> None:
    """Set the row's state at *now*, and when that changes."""
    terms = terms_of(row)
    if terms is None or row.vanished_at:
        row.standing, row.next_at = "", None
        return
    policy = policy_of(row)
    row.standing, row.next_at = standing(terms, policy, now), next_change(terms, policy, now)


def readable(document: Any) -> dict[str, Any] | None:
    """Return *document*, one of the platform's licenses, without malformed parts.

    None, and a line in the log, when the license cannot be identified.
    """
    identity = document.get("_id") if isinstance(document, dict) else None
    if not isinstance(identity, str) or not 0 < len(identity) <= _LONGEST_ID:
        logger.warning("a license without an id was passed over: %s", str(document)[:_SHOWN])
        return None
    is_odd = {name: not isinstance(document.get(name), dict | None) for name in ("user", "opts")}
    return {name: value for name, value in document.items() if not is_odd.get(name)}


def mirror(row: License, document: Mapping[str, Any], now: datetime) -> None:
    """Set what the platform's *document* says."""
    user = document.get("user") or {}
    row.license_id = document["_id"]
    row.live = {name: value for name, value in document.items() if name != "user"}
    row.user_id = str(user.get("_id") or "")
    row.user_name = str(user.get("name") or "")[:300]
    row.integration_id = str(document.get("_integrationId") or "")
    row.parent_license_id = str(document.get("_parentId") or "")
    row.type = str(document.get("type") or "")
    row.expires = _moment(document.get("expires"))
    row.trial_ends = _moment(document.get("trialEndDate"))
    row.resumable = bool(document.get("resumable"))
    row.seen_at, row.vanished_at = now, None
    if row.code == VANISHED:
        row.code = row.message = ""
        place(row, now)


def compare(row: License, listing: Listing, now: datetime) -> None:
    """Set which fields of the platform's license, as mirrored, differ from the wanted ones."""
    found = differences(wanted_of(row), listing, row.live)
    row.drift = [difference.to_json() for difference in found]
    row.drifted_at = (row.drifted_at or now) if row.drift else None


def wanted_json(row: License) -> dict[str, Any]:
    """Return the row's wanted state, for the audit trail."""
    return {name: _plain(getattr(row, name)) for name in WANTED}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    return (
        value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
    )


def _moment(text: Any) -> datetime | None:
    try:
        return instant(text) if text else None
    except (TypeError, ValueError):
        return None  # `live` still has the unreadable value, as received
