"""What is counted: usage of flows, installations by version, and calls that were refused."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Connector


class FlowUsage(models.Model):
    """What one flow of one integration did on one day (UTC), according to its jobs when read.

    It is stored here because the platform keeps jobs for only 30 days. *flow_id* is empty for
    exports and imports that were run alone.
    """

    integration_id = columns.CharField(max_length=40)
    flow_id = columns.CharField(max_length=40, blank=True, default="")
    flow = columns.ShownField(max_length=200, blank=True, default="", help_text="its external id")
    day = models.DateField()
    runs = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    canceled = models.PositiveIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0, help_text="what imports did")
    ignored = models.PositiveBigIntegerField(default=0)
    errors = models.PositiveBigIntegerField(default=0)
    resolved = models.PositiveBigIntegerField(default=0)
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["integration_id", "flow_id", "day"], name="one_usage_per_flow_and_day"
            )
        ]
        indexes = [models.Index(fields=["day"], name="usage_by_day")]

    def __str__(self) -> str:
        return f"{self.integration_id} {self.flow or self.flow_id} {self.day}: {self.runs} runs"


class VersionCount(models.Model):
    """One connector, one day (UTC), one version: the installations that were seen with it last.

    Counted by a worker, several times a day; the day's last count stays.
    """

    connector = models.ForeignKey(
        Connector, on_delete=models.CASCADE, related_name="version_counts"
    )
    day = models.DateField()
    version = columns.ShownField(max_length=64, blank=True, help_text="empty: not known")
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector", "day", "version"], name="one_count_per_day_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connector_id} {self.day} {self.version}: {self.count}"


class RefusedCall(models.Model):
    """How often calls of one connector were refused for one reason, and the newest of them.

    They named an installation, and did not show that their token reaches it.

    One row per connector and code, so the table does not grow with the number of calls, or with
    what they name. What they name is foreign text, so nothing refers to an installation.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="refused_calls")
    code = columns.ShownField(max_length=100, help_text="why, as the caller was told")
    function = columns.ShownField(max_length=200, help_text="what was called last")
    integration_id = columns.ShownField(max_length=24, help_text="what was named last")
    message = columns.TextField(blank=True, default="", db_default="")
    count = models.PositiveBigIntegerField(default=1, db_default=1)
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[RefusedCall]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "code"], name="one_row_per_refusal")
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.count} calls of {self.connector_id}"

    @classmethod
    def note(
        cls, connector: Connector, code: str, *, function: str, integration_id: str, message: str
    ) -> None:
        """Count one more refused call, with what it was about."""
        about = {"function": function, "integration_id": integration_id, "message": message}
        same = cls.objects.filter(connector=connector, code=code[:100])
        if not same.update(count=F("count") + 1, last_at=Now(), **about):
            row = cls(connector=connector, code=code, **about)
            cls.objects.bulk_create([row], ignore_conflicts=True)
