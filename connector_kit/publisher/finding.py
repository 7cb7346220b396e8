"""Finding things by the names that people give; errors name what is not found, and why."""

from __future__ import annotations

from collections.abc import Sequence

from connector_kit.models import Connector, Installation
from connector_kit.publisher.errors import PublisherError


def require_installations(connector: Connector | None, integration_ids: Sequence[str]) -> None:
    """Raise a `PublisherError` that names what is no live installation of *connector*, and why.

    None means any connector.
    """
    reasons = strangers(connector, integration_ids)
    if reasons:
        of = connector.slug if connector else "The install base"
        why = " ".join(reasons.values())
        raise PublisherError(f"{of} has no installation {', '.join(reasons)}. {why}")


def find_installation(integration_id: str) -> Installation:
    """The installation with that integration id, also one that is gone; raises `PublisherError`."""
    rows = Installation.objects.select_related("connector")
    if found := rows.filter(integration_id=integration_id).first():
        return found
    reasons = strangers(None, [integration_id])
    raise PublisherError(reasons[integration_id])


def strangers(connector: Connector | None, integration_ids: Sequence[str]) -> dict[str, str]:
    """Those of *integration_ids* that are not live installations of *connector*, and why."""
    rows = Installation.objects.filter(integration_id__in=integration_ids)
    known = {row.integration_id: row for row in rows.select_related("connector")}
    reasons: dict[str, str] = {}
    for name in dict.fromkeys(integration_ids):
        row = known.get(name)
        if row is None:
            reasons[name] = (
                f"{name} is not recorded. Check 'connector-kit installbase list'; if it is new, "
                "first run 'installbase sync'."
            )
        elif connector and row.connector_id != connector.pk:
            reasons[name] = f"{name} is an installation of {row.connector}."
        elif row.vanished_at:
            reasons[name] = (
                f"{name} has been gone from the platform since {row.vanished_at:%Y-%m-%d}."
            )
    return reasons


def embedded_among(integration_ids: Sequence[str]) -> list[str]:
    """Those of *integration_ids* that are embedded deployments."""
    rows = Installation.objects.embedded().active().filter(integration_id__in=integration_ids)
    return list(rows.values_list("integration_id", flat=True))
