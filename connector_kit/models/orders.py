"""Orders: what an update call may do to an installation, and on whose word.

And dry runs, which order plans: what staff asked which installations, and what each answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from connector_kit.blueprint import Blueprint
from connector_kit.models import columns
from connector_kit.models.catalog import Connector, Document, Release, blueprint_in, manifest_of
from connector_kit.models.installations import Installation


class TakeoverManager(models.Manager["Takeover"]):
    """Records takeovers."""

    def record(
        self, connector: Connector, base: Blueprint, rules: dict[str, Any], *, may_write: bool
    ) -> Takeover:
        """Record what is to be taken over: compared with *base*, recognized by *rules*."""
        Document.objects.remember((*base.components, base.integration))
        return self.create(
            connector=connector,
            version=base.version,
            manifest=manifest_of(base),
            rules=rules,
            may_write=may_write,
        )


class Takeover(models.Model):
    """How installations that other code made become the kit's, or would become.

    Its `DryRun` says which installations, and has what was planned or done in each.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="takeovers")
    version = columns.ShownField(max_length=64, help_text="of the base")
    manifest = columns.JSONField(help_text="the base: what documents are compared with")
    rules = columns.JSONField(help_text="the author's, as `connector_kit.takeover.Rules` has them")
    may_write = models.BooleanField(help_text="no: it only plans")

    objects = TakeoverManager()

    def __str__(self) -> str:
        return f"takeover {self.pk} of {self.connector}"

    def blueprint(self) -> Blueprint:
        """The version that documents are compared with."""
        return blueprint_in(self.manifest)


class OrderQuerySet(models.QuerySet["Order"]):
    """Finds, places and takes back orders."""

    def open(self) -> OrderQuerySet:
        """Orders that a call may still serve."""
        return self.filter(state=Order.State.OPEN)

    def writing(self) -> OrderQuerySet:
        """Orders that bring a release to the account."""
        return self.filter(kind__in=Order.BRINGING)

    def to_serve(self, installation: Installation) -> Order | None:
        """The order that the next update call of *installation* serves, or None.

        A takeover goes first, since nothing else is possible before it. An order for a release
        includes settings that wait; dry runs come last.
        """
        rank = models.Case(
            models.When(takeover__isnull=False, then=-1),
            models.When(kind__in=Order.BRINGING, then=0),
            models.When(kind=Order.Kind.SETTINGS, then=1),
            default=2,
        )
        served = self.open().filter(installation=installation).exclude(kind__in=Order.APART)
        return served.select_related("release").order_by(rank, "pk").first()

    def installing(self, installation: Installation) -> Order | None:
        """The open order of an installation that is not complete, or None."""
        found = self.open().filter(installation=installation, kind=Order.Kind.INSTALL)
        return found.select_related("release").first()

    def place(
        self,
        installation: Installation,
        kind: Order.Kind,
        release: Release | None,
        *,
        recreate_deleted: bool = False,
        takeover: Takeover | None = None,
        by: str = "",
    ) -> Order:
        """Order *kind*; an order for a release supersedes an open one for another release."""
        fields: dict[str, Any] = {
            "installation": installation,
            "kind": kind,
            "release": release,
            "recreate_deleted": recreate_deleted,
            "takeover": takeover,
            "by": by[:200],
        }
        with transaction.atomic():
            if kind in Order.BRINGING:
                self.open().writing().filter(installation=installation).take_back()
            return self.create(**fields)

    def place_all(self, orders: Sequence[Order]) -> list[Order]:
        """Order releases for many installations, like `place`, in few queries."""
        with transaction.atomic():
            superseded = self.open().writing()
            superseded.filter(installation__in=[order.installation for order in orders]).take_back()
            return self.bulk_create(orders)

    def take_back(self) -> int:
        """Take the open orders among these back; returns how many. A late call serves none."""
        return self.open().update(state=Order.State.CANCELED, settled_at=Now())

    def consume(self) -> int:
        """Note that the open orders among these were carried out; twice changes nothing."""
        return self.open().update(state=Order.State.DONE, settled_at=Now())


class Order(models.Model):
    """Permission to do one thing to one installation.

    A pushed call of the update function says only which installation it is for
    (protocol/extension.md 5.3), and it may come twice, late, or never. So what it may do is
    recorded before the push. An order is consumed once, when it has been carried out, and is taken
    back when staff change their mind; a call that finds no open order changes nothing and unlocks
    the installation.
    """

    class Kind(models.TextChoices):
        INSTALL = "install", "installation by the customer"
        ROLLOUT = "rollout", "push of a rollout"
        UNDO = "undo", "back to what was installed before"
        DEPLOYMENT = "deployment", "update of an embedded deployment"
        REMOVAL = "removal", "removal of an embedded deployment"
        SETTINGS = "settings", "settings asked for outside a call"
        PLAN = "plan", "dry run or drift check: may not write"
        TAKEOVER = "takeover", "records of what other code made"

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done", "carried out"
        CANCELED = "canceled", "taken back"

    BRINGING = (Kind.INSTALL, Kind.ROLLOUT, Kind.UNDO, Kind.DEPLOYMENT)
    """Orders for a release: one at a time per installation."""
    APART = (Kind.INSTALL, Kind.REMOVAL)
    """Orders that no update call serves."""

    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="orders")
    kind = columns.CharField(max_length=12, choices=Kind)
    release = models.ForeignKey(
        Release,
        on_delete=models.CASCADE,
        null=True,
        related_name="orders",
        help_text="what it brings; empty: nothing but the lock is given back",
    )
    recreate_deleted = models.BooleanField(
        default=False, db_default=False, help_text="make components again that were deleted"
    )
    takeover = models.ForeignKey(
        Takeover,
        on_delete=models.SET_NULL,
        null=True,
        related_name="orders",
        help_text="what the call plans or does instead of an update",
    )
    state = columns.CharField(
        max_length=12, choices=State, default=State.OPEN, db_default=State.OPEN
    )
    by = columns.ShownField(max_length=200, blank=True, default="", db_default="")
    placed_at = models.DateTimeField(db_default=Now())
    begun_at = models.DateTimeField(null=True, help_text="when the first call served it")
    settled_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["installation"],
                condition=Q(state="open", kind__in=["install", "rollout", "undo", "deployment"]),
                name="one_release_ordered_at_a_time",
            )
        ]
        indexes = [
            models.Index(
                fields=["installation", "kind"], condition=Q(state="open"), name="open_orders"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.installation_id}: {self.state}"

    @property
    def may_write(self) -> bool:
        """Whether a call that serves it may change the account."""
        return self.kind != self.Kind.PLAN

    def revoke(self) -> bool:
        """Take the order back, unless a call has begun to serve it; returns whether it did."""
        rows = Order.objects.open().filter(pk=self.pk, begun_at=None)
        return bool(rows.take_back())

    def begin(self) -> bool:
        """Record that a call serves the order now; False when it was taken back meanwhile."""
        is_open = Order.objects.open().filter(pk=self.pk)
        return bool(is_open.update(begun_at=Coalesce("begun_at", Now())))


def ordered_version() -> models.Subquery:
    """The version that is ordered for an installation, for annotations; null where none is."""
    orders = Order.objects.open().writing().filter(installation=models.OuterRef("pk"))
    return models.Subquery(orders.order_by("-pk").values("release__version")[:1])


class DryRun(models.Model):
    """A question to installations: what would this release change? Asked by a worker.

    With a *takeover*, the question is what that would record; one that may write records it.
    A row without ``finished_at`` has installations that are still to be asked, or to answer.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="dry_runs")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="dry_runs")
    recreate_deleted = models.BooleanField(default=False)
    takeover = models.OneToOneField(
        Takeover,
        on_delete=models.CASCADE,
        null=True,
        related_name="dry_run",
        help_text="what the installations are asked about instead of an update",
    )
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
        max_length=12,
        blank=True,
        default="",
        help_text="planned, failed or timed_out; taken_over by a takeover that may write",
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
