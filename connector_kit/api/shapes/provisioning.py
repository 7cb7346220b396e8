"""Subscriptions of the web shop, and the events that they follow from."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from connector_kit.api.shapes.licenses import LicenseShape
from connector_kit.api.shapes.plain import Shown
from connector_kit.models import ProvisioningEvent, Subscription

EVENTS_SHOWN = 100


class EventWishShape(Shown):
    """An event, as docs/licenses.md lists them; only described here: `parse_event` reads it."""

    id = serializers.CharField()
    type = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    subscription = serializers.CharField()
    data = serializers.DictField(required=False)  # type: ignore[assignment]  # serializers have that name, too


class WebhookShape(Shown):
    """An event as a webhook tells it: *data* also names the subscription."""

    type = serializers.CharField()
    timestamp = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]  # serializers have that name, too


class AcceptedShape(Shown):
    """An event that is stored; *duplicate* tells whether it was before."""

    event = serializers.CharField()
    subscription = serializers.CharField()
    duplicate = serializers.BooleanField()


class SubscriptionShape(serializers.ModelSerializer[Subscription]):
    """A subscription with its license; *code* and *message* say why it has none."""

    subscription = serializers.CharField(source="key")
    license = LicenseShape(allow_null=True)

    class Meta:
        model = Subscription
        fields: tuple[str, ...] = ("subscription", "entitlement", "license", "code", "message")


class EventShape(serializers.ModelSerializer[ProvisioningEvent]):
    """A stored event and its result; *processed_at* is null until it is processed."""

    outcome = serializers.CharField(allow_blank=True)

    class Meta:
        model = ProvisioningEvent
        fields = (
            *("event_id", "kind", "occurred_at", "data", "source", "received_at"),
            *("processed_at", "outcome"),
        )


class SubscriptionDetailShape(SubscriptionShape):
    """A subscription with its newest events."""

    events = EventShape(many=True)

    class Meta(SubscriptionShape.Meta):
        fields = (*SubscriptionShape.Meta.fields, "events")

    def to_representation(self, instance: Subscription) -> dict[str, Any]:
        """Return the subscription and its latest events."""
        newest = instance.events.order_by("-occurred_at", "-pk")[:EVENTS_SHOWN]
        subscription: dict[str, Any] = SubscriptionShape(instance).data
        return {**subscription, "events": EventShape(newest, many=True).data}
