"""Settings that were asked for outside a function call, and what became of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.history import Operation
from connector_kit.models.installations import Installation


class SettingsChange(models.Model):
    """New settings that someone saved for an installation; its next update applies them.

    A token for a customer's account comes with the platform's calls only.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "waits for the next update"
        APPLIED = "applied"
        REFUSED = "refused", "did not pass validation any more"

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="settings_changes"
    )
    values = columns.SealedJSONField(
        help_text="by setting; in a multi-store installation by store first"
    )
    flows = columns.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="flows to switch or schedule: {name: {disabled, …}}",
    )
    by = columns.ShownField(max_length=200, help_text="who asked for it")
    at = models.DateTimeField(db_default=Now())
    outcome = columns.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    errors = columns.JSONField(default=dict, blank=True, help_text="messages by setting")
    message = columns.TextField(blank=True, default="", help_text="why it waits still")
    operation = models.ForeignKey(
        Operation, on_delete=models.SET_NULL, null=True, related_name="settings_changes"
    )

    class Meta:
        indexes = [models.Index(fields=["installation", "outcome"], name="waiting_settings")]

    def __str__(self) -> str:
        return f"settings of {self.installation_id} by {self.by}: {self.outcome}"


class SettingsLink(models.Model):
    """A link to the settings of one installation; its secret is signed and stored nowhere."""

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="settings_links"
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,  # it opens nothing without its maker's role
        null=True,
        related_name="+",
        help_text="whose role it depends on; none when a command made it",
    )
    made_by = columns.ShownField(max_length=200, help_text="who made it, by name")
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link {self.pk} by {self.made_by}"
