"""The audit trail: every operation on an installation and every change it made."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Release
from connector_kit.models.installations import Installation
from connector_kit.models.orders import Order


class OperationQuerySet(models.QuerySet["Operation"]):
    """Queries over operations."""

    def end_broken_off(self) -> int:
        """Record that the running ones among these were cut off; returns how many.

        Call it only when no process can be working on them: the caller holds the lease on the
        installation, or the lease has run out.
        """
        return self.filter(finished_at=None).update(
            outcome=Operation.Outcome.FAILED,
            code="interrupted",
            message="The process that ran this operation ended early. The next operation "
            "continues from there.",
            finished_at=Now(),
        )


class Operation(models.Model):
    """One run of the installer, an update, a dry run or the like in one account.

    A row without ``finished_at`` is running, or was cut off and not found out yet.
    """

    class Kind(models.TextChoices):
        INSTALL = "install"
        UPDATE = "update"
        UNINSTALL = "uninstall"
        PLAN = "plan", "dry run of an update"
        EDITION = "edition", "change of edition"
        ADD_ON = "add_on", "add-on installed or removed"
        STORE = "store", "store added or removed"
        SETTINGS = "settings", "settings saved"
        TAKEOVER = "takeover", "records made of what other code had made"

    class Outcome(models.TextChoices):
        DONE = "done", "made the changes"
        CURRENT = "current", "found nothing to do"
        CHECKPOINT = "checkpoint", "stopped before its deadline, goes on when called again"
        FAILED = "failed"
        IGNORED = "ignored", "nobody had ordered it: changed nothing"
        WAITS = "waits", "done but for what waits until the customer has logged in"

    COMPLETE = (Outcome.DONE, Outcome.CURRENT, Outcome.WAITS)
    """Outcomes that are complete, with nothing left to continue."""

    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="operations"
    )
    kind = columns.CharField(max_length=12, choices=Kind)
    function = columns.ShownField(max_length=200, help_text="the function the platform called")
    release = models.ForeignKey(Release, on_delete=models.SET_NULL, null=True)
    order = models.ForeignKey(
        Order,
        on_delete=models.SET_NULL,
        null=True,
        related_name="operations",
        help_text="what it was done for; empty: the call itself was the customer's order",
    )
    situation = columns.SealedJSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="for what the release is tailored, until the operation is complete",
    )
    from_version = columns.ShownField(max_length=64, blank=True, default="")
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    outcome = columns.CharField(max_length=12, choices=Outcome, blank=True, default="")
    code = columns.ShownField(max_length=100, blank=True, default="", help_text="of the failure")
    message = columns.TextField(blank=True, default="")
    is_refused = models.BooleanField(
        default=False,
        db_default=False,
        help_text="the platform refused a document as it stands, so repeating changes nothing",
    )
    summary = columns.JSONField(default=dict, help_text="the plan's counts")
    plan = columns.JSONField(null=True, help_text="of a dry run: the whole plan")
    requests = models.PositiveIntegerField(default=0, help_text="API requests it took")
    by = columns.ShownField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="who asked for it, where that is known",
    )
    request_id = columns.ShownField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="of the call that it was made by, as log lines name it; empty: made by a worker",
    )
    notes = columns.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="what people should know, such as settings that changed",
    )

    objects = OperationQuerySet.as_manager()

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

    WRITES = ("create", "update", "adopt", "delete")

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="changes")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="changes")
    action = columns.ShownField(max_length=12, help_text="create, update, adopt, delete or keep")
    resource = columns.CharField(max_length=40)
    external_id = columns.CharField(max_length=200)
    resource_id = columns.CharField(max_length=24, blank=True, default="")
    fields = columns.JSONField(default=list, help_text="[{path, before, after, settled}]")
    made_at = models.DateTimeField(db_default=Now())
    is_certain = models.BooleanField(
        default=True,
        db_default=True,
        help_text="no: it was about to be written, and nobody lived to say what became of it",
    )

    class Meta:
        indexes = [
            models.Index(fields=["installation", "-made_at"], name="latest_change"),
            models.Index(
                fields=["installation"], condition=models.Q(is_certain=False), name="open_changes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.resource}/{self.external_id}"
