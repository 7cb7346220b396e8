"""What was asked of workers and lies there: its message was lost, or its worker died.

Orders say what is wanted, operations how far it came; the broker's word is not needed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from connector_kit.models import Operation, Order

PATIENCE = timedelta(seconds=30)
"""How long an order waits for its task before it is sent again."""
PAUSE = timedelta(minutes=10)
"""How long after a failure that passes by itself: the task's own repeats are over by then."""
PASSING = frozenset({"update_in_progress", "lease_lost", "changed_meanwhile"})
"""Failures that pass by themselves."""
AWAY = frozenset({"platform_unavailable", "rate_limited", "outcome_unknown"})
"""Failures of the platform's that pass as well."""
AT_ONCE = 500

KINDS = (Order.Kind.INSTALL, Order.Kind.DEPLOYMENT, Order.Kind.SETTINGS, Order.Kind.REMOVAL)
"""What workers are asked for; rollouts and dry runs look after their orders themselves."""

_UNFINISHED = ("", Operation.Outcome.CHECKPOINT)


def left_behind(now: datetime) -> QuerySet[Order]:
    """Open orders of deployments that nobody is at, and that can be gone on with; some at most.

    One that failed for good waits for somebody to ask again.
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
