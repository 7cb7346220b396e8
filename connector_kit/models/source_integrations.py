"""The source integration of a framework 2.0 connector, in the publisher's own account."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from connector_kit.models import clock, columns
from connector_kit.models.catalog import Connector, Release


class SourceIntegrationQuerySet(models.QuerySet["SourceIntegration"]):
    """Queries over the source integrations."""

    def names(self, connector: Connector) -> dict[str, str]:
        """The components of *connector* by the ids of their documents in its source integration."""
        ids = self.filter(connector=connector).values_list("ids", flat=True).first() or {}
        return {identity: name for name, identity in ids.items()}

    def outdated(self) -> SourceIntegrationQuerySet:
        """Those that do not hold their connector's default release, or hold part of another."""
        is_held = Q(release=F("connector__default_release"), begun=[])
        return self.exclude(is_held).exclude(connector__default_release=None)


class SourceIntegration(models.Model):
    """What the platform copies into the accounts of customers who install the connector."""

    connector = models.OneToOneField(
        Connector, on_delete=models.CASCADE, related_name="source_integration"
    )
    integration_id = columns.CharField(
        max_length=24,
        blank=True,
        default="",
        db_default="",
        help_text="_id in the publisher's account; empty until it is made",
    )
    release = models.ForeignKey(
        Release, on_delete=models.SET_NULL, null=True, help_text="what it holds in full"
    )
    ids = columns.JSONField(
        default=dict, db_default={}, help_text="the ids of its documents, by component"
    )
    begun = columns.JSONField(
        default=list,
        db_default=[],
        help_text="versions that it was to hold since, and may hold in part; oldest first",
    )
    problem = columns.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="why it could not be brought to the default release; empty: it could",
    )
    busy_until = models.DateTimeField(
        null=True, help_text="until then no other process may write it"
    )

    objects = SourceIntegrationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"source of {self.connector.slug}"

    def to_json(self) -> dict[str, str | None]:
        """Return what there is to know of it as JSON."""
        return {
            "integration_id": self.integration_id,
            "version": self.release.version if self.release else None,
            "problem": self.problem or None,
        }

    def interrupted(self) -> list[Release]:
        """The releases in `begun`, as far as they are still recorded."""
        if not self.begun:
            return []
        releases = {release.version: release for release in self.connector.releases.all()}
        return [releases[version] for version in self.begun if version in releases]

    def may_hold(self) -> list[Release]:
        """The releases of which it may hold something, oldest first."""
        return [*([self.release] if self.release else []), *self.interrupted()]

    def claim(self, *, seconds: float) -> bool:
        """Take the exclusive right to write it, for *seconds*; False when another process has."""
        moment = clock.now()
        is_free = Q(busy_until=None) | Q(busy_until__lt=moment)
        free = SourceIntegration.objects.filter(is_free, pk=self.pk)
        return bool(free.update(busy_until=moment + timedelta(seconds=seconds)))

    def renew(self, *, seconds: float) -> None:
        """Keep the right to write it for another *seconds*."""
        until = clock.now() + timedelta(seconds=seconds)
        SourceIntegration.objects.filter(pk=self.pk).update(busy_until=until)
