"""Incoming events of the shop, and the answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from rest_framework import status
from rest_framework.response import Response

from connector_kit.api.shapes.provisioning import AcceptedShape
from connector_kit.licensing import Event, parse_event
from connector_kit.publisher.licenses import receive
from connector_kit.publisher.licenses.tasks import process_soon


def of_webhook(event_id: str, body: Mapping[str, Any]) -> Event:
    """Read ``{type, timestamp, data: {subscription, …}}``; raises `LicensingError`."""
    data = body.get("data")
    subscription = data.get("subscription") if isinstance(data, Mapping) else None
    if isinstance(data, Mapping):
        data = {name: value for name, value in data.items() if name != "subscription"}
    return parse_event(
        event_id=event_id,
        occurred_at=body.get("timestamp"),
        subscription=subscription,
        kind=body.get("type"),
        data=data,
    )


def of_request(body: Mapping[str, Any]) -> Event:
    """Read ``{id, type, occurred_at, subscription, data}``; raises `LicensingError`."""
    return parse_event(
        event_id=body.get("id"),
        occurred_at=body.get("occurred_at"),
        subscription=body.get("subscription"),
        kind=body.get("type"),
        data=body.get("data"),
    )


def accept(event: Event, *, source: str) -> Response:
    """Store *event*, have it processed, and answer 202, even if it is already known."""
    receipt = receive(event, source=source)
    if receipt.event.processed_at is None:
        transaction.on_commit(partial(process_soon, receipt.event.subscription_id))
    told = {"event": event.id, "subscription": event.subscription, "duplicate": not receipt.is_new}
    return Response(AcceptedShape(told).data, status.HTTP_202_ACCEPTED)
