"""Calls that named an installation and did not show that their token reaches it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Connector


class RefusedCall(models.Model):
    """How often calls of one connector were refused for one reason, and the newest of them.

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
