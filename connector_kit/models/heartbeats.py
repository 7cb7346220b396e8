"""When workers gave a sign of life last."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns


class Heartbeat(models.Model):
    """The last sign of life of one kind: of any worker, by the database's clock."""

    kind = columns.CharField(max_length=60, unique=True, help_text="see connector_kit.workers")
    at = models.DateTimeField(db_default=Now())

    objects: ClassVar[models.Manager[Heartbeat]] = models.Manager()

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"

    @classmethod
    def note(cls, kinds: set[str], at: datetime) -> None:
        """Record a sign of life from each of *kinds* *at* that moment."""
        cls.objects.bulk_create(
            [cls(kind=kind, at=at) for kind in sorted(kinds)],
            update_conflicts=True,
            unique_fields=["kind"],
            update_fields=["at"],
        )
