"""Dry runs that staff asked for: which installations, which release, what each answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Connector, Release
from connector_kit.models.installations import Installation
from connector_kit.models.orders import Order


class DryRun(models.Model):
    """A question to installations: what would this release change? Asked by a worker.

    A row without ``finished_at`` has installations that are still to be asked, or to answer.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="dry_runs")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="dry_runs")
    recreate_deleted = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    trouble = columns.TextField(
        blank=True, default="", help_text="why it could not be asked at all"
    )

    # Only older processes that still run read this: version 0.2 removes it.
    claimed_until = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"dry run {self.pk} of {self.release}"


class DryRunAnswer(models.Model):
    """What one installation answered, or why it did not; no outcome: not asked yet."""

    dry_run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="answers")
    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="dry_run_answers"
    )
    outcome = columns.ShownField(
        max_length=12, blank=True, default="", help_text="planned, failed or timed_out"
    )
    plan = columns.JSONField(null=True)
    code = columns.ShownField(max_length=100, blank=True, default="")
    message = columns.TextField(blank=True, default="")
    order = models.ForeignKey(
        Order,
        on_delete=models.SET_NULL,
        null=True,
        related_name="answers",
        help_text="what lets the call plan, once the installation was asked",
    )
    due_at = models.DateTimeField(null=True, help_text="when it is given up on, once asked")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dry_run", "installation"], name="one_answer_per_installation"
            )
        ]
        indexes = [models.Index(fields=["installation", "-id"], name="latest_answer")]

    def __str__(self) -> str:
        return f"{self.installation_id} in dry run {self.dry_run_id}: {self.outcome or 'open'}"
