"""Work on deployments that a worker left unfinished: sent again, or given up.

The message was lost, or the worker died. Orders say what is wanted, operations how far it got; the
broker need not be asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connector_kit.embedded.removal import ordered_removal
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.models import Change, Installation, Operation, Order, clock
from connector_kit.workers.attempts import AT_MOST

PATIENCE = timedelta(seconds=30)
"""How long an order waits for its task before it is sent again."""
PAUSE = timedelta(minutes=10)
"""How long to wait after a temporary failure: the task's own retries are over by then."""
PASSING = frozenset({"update_in_progress", "lease_lost", "changed_meanwhile"})
"""Temporary failures."""
AWAY = frozenset({"platform_unavailable", "rate_limited", "outcome_unknown"})
"""Temporary failures of the platform."""
AT_ONCE = 500

KINDS = (Order.Kind.INSTALL, Order.Kind.DEPLOYMENT, Order.Kind.SETTINGS, Order.Kind.REMOVAL)
"""The kinds of orders for workers; rollouts and dry runs manage their own orders."""

WORKER_LOST = "worker_lost"
MESSAGE = (
    f"The worker process died {AT_MOST} times in a row on this task without progress. Usually, "
    "the system ran out of memory; see the worker's log. Give workers more memory or less work "
    "at a time (--concurrency), then try again."
)

_UNFINISHED = ("", Operation.Outcome.CHECKPOINT)


def left_behind(now: datetime) -> QuerySet[Order]:
    """Open orders of deployments that no one works on and that can continue; a limited number.

    An order that failed for good waits until it is requested again.
    """
    last = Operation.objects.filter(order=OuterRef("pk")).order_by("-pk")
    is_free = Q(installation__lease_owner="") | Q(installation__lease_until__lt=now)
    orders = Order.objects.open().filter(
        is_free,
        kind__in=KINDS,
        installation__embedded_account__isnull=False,
        installation__vanished_at=None,
    )
    begun = orders.annotate(
        last_code=Subquery(last.values("code")[:1]),
        last_outcome=Subquery(last.values("outcome")[:1]),
        last_start=Subquery(last.values("started_at")[:1]),
    )
    is_lost = Q(last_start=None, placed_at__lt=now - PATIENCE)
    was_cut_off = Q(last_outcome__in=_UNFINISHED) | Q(last_code="interrupted")
    is_unfinished = was_cut_off & Q(last_start__lt=now - PATIENCE)
    has_passed = Q(last_code__in=PASSING | AWAY, last_start__lt=now - PAUSE)
    found = begun.filter(is_lost | is_unfinished | has_passed)
    return found.select_related("installation").order_by("pk")[:AT_ONCE]


def gives_up(kind: Operation.Kind, function: str) -> dict[str, Any]:
    """Return the options of a task that leaves a failed operation of *kind* when it is given up."""
    return {
        "give_up": staticmethod(partial(_give_up, kind, function)),
        "progress": staticmethod(_progress),
    }


def _give_up(kind: Operation.Kind, function: str, installation_id: int) -> None:
    installation = Installation.objects.filter(pk=installation_id).first()
    if installation is None or installation.vanished_at:
        return
    # What the last process to die left unfinished, or else what all of them were working on, so
    # that it is not started again.
    left_open = installation.operations.filter(kind=kind, finished_at=None)
    record = left_open.order_by("-pk").first()
    if record is None:
        if kind is Operation.Kind.INSTALL:
            order = Order.objects.installing(installation)
        elif kind is Operation.Kind.UNINSTALL:
            order = ordered_removal(installation)
        else:
            order = Order.objects.to_serve(installation)
        record = Operation(
            installation=installation,
            kind=kind,
            function=function,
            order=order,
            started_at=clock.now(),
        )
    record.outcome = Operation.Outcome.FAILED
    record.code, record.message = WORKER_LOST, MESSAGE
    record.finished_at = clock.now()
    record.save()
    if kind is Operation.Kind.UPDATE:
        installation.note(update_outcome=record.outcome)
    operation_finished.send_robust(Operation, operation=record)


def _progress(installation_id: int) -> str:
    """Return how far work on the deployment has come: the newest change made in the account."""
    made = Change.objects.filter(installation=installation_id).exclude(action="keep")
    return str(made.order_by("-made_at", "-pk").values_list("pk", flat=True).first() or "")
