"""A rollout as rows: the whole state of bringing a release to the install base."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from connector_kit.models import columns
from connector_kit.models.catalog import Connector, Release
from connector_kit.models.history import Operation
from connector_kit.models.installations import Installation
from connector_kit.models.orders import Order


class RolloutQuerySet(models.QuerySet["Rollout"]):
    """Queries over rollouts."""

    def open(self) -> RolloutQuerySet:
        """Rollouts that run or may be resumed: at most one per connector."""
        return self.filter(state__in=Rollout.OPEN)

    def unsettled(self) -> RolloutQuerySet:
        """Rollouts with something to do: running, or with pushes still in flight."""
        flying = Push.objects.filter(rollout=models.OuterRef("pk"), state__in=Push.IN_FLIGHT)
        return self.filter(models.Q(state=Rollout.State.RUNNING) | models.Exists(flying))


class Rollout(models.Model):
    """One release on its way to the installations of its connector, in waves."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        HALTED = "halted", "halted by its failure limit or a refused token"
        ABORTED = "aborted"
        COMPLETED = "completed"

    OPEN = (State.RUNNING, State.PAUSED, State.HALTED)

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="rollouts")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="rollouts")
    state = columns.CharField(max_length=12, choices=State, default=State.RUNNING)
    reason = columns.TextField(blank=True, default="", help_text="why it is not running")
    window = models.PositiveIntegerField(help_text="pushes in flight at the most")
    failure_limit = models.PositiveIntegerField(help_text="failed pushes that halt the rollout")
    max_attempts = models.PositiveIntegerField(help_text="pushes per installation at the most")
    failures_forgiven = models.PositiveIntegerField(
        default=0, help_text="failed pushes that no longer count, since somebody resumed"
    )
    wave_failure_share = models.PositiveIntegerField(
        default=40,
        db_default=40,
        help_text="percent of a wave that may fail before no next wave is begun",
    )
    recreate_deleted = models.BooleanField(default=False)
    selection = columns.JSONField(
        default=dict, db_default={}, blank=True, help_text="for whom it is; empty: for everybody"
    )
    reverses = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        related_name="reversed_by",
        help_text="the rollout that it rolls back",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    objects = RolloutQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connector"],
                condition=models.Q(state__in=["running", "paused", "halted"]),
                name="one_open_rollout_per_connector",
            )
        ]

    def __str__(self) -> str:
        return f"rollout {self.pk} of {self.release}"


class Wave(models.Model):
    """A part of the install base that is updated before the next part starts."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        COMPLETED = "completed"

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="waves")
    index = models.PositiveIntegerField(help_text="from 0")
    label = columns.ShownField(max_length=100, help_text='as asked for: "3" or "25%"')
    state = columns.CharField(max_length=12, choices=State, default=State.WAITING)
    started_at = models.DateTimeField(null=True)
    verifying_until = models.DateTimeField(
        null=True, help_text="until then a worker compares the wave with the install base"
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["rollout", "index"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "index"], name="one_wave_per_index")
        ]

    def __str__(self) -> str:
        return f"wave {self.index + 1} ({self.label}) of rollout {self.rollout_id}"


class Push(models.Model):
    """One installation's place in a rollout, from waiting to its outcome."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed", "a worker is about to push"
        SENT = "sent", "pushed, the update runs"
        RETRYING = "retrying", "between two attempts"
        UPDATED = "updated"
        CURRENT = "current", "already had this version"
        WAITS = "waits", "updated, waits for the customer"
        SKIPPED = "skipped"
        FAILED = "failed"

    PUSHED = (State.CLAIMED, State.SENT)
    IN_FLIGHT = (*PUSHED, State.RETRYING)
    """Pushes that have begun: each is finished or undone, whatever happens to the rollout."""
    UNSETTLED = (State.WAITING, *IN_FLIGHT)
    SUCCEEDED = (State.UPDATED, State.CURRENT, State.WAITS)
    """The account is at the version, even if parts of it wait for the customer."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="pushes")
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="pushes")
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="pushes")
    state = columns.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    from_version = columns.ShownField(max_length=64, blank=True, default="")
    release = models.ForeignKey(
        Release,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="what it brings; empty: the rollout's release",
    )
    order = models.ForeignKey(
        Order,
        on_delete=models.SET_NULL,
        null=True,
        related_name="pushes",
        help_text="what its calls may do, since it was pushed first",
    )
    is_undo = models.BooleanField(
        default=False,
        db_default=False,
        help_text="it did not succeed, and the installation is brought back to what it had",
    )
    due_at = models.DateTimeField(
        db_default=Now(),
        help_text="waiting: not pushed before; in flight: given up on, and pushed again, then",
    )
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(
        null=True, help_text="when the platform's install base showed the new version"
    )
    code = columns.ShownField(max_length=100, blank=True, default="")
    message = columns.TextField(blank=True, default="")
    operation = models.ForeignKey(
        Operation,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="the last update of the installation that was taken into account",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rollout", "installation"], name="one_push_per_installation"
            )
        ]
        indexes = [
            models.Index(fields=["rollout", "state", "due_at"], name="due_pushes"),
            models.Index(fields=["rollout", "wave", "state"], name="pushes_by_wave"),
            models.Index(fields=["rollout", "finished_at"], name="settled_pushes"),
        ]

    def __str__(self) -> str:
        return f"push of {self.installation_id} in rollout {self.rollout_id}: {self.state}"
