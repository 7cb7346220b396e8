"""Unfinished requests to workers: the message was lost, or the worker died.

Orders say what is wanted, operations how far it got; the broker need not be asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connector_kit.models import Operation, Order

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
