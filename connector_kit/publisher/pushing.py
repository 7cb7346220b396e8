"""Pushing an update to many, some of which may be gone, and to those that were left locked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from connector_kit.integrator import Client
from connector_kit.integrator.errors import IntegratorError, NotFound, Refused
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, Installation, Operation, Order, Push
from connector_kit.models.clock import now

PATIENCE = timedelta(seconds=60)
"""How long an installation is left alone after the last operation there."""

AT_MOST = 50
"""Installations of a connector that are pushed at a time."""


def push_each(
    client: Client, connector_id: str, integration_ids: list[str]
) -> Mapping[str, IntegratorError]:
    """Push to all at once, or one by one if that is refused; returns who was refused, and why.

    Raises `IntegratorError` when the platform cannot be asked.
    """
    try:
        client.connectors.push_update(connector_id, integration_ids)
    except (Refused, NotFound) as error:
        if len(integration_ids) == 1:
            return {integration_ids[0]: error}
        refused: dict[str, IntegratorError] = {}
        for integration_id in integration_ids:
            refused |= push_each(client, connector_id, [integration_id])
        return refused
    return {}


def stragglers(at: datetime) -> QuerySet[Installation]:
    """Installations that are locked, with no process at work on them and no rollout in charge.

    Includes those that were pushed for new settings of their own or of a store, without a call that
    asked for them on record, and those with a store that such a call has half written.
    """
    recent = Operation.objects.filter(installation=OuterRef("pk"), started_at__gt=at - PATIENCE)
    in_flight = Push.objects.filter(installation=OuterRef("pk"), state__in=Push.IN_FLIGHT)
    is_here = Q(installation=OuterRef("pk")) | Q(installation__parent=OuterRef("pk"))
    ordered = Order.objects.open().filter(
        is_here, kind=Order.Kind.SETTINGS, placed_at__lt=at - PATIENCE
    )
    unheard = ordered.filter(begun_at=None)
    half_written = ordered.filter(
        installation__parent__isnull=False, installation__update_in_progress=True
    )
    waiting = Q(update_in_progress=True) | Exists(unheard) | Exists(half_written)
    return (
        Installation.objects.active()
        .marketplace()
        .without_children()
        .filter(
            waiting,
            Q(lease_owner="") | Q(lease_until__lt=at),
            ~Exists(recent),
            ~Exists(in_flight),
            connector__connector_id__isnull=False,
        )
        .exclude(mode__in=("install", "uninstall"))
    )


def push_stragglers() -> int:
    """Push to the installations that were left locked; returns how many.

    integrator.io locks an installation when an update is pushed to it, and only the update function
    unlocks it. A call that was lost, or that failed halfway through saved settings, leaves the
    customer locked. Pushed again, the call finishes what is ordered, and unlocks where nothing is.
    Raises `IntegratorError` or `LifecycleError` when the platform cannot be asked.
    """
    found = stragglers(now())
    pushed = 0
    for connector in Connector.objects.filter(installations__in=found).distinct():
        rows = found.filter(connector=connector).order_by("?")  # so that each gets a turn
        ids = list(rows.values_list("integration_id", flat=True)[:AT_MOST])
        with publisher_client() as client:
            refused = push_each(client, connector.connector_id or "", ids)
        pushed += len(ids) - len(refused)
    return pushed
