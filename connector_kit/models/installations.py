"""The install base: installations, the components each holds, and who works on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from connector_kit.blueprint import CompiledComponent
from connector_kit.models.catalogue import Connector, Document, Release


class InstallationQuerySet(models.QuerySet["Installation"]):
    """Queries over the install base."""

    def active(self) -> InstallationQuerySet:
        """Installations that the platform still has."""
        return self.filter(vanished_at=None)


class Installation(models.Model):
    """One installation of a connector: an integration in a customer's account."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="installations")
    integration_id = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=300, blank=True, default="")
    email = models.CharField(max_length=320, blank=True, default="")
    account_id = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        help_text="the account whose rate limit counts; empty until known",
    )
    sandbox = models.BooleanField(default=False)
    tag = models.CharField(max_length=300, blank=True, default="")
    mode = models.CharField(max_length=20, blank=True, default="")
    version = models.CharField(
        max_length=64, blank=True, default="", help_text="as the platform's document says"
    )
    update_in_progress = models.BooleanField(default=False)
    release = models.ForeignKey(
        Release,
        on_delete=models.SET_NULL,
        null=True,
        related_name="installations",
        help_text="what the kit last applied in full",
    )
    target = models.ForeignKey(
        Release,
        on_delete=models.SET_NULL,
        null=True,
        related_name="targeted",
        help_text="what the next update brings; empty: the newest release",
    )
    recreate_deleted = models.BooleanField(
        default=False, help_text="make components again that the customer deleted"
    )
    plan_only = models.BooleanField(
        default=False, help_text="the next update plans and records, and changes nothing"
    )
    seen_at = models.DateTimeField(db_default=Now(), help_text="last time the platform named it")
    vanished_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["connector", "version"], name="installation_by_version")]

    def __str__(self) -> str:
        return self.name or self.integration_id

    def note(self, **values: Any) -> None:
        """Store *values* and nothing else: others may be writing other fields of the row."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def take_lease(self, owner: str, *, now: datetime, seconds: float) -> bool:
        """Become the only one who changes this account, for *seconds*; renews one's own lease.

        False when somebody else holds it. One conditional UPDATE, so it works across processes.
        """
        free = Q(lease_owner="") | Q(lease_owner=owner) | Q(lease_until__lt=now)
        mine = Installation.objects.filter(free, pk=self.pk)
        return bool(mine.update(lease_owner=owner, lease_until=now + timedelta(seconds=seconds)))

    def release_lease(self, owner: str) -> None:
        """Give the lease back, if it is still *owner*'s."""
        Installation.objects.filter(pk=self.pk, lease_owner=owner).update(
            lease_owner="", lease_until=None
        )

    def applied(self) -> dict[str, CompiledComponent]:
        """What the kit last applied to each component, by external id."""
        rows = self.components.exclude(applied=None).select_related("applied")
        return {row.external_id: row.applied.component() for row in rows if row.applied}


class Component(models.Model):
    """One component of an installation: its id in the account and what was applied to it."""

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="components"
    )
    external_id = models.CharField(max_length=200)
    resource = models.CharField(max_length=40)
    resource_id = models.CharField(max_length=24)
    applied = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, related_name="components"
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation", "external_id"], name="one_component_per_external_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource}/{self.external_id}"
