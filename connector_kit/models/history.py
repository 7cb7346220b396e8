"""The audit trail: every operation on an installation and every change it made."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from connector_kit.models.catalogue import Release
from connector_kit.models.installations import Installation


class Operation(models.Model):
    """One run of the installer, an update, a dry run or the uninstaller in one account.

    A row without ``finished_at`` is running, or was cut off: the next one goes on from there.
    """

    class Kind(models.TextChoices):
        INSTALL = "install"
        UPDATE = "update"
        UNINSTALL = "uninstall"
        PLAN = "plan", "dry run of an update"

    class Outcome(models.TextChoices):
        DONE = "done", "made the changes"
        CURRENT = "current", "found nothing to do"
        CHECKPOINT = "checkpoint", "stopped before its deadline, goes on when called again"
        FAILED = "failed"

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="operations"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    function = models.CharField(max_length=200, help_text="the function the platform called")
    release = models.ForeignKey(Release, on_delete=models.SET_NULL, null=True)
    from_version = models.CharField(max_length=64, blank=True, default="")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    code = models.CharField(max_length=100, blank=True, default="", help_text="of the failure")
    message = models.TextField(blank=True, default="")
    summary = models.JSONField(default=dict, help_text="the plan's counts")
    plan = models.JSONField(null=True, help_text="of a dry run: the whole plan")
    requests = models.PositiveIntegerField(default=0, help_text="API requests it took")

    class Meta:
        indexes = [
            models.Index(fields=["installation", "-started_at"], name="latest_operation"),
            models.Index(fields=["installation", "kind", "-id"], name="newest_of_its_kind"),
            models.Index(fields=["finished_at"], name="operation_by_end"),
            models.Index(
                fields=["installation", "-id"],
                condition=models.Q(kind="update", outcome="failed"),
                name="failed_updates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.installation_id}: {self.outcome or 'running'}"


class Change(models.Model):
    """One write to a customer's account, with before and after (secrets masked)."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="changes")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="changes")
    action = models.CharField(max_length=12, help_text="create, update, adopt, delete or keep")
    resource = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    resource_id = models.CharField(max_length=24, blank=True, default="")
    fields = models.JSONField(default=list, help_text="[{path, before, after, settled}]")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["installation", "-made_at"], name="latest_change")]

    def __str__(self) -> str:
        return f"{self.action} {self.resource}/{self.external_id}"
