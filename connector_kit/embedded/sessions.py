"""Which deployments there are, and how every operation on one starts.

An operation is exclusive, recorded, and has the account's token.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet

from connector_kit.embedded.accounts import account_client
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.integrator import Client
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.sessions import GRACE, counted
from connector_kit.models import Connector, EmbeddedAccount, Installation, Operation, Order
from connector_kit.models.orders import ordered_version


def deployments_of(
    connector: Connector | None = None, account: EmbeddedAccount | None = None
) -> QuerySet[Installation]:
    """The existing deployments, ordered by their row; all, or only those that match."""
    deployments = Installation.objects.embedded().active().order_by("pk")
    if connector:
        deployments = deployments.filter(connector=connector)
    if account:
        deployments = deployments.filter(embedded_account=account)
    deployments = deployments.annotate(target_version=ordered_version())
    return deployments.select_related("connector", "embedded_account", "release")


def find_deployment(
    connector: Connector, end_user: str, account: EmbeddedAccount | None = None
) -> Installation:
    """The deployment of *connector* for *end_user*; raises `EmbeddedError` ``unknown_deployment``.

    *account* is needed only for an end user who has one in several accounts.
    """
    deployments = list(deployments_of(connector, account).filter(end_user=end_user)[:2])
    if len(deployments) == 1:
        return deployments[0]
    if deployments:
        raise EmbeddedError(
            "unknown_deployment",
            f"{connector} is deployed for {end_user!r} in several accounts. Choose one.",
        )
    raise EmbeddedError(
        "unknown_deployment",
        f"{connector} is not deployed for {end_user!r}. To list deployments, run "
        "'connector-kit embedded list'.",
    )


@contextmanager
def session(
    installation: Installation,
    kind: Operation.Kind,
    function: str,
    *,
    order: Order | None = None,
) -> Iterator[tuple[Work, Client]]:
    """Run one recorded operation, and no other, on a deployment, for *order* or an open one.

    Raises what `connector_kit.lifecycle.operations.operation` raises, and `EmbeddedError`.
    """
    account = account_of(installation)
    with (
        operation(installation, kind, function, order=order) as work,
        account_client(
            account, seconds=work.deadline - time.monotonic() + GRACE, lease=work.lease
        ) as client,
        counted(work, client),
    ):
        yield work, client


def account_of(installation: Installation) -> EmbeddedAccount:
    """The account that *installation* is deployed into; raises `EmbeddedError` for none."""
    if installation.embedded_account is None:
        raise EmbeddedError(
            "not_embedded",
            f"The installation {installation.integration_id} was made by a customer, and the kit "
            "does not have the customer's token. Push an update instead with "
            "'connector-kit rollout start'.",
        )
    return installation.embedded_account
