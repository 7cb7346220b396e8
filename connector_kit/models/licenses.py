"""Licenses: what is wanted of each, what the platform last said, and who changed what.

And what the publisher's web shop reported: subscriptions, and each of their events once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Connector

_DAY = timedelta(days=1)


VANISHED = "license_vanished"
"""The code of a license in force that the platform no longer has."""


class LicenseQuerySet(models.QuerySet["License"]):
    """Queries over licenses."""

    def present(self) -> LicenseQuerySet:
        """Licenses that the platform has, or that still have to be sent to it."""
        return self.filter(vanished_at=None)

    def lost(self) -> LicenseQuerySet:
        """Licenses in force that the platform no longer has, although none was removed here."""
        return self.exclude(vanished_at=None).filter(code=VANISHED)

    def known(self) -> LicenseQuerySet:
        """Those that the platform has or has lost, and those that still have to be sent to it."""
        return self.filter(Q(vanished_at=None) | Q(code=VANISHED))

    def ending(self, first: date, last: date) -> LicenseQuerySet:
        """Licenses that end from *first* to *last*: as agreed, else by the platform (UTC)."""
        begin = datetime.combine(first, time(), UTC)
        end = datetime.combine(min(last, date.max - _DAY) + _DAY, time(), UTC)
        is_agreed = Q(ends__range=(first, last))
        is_platforms = Q(ends=None, expires__gte=begin, expires__lt=end)
        return self.filter(is_agreed | is_platforms)

    def pending(self) -> LicenseQuerySet:
        """What should be on the platform and is not: grants that wait, changes refused, losses."""
        is_open = ~Q(code="") | Q(license_id=None) | ~Q(deliver_at=None)
        return self.filter(Q(vanished_at=None) & is_open | Q(code=VANISHED))

    def to_deliver(self, now: datetime) -> LicenseQuerySet:
        """What is due to be written to the platform, the longest due first."""
        unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.present().filter(unclaimed, deliver_at__lte=now).order_by("deliver_at", "pk")

    def to_move(self, now: datetime) -> LicenseQuerySet:
        """Licenses whose standing changes, the longest due first."""
        return self.present().filter(next_at__lte=now).order_by("next_at", "pk")


class License(models.Model):
    """A license: one user's right to one installation of one connector.

    Without a ``license_id`` it is a grant that waits: its user has no account yet, or the platform
    has not answered. Without an ``ends`` its dates are the platform's: the kit only mirrors them.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="licenses")
    license_id = columns.CharField(
        max_length=24, unique=True, null=True, help_text="_id at the platform"
    )
    email = columns.CharField(max_length=320, db_index=True)
    sandbox = models.BooleanField(default=False)
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="children",
        help_text="of a child's license, as asked for here: the parent's",
    )

    # What is wanted.
    edition = columns.CharField(max_length=200, blank=True, default="")
    add_ons = columns.JSONField(null=True, help_text="names; empty: as the platform has them")
    stores = models.PositiveIntegerField(null=True, help_text="how many; empty: as it has them")
    opts = columns.JSONField(default=dict, help_text="what else the license's opts are to say")
    ends = models.DateField(null=True, help_text="last day agreed, where the customer lives")
    time_zone = columns.CharField(max_length=64, default="UTC")
    is_trial = models.BooleanField(default=False)
    grace_days = models.PositiveIntegerField(default=0, help_text="after the last day, promised")
    off_at = models.DateTimeField(null=True, help_text="switched off by the publisher")
    past_due_since = models.DateTimeField(null=True, help_text="since a payment has failed")
    standing = columns.CharField(max_length=12, blank=True, default="")
    next_at = models.DateTimeField(null=True, help_text="when the standing changes")
    revision = models.PositiveIntegerField(default=0, help_text="grows with every change wanted")

    # On its way to the platform.
    deliver_at = models.DateTimeField(null=True, help_text="when it is to be written (again)")
    claimed_until = models.DateTimeField(null=True, help_text="until then somebody writes it")
    create_sent_at = models.DateTimeField(
        null=True, help_text="a create was sent then, and its answer never came"
    )
    attempts = models.PositiveIntegerField(default=0, help_text="that were in vain")
    code = columns.ShownField(max_length=100, blank=True, default="", help_text="why in vain")
    message = columns.TextField(blank=True, default="")

    # What the platform said.
    live = columns.JSONField(default=dict, help_text="its document, but for the user")
    user_id = columns.ShownField(max_length=24, blank=True, default="")
    user_name = columns.ShownField(max_length=300, blank=True, default="")
    integration_id = columns.ShownField(max_length=24, blank=True, default="", db_index=True)
    parent_license_id = columns.ShownField(max_length=24, blank=True, default="")
    type = columns.ShownField(max_length=40, blank=True, default="")
    expires = models.DateTimeField(null=True)
    trial_ends = models.DateTimeField(null=True)
    resumable = models.BooleanField(default=False)
    drift = columns.JSONField(default=list, help_text="[{field, wanted, platform, fixable}]")
    drifted_at = models.DateTimeField(null=True, help_text="since when it is not as wanted")
    seen_at = models.DateTimeField(db_default=Now())
    vanished_at = models.DateTimeField(null=True, help_text="when the platform had it no more")
    created_at = models.DateTimeField(db_default=Now())

    objects = LicenseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["deliver_at"], name="licenses_to_deliver"),
            models.Index(fields=["next_at"], name="licenses_to_move"),
            models.Index(fields=["connector", "standing"], name="licenses_by_standing"),
            models.Index(fields=["connector", "drifted_at"], name="licenses_by_drift"),
        ]

    def __str__(self) -> str:
        return f"license {self.license_id or f'#{self.pk}'} of {self.email}"

    @property
    def is_managed(self) -> bool:
        """Whether the kit decides over its dates."""
        return self.ends is not None

    @property
    def is_child(self) -> bool:
        """Whether it is a child's, which lives with its parent's."""
        return self.parent_id is not None or bool(self.parent_license_id)

    def claim(self, *, now: datetime, seconds: float) -> bool:
        """Take the exclusive right to write it to the platform, for *seconds*; one UPDATE."""
        is_free = Q(claimed_until=None) | Q(claimed_until__lte=now)
        free = License.objects.filter(is_free, pk=self.pk)
        return bool(free.update(claimed_until=now + timedelta(seconds=seconds)))


class LicenseEvent(models.Model):
    """One entry of a license's audit trail: who did what when, with before and after."""

    license = models.ForeignKey(License, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = columns.ShownField(max_length=200, help_text="a user, an event of the shop, or the clock")
    act = columns.ShownField(max_length=40)
    before = columns.JSONField(default=dict)
    after = columns.JSONField(default=dict)
    code = columns.ShownField(max_length=100, blank=True, default="", help_text="of the failure")
    message = columns.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["license", "-at"], name="latest_license_event")]

    def __str__(self) -> str:
        return f"{self.act} of license #{self.license_id} by {self.by}"


class LicenseReminder(models.Model):
    """One thing a customer is told about the end of a license: once for each end."""

    class Outcome(models.TextChoices):
        SENT = "sent"
        OVERTAKEN = "overtaken", "not sent: something else is true by now"

    license = models.ForeignKey(License, on_delete=models.CASCADE, related_name="reminders")
    notice = columns.CharField(max_length=40)
    ends = models.DateField(help_text="the last day that it is about")
    due_at = models.DateTimeField(null=True, help_text="when it is to be sent (again)")
    attempts = models.PositiveIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    outcome = columns.CharField(max_length=12, choices=Outcome, blank=True, default="")
    message = columns.TextField(blank=True, default="", help_text="why it could not be sent")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["license", "ends", "notice"], name="one_reminder_per_notice_and_end"
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="due_license_reminders")]

    def __str__(self) -> str:
        return f"{self.notice} of license #{self.license_id}"


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
