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
        words = " ".join(reasons.values())
        raise PublisherError(f"{of} has no installation {', '.join(reasons)}. {words}")


def strangers(connector: Connector | None, integration_ids: Sequence[str]) -> dict[str, str]:
    """Those of *integration_ids* that are not live installations of *connector*, and why."""
    rows = Installation.objects.filter(integration_id__in=integration_ids)
    known = {row.integration_id: row for row in rows.select_related("connector")}
    return {
        integration_id: reason
        for integration_id in dict.fromkeys(integration_ids)
        if (reason := _why_not(connector, integration_id, known.get(integration_id)))
    }


def _why_not(connector: Connector | None, name: str, row: Installation | None) -> str:
    if row is None:
        return (
            f"{name} is not recorded. Check 'manage.py installbase list'; if it is new, first run "
            "'installbase sync'."
        )
    if connector and row.connector_id != connector.pk:
        return f"{name} is an installation of {row.connector}."
    if row.vanished_at:
        return f"{name} has been gone from the platform since {row.vanished_at:%Y-%m-%d}."
    return ""


def embedded_among(integration_ids: Sequence[str]) -> list[str]:
    """Those of *integration_ids* that are embedded deployments."""
    rows = Installation.objects.embedded().active().filter(integration_id__in=integration_ids)
    return list(rows.values_list("integration_id", flat=True))
