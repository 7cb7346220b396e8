"""What every function call starts with: the installation's row, its account, its release."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.blueprint import Document
from connector_kit.lifecycle.account import Account, open_account
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.platform import account_client
from connector_kit.models import Connector, Installation, Release


def installation_of(connector: Connector, options: Document) -> Installation:
    """The record of the installation that a call is about; made when it is the first call."""
    integration_id = options.get("_integrationId")
    if not isinstance(integration_id, str) or not integration_id:
        raise LifecycleError(
            "missing_required_field", "The call's options carry no _integrationId."
        )
    installation, _ = Installation.objects.select_related("target").get_or_create(
        integration_id=integration_id, defaults={"connector": connector}
    )
    return installation


def release_for(installation: Installation) -> Release:
    """The release an operation brings: the installation's target, else the newest one."""
    release = installation.target or Release.objects.newest(installation.connector)
    if release is None:
        raise LifecycleError(
            "not_published",
            f"No release of {installation.connector.slug} is recorded here. "
            "Run 'manage.py publish' against this database first.",
        )
    return release


@contextmanager
def account_session(work: Work, connector: Connector, options: Document) -> Iterator[Account]:
    """Open the account that *options*' one-time token belongs to, for the length of one call.

    The token goes into the client and nowhere else. Counts the requests into the operation.
    """
    installation = work.installation
    with account_client(
        str(options.get("bearerToken") or ""),
        account=installation.account_id or installation.integration_id,
        seconds=work.deadline - time.monotonic(),
    ) as client:
        try:
            if not installation.account_id:
                installation.note(account_id=str(client.token_info().get("_userId") or ""))
            yield open_account(
                client,
                connector_id=connector.connector_id or "",
                integration_id=installation.integration_id,
                stack_id=connector.stack_id,
            )
        finally:
            work.operation.requests = client.requests_sent
