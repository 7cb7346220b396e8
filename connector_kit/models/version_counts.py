"""How many installations had which version on which day."""

from __future__ import annotations

from django.db import models

from connector_kit.models import columns
from connector_kit.models.catalog import Connector


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
