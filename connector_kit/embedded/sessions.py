"""The start of every operation on a deployment: exclusive, recorded, with the account's token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.embedded.accounts import account_client
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.integrator import Client
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.sessions import GRACE, counted
from connector_kit.models import EmbeddedAccount, Installation, Operation, Order


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
            "does not have the customer's token. Push an update instead with 'manage.py rollout "
            "start'.",
        )
    return installation.embedded_account
