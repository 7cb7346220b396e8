"""What the publisher's web shop reported: subscriptions, and each of their events once."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.licenses import License


class Subscription(models.Model):
    """A subscription in the publisher's web shop, and the license that results from it."""

    key = columns.CharField(max_length=200, unique=True, help_text="the shop's own id")
    license = models.OneToOneField(
        License, on_delete=models.SET_NULL, null=True, related_name="subscription"
    )
    entitlement = columns.JSONField(null=True, help_text="what its events come to")
    code = columns.ShownField(max_length=100, blank=True, default="", help_text="why not licensed")
    message = columns.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.key


class ProvisioningEventQuerySet(models.QuerySet["ProvisioningEvent"]):
    """Queries over events."""

    def unprocessed(self, now: datetime) -> ProvisioningEventQuerySet:
        """Events that were stored and not taken into account yet, and are due."""
        return self.filter(processed_at=None, due_at__lte=now)


class ProvisioningEvent(models.Model):
    """An event of the shop, stored before it is answered; only what licenses need of it."""

    class Outcome(models.TextChoices):
        APPLIED = "applied"
        UNCHANGED = "unchanged", "the license is that way already"
        WAITING = "waiting", "the subscription has not signed up yet"
        REFUSED = "refused", "it comes to no license that can be had"

    event_id = columns.CharField(max_length=200, unique=True)
    digest = columns.CharField(max_length=64, help_text="of what it said, to tell a replay")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="events")
    kind = columns.CharField(max_length=20)
    occurred_at = models.DateTimeField()
    data = columns.JSONField(default=dict)
    source = columns.ShownField(max_length=200, help_text="webhook, or the user that sent it")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="when it is taken into account (again)")
    processed_at = models.DateTimeField(null=True)
    outcome = columns.CharField(max_length=12, choices=Outcome, blank=True, default="")

    objects = ProvisioningEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["processed_at", "due_at"], name="unprocessed_events"),
            models.Index(fields=["subscription", "occurred_at"], name="events_of_a_subscription"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
