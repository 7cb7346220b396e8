"""The wish that a deployment be taken away: on record before a worker is told."""

from __future__ import annotations

from django.db import transaction

from connector_kit.models import Installation, Order


@transaction.atomic
def order_removal(installation: Installation, *, by: str = "") -> Order:
    """Put on record that a deployment is to be taken away; once, however often it is asked for.

    What was to be brought to it is not brought any more, unless that has begun.
    """
    installation.orders.writing().filter(begun_at=None).take_back()
    return ordered_removal(installation) or Order.objects.place(
        installation, Order.Kind.REMOVAL, None, by=by
    )


def ordered_removal(installation: Installation) -> Order | None:
    """The open order to take a deployment away, or None."""
    return installation.orders.open().filter(kind=Order.Kind.REMOVAL).first()


def withdraw_removal(installation: Installation) -> None:
    """Take the wish back: the deployment is wanted again."""
    installation.orders.filter(kind=Order.Kind.REMOVAL).take_back()


def is_withdrawn(installation: Installation) -> bool:
    """Whether the last wish to take it away was taken back: a late message means nothing."""
    last = installation.orders.filter(kind=Order.Kind.REMOVAL).order_by("-pk").first()
    return last is not None and last.state == Order.State.CANCELED
