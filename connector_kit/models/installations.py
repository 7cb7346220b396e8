"""The install base: installations, the components of each, and the leases on them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Concat, Lower, Now

from connector_kit import storable
from connector_kit.blueprint import CompiledComponent
from connector_kit.models import columns, statements
from connector_kit.models.catalog import Connector, Document, Release
from connector_kit.models.embedding import EmbeddedAccount


class InstallationQuerySet(models.QuerySet["Installation"]):
    """Queries over the install base."""

    def active(self) -> InstallationQuerySet:
        """Installations that the platform still has."""
        return self.filter(vanished_at=None)

    def embedded(self) -> InstallationQuerySet:
        """Installations in accounts whose token the publisher has."""
        return self.exclude(embedded_account=None)

    def without_children(self) -> InstallationQuerySet:
        """Installations of their own: to a child, nothing can be pushed."""
        return self.filter(parent=None)

    def marketplace(self) -> InstallationQuerySet:
        """Installations that customers made from the marketplace."""
        return self.filter(embedded_account=None)


PENDING = "pending-"
"""Begins the ``integration_id`` of a deployment whose integration is not made, or not found, yet:
the intent is on record before the first request."""


class Installation(models.Model):
    """One installation of a connector: an integration in a customer's account."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="installations")
    integration_id = columns.CharField(max_length=24, unique=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        related_name="children",
        help_text="framework 2.0: the installation that this store, a child, belongs to",
    )
    name = columns.ShownField(max_length=300, blank=True, default="")
    email = columns.ShownField(max_length=320, blank=True, default="")
    account_id = columns.ShownField(
        max_length=64,
        blank=True,
        default="",
        db_index=True,
        help_text="the account whose rate limit counts; empty until known",
    )
    embedded_account = models.ForeignKey(
        EmbeddedAccount,
        on_delete=models.PROTECT,
        null=True,
        related_name="installations",
        help_text="the account it was deployed into with the publisher's token",
    )
    end_user = columns.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="embedded: whom it is for, in the publisher's own words",
    )
    sandbox = models.BooleanField(default=False)
    tag = columns.ShownField(max_length=300, blank=True, default="")
    mode = columns.ShownField(max_length=20, blank=True, default="")
    version = columns.ShownField(
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
    opts = columns.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="the license's opts, as the platform sent them last",
    )
    settings = columns.SealedJSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="what the customer has set, by the settings' names",
    )
    retired_settings = columns.SealedJSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="what versions did not take, by version: {version, settings, earlier}",
    )
    stores = columns.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="ids of a multi-store installation's stores",
    )
    update_outcome = columns.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text="how the last update ended, as its operation says; empty: none was made",
    )
    searched = models.GeneratedField(
        expression=Lower(
            Concat(
                *("integration_id", Value(" "), "name", Value(" ")),
                *("email", Value(" "), "tag", Value(" "), "account_id"),
            )
        ),
        output_field=columns.TextField(),
        db_persist=True,
        help_text="what a search looks into, in lower case",
    )
    is_drifted = models.BooleanField(
        null=True, help_text="whether the last check found it changed; empty: never checked"
    )
    drift_checked_at = models.DateTimeField(null=True)
    opening = columns.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="a store whose setup is not finished",
    )
    edition = columns.CharField(
        max_length=storable.EDITION,
        blank=True,
        default="",
        db_default="",
        help_text="the edition that is installed",
    )
    add_ons = columns.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="installed add-ons, by name and store: {status, installedOn}",
    )
    flows = columns.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="what customers may change in flows, as last seen: by external id",
    )
    activity = columns.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="newest runs and errors of its flows, as the last check found them",
    )
    usage_since = models.DateTimeField(null=True, help_text="from then on its jobs were counted")
    usage_until = models.DateTimeField(null=True, help_text="up to then its jobs were counted")
    needs = columns.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="connections that its customer has yet to log in to, and what waits for them",
    )
    seen_at = models.DateTimeField(db_default=Now(), help_text="last time the platform named it")
    vanished_at = models.DateTimeField(null=True)
    lease_owner = columns.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    # Only older processes read these, while this code replaces them. Version 0.2 drops the columns
    # (docs/operations.md).
    target = models.ForeignKey(
        Release, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    recreate_deleted = models.BooleanField(default=False, db_default=False, editable=False)
    plan_only = models.BooleanField(default=False, db_default=False, editable=False)

    objects = InstallationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["connector", "version"], name="installation_by_version"),
            models.Index(
                fields=["connector", "version", "sandbox", "update_outcome"],
                name="active_installation",
                condition=Q(vanished_at=None),
            ),
            models.Index(KeyTransform("connectorEdition", "opts"), name="installation_by_edition"),
            models.Index(
                fields=["connector", "-sandbox", "id"],
                name="active_in_rollout_order",
                condition=Q(vanished_at=None),
            ),
            models.Index(fields=["connector", "integration_id"], name="installation_in_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "embedded_account", "end_user"],
                condition=Q(embedded_account__isnull=False),
                name="one_deployment_per_end_user",
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The installation as people know it: customer and tag, otherwise name, account, or id.

        A store has its own name before that of its customer.
        """
        known = " · ".join(filter(None, (self.email or self.end_user, self.tag)))
        if self.parent_id and self.name and known:
            return f"{self.name} of {known}"
        return known or self.name or self.account_id or self.integration_id

    @property
    def environment(self) -> str:
        """The environment of the account that it is in, as the platform calls it."""
        return "sandbox" if self.sandbox else "production"

    @property
    def is_pending(self) -> bool:
        """Whether the integration of this deployment is still to be made, or found."""
        return self.integration_id.startswith(PENDING)

    def note(self, **values: Any) -> None:
        """Store *values* and nothing else: others may be writing other fields of the row."""
        if not values:
            return
        for name, value in values.items():
            setattr(self, name, value)
        fields: list[Any] = [self._meta.get_field(name) for name in values]
        _noting(*values)(*(getattr(self, field.attname) for field in fields), self.pk)

    def take_lease(self, owner: str, *, now: datetime, seconds: float) -> bool:
        """Take the exclusive right to change this account, for *seconds*.

        False when another process holds it. One conditional UPDATE, so it works across processes.
        """
        is_free = Q(lease_owner="") | Q(lease_until__lt=now)
        free = Installation.objects.filter(is_free, pk=self.pk)
        return bool(free.update(lease_owner=owner, lease_until=now + timedelta(seconds=seconds)))

    def renew_lease(self, owner: str, *, now: datetime, seconds: float) -> bool:
        """Keep the lease for another *seconds*; within a transaction, at least until its end.

        False when *owner* no longer has it, even if the process that took it has released it.
        """
        return bool(_RENEW_LEASE(now + timedelta(seconds=seconds), self.pk, owner))

    def release_lease(self, owner: str) -> None:
        """Give the lease back, if it is still *owner*'s."""
        _RELEASE_LEASE("", None, self.pk, owner)

    def applied(self) -> dict[str, CompiledComponent]:
        """What the kit last applied to each component, by external id."""
        rows = self.components.exclude(applied=None).select_related("applied")
        return {row.external_id: row.applied.component() for row in rows if row.applied}


@cache
def _noting(*names: str) -> statements.Update:
    return statements.Update(Installation, names, where=("id",))


_MINE = ("id", "lease_owner")
_RENEW_LEASE = statements.Update(Installation, ("lease_until",), where=_MINE)
_RELEASE_LEASE = statements.Update(Installation, ("lease_owner", "lease_until"), where=_MINE)


class Component(models.Model):
    """One component of an installation: its id in the account and what was applied to it."""

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="components"
    )
    external_id = columns.CharField(max_length=storable.EXTERNAL_ID)
    resource = columns.CharField(max_length=storable.RESOURCE)
    resource_id = columns.CharField(max_length=24)
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
