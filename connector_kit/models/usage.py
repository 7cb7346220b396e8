"""What flows did, day by day: stored here, as the platform keeps jobs for only 30 days."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns


class FlowUsage(models.Model):
    """What one flow of one integration did on one day (UTC), according to its jobs when read.

    *flow_id* is empty for exports and imports that were run alone.
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
