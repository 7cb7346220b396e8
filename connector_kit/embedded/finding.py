"""Deployments by connector, account and end user."""

from __future__ import annotations

from django.db.models import QuerySet

from connector_kit.embedded.errors import EmbeddedError
from connector_kit.models import Connector, EmbeddedAccount, Installation
from connector_kit.models.orders import ordered_version


def deployments_of(
    connector: Connector | None = None, account: EmbeddedAccount | None = None
) -> QuerySet[Installation]:
    """The existing deployments, ordered by their row; all, or only those that match."""
    found = Installation.objects.embedded().active().order_by("pk")
    if connector:
        found = found.filter(connector=connector)
    if account:
        found = found.filter(embedded_account=account)
    found = found.annotate(target_version=ordered_version())
    return found.select_related("connector", "embedded_account", "release")


def find_deployment(
    connector: Connector, end_user: str, account: EmbeddedAccount | None = None
) -> Installation:
    """The deployment of *connector* for *end_user*; raises `EmbeddedError` ``unknown_deployment``.

    *account* is needed only for an end user who has one in several accounts.
    """
    found = list(deployments_of(connector, account).filter(end_user=end_user)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise EmbeddedError(
            "unknown_deployment",
            f"{connector} is deployed for {end_user!r} in several accounts. Choose one.",
        )
    raise EmbeddedError(
        "unknown_deployment",
        f"{connector} is not deployed for {end_user!r}. To list deployments, run "
        "'manage.py embedded list'.",
    )
