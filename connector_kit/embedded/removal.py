"""The order to remove a deployment: recorded before a worker is told."""

from __future__ import annotations

from django.db import transaction

from connector_kit.models import Installation, Order


@transaction.atomic
def order_removal(installation: Installation, *, by: str = "") -> Order:
    """Order the removal of a deployment; once, however often it is requested.

    Earlier orders for it are dropped, unless they have begun.
    """
    installation.orders.writing().filter(begun_at=None).take_back()
    return ordered_removal(installation) or Order.objects.place(
        installation, Order.Kind.REMOVAL, None, by=by
    )


def ordered_removal(installation: Installation) -> Order | None:
    """The open order to remove a deployment, or None."""
    return installation.orders.open().filter(kind=Order.Kind.REMOVAL).first()


def withdraw_removal(installation: Installation) -> None:
    """Withdraw the removal: the deployment is wanted again."""
    installation.orders.filter(kind=Order.Kind.REMOVAL).take_back()


def is_withdrawn(installation: Installation) -> bool:
    """Whether the last removal was withdrawn, so that a late message must be ignored."""
    last = installation.orders.filter(kind=Order.Kind.REMOVAL).order_by("-pk").first()
    return last is not None and last.state == Order.State.CANCELED
