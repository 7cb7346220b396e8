"""The publisher's staff: what each did, and the tokens with which their programs act."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns


class StaffAction(models.Model):
    """One change made by staff, with before and after (secrets masked). Never edited."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    actor_name = columns.ShownField(
        max_length=200, help_text="who it was; stays when the user is deleted"
    )
    action = columns.ShownField(max_length=60, help_text="rollout.pause, license.create, …")
    subject = columns.ShownField(max_length=300, help_text="what was changed, as <kind>/<id>")
    before = columns.JSONField(null=True)
    after = columns.JSONField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-at"], name="action_by_subject"),
            models.Index(fields=["-at", "-id"], name="latest_action"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.subject}"


class ApiToken(models.Model):
    """A token for the REST API. Its text is shown once; only the secret's digest is stored."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = columns.CharField(max_length=100, help_text="what it is for")
    key = columns.CharField(max_length=16, unique=True, help_text="its public part, to find it by")
    digest = columns.CharField(max_length=64, help_text="SHA-256 of its secret part")
    scopes = columns.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"
