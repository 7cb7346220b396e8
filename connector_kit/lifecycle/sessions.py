"""What every function call starts with: the installation's row, its operation, its account."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import timezone

from connector_kit.blueprint import Document
from connector_kit.integrator import Client, OneTimeToken
from connector_kit.lifecycle.account import Account, open_account
from connector_kit.lifecycle.errors import InstallationVanished, LifecycleError
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.platform import account_client
from connector_kit.lifecycle.situations import recall, recall_settings
from connector_kit.models import Connector, Installation, Operation

GRACE = 20.0
"""Seconds for which requests may go on after the last checkpoint, to end what was begun: a step,
or the last writes. Together with the default deadline of 270 less than the platform waits."""

_ID = re.compile(r"[0-9a-f]{24}")


@contextmanager
def session(
    connector: Connector, options: Document, kind: Operation.Kind, function: str, *, by: str = ""
) -> Iterator[tuple[Work, Account]]:
    """Work alone and on record in the account that a call of *function* is about.

    *by* says who asked for it, where that is known.
    """
    installation = installation_of(connector, options)
    with (
        operation(installation, kind, function, options, by=by) as work,
        _token(options, function) as token,
        _client(work, token) as client,
    ):
        account = _account(work, connector, client)
        if release := work.operation.release:
            recall(work.installation, release.blueprint(), account.integration.get("settings"))
            recall_settings(work.installation, account.integration)
        yield work, account


def _token(options: Document, function: str) -> OneTimeToken:
    """The one-time token in *options*, which ends with the call and goes nowhere else."""
    return OneTimeToken(str(options.get("bearerToken") or ""), function=function)


def installation_of(connector: Connector, options: Document) -> Installation:
    """The record of the installation that a call is about; made when it is the first call."""
    integration_id = options.get("_integrationId")
    if not integration_id:
        raise LifecycleError(
            "missing_required_field",
            "The call's options carry no _integrationId. The platform always sends it: call the "
            "function through the integration's installer, uninstaller or update.",
        )
    if not isinstance(integration_id, str) or not _ID.fullmatch(integration_id):
        raise LifecycleError(
            "invalid_field",
            "The _integrationId in the call's options is not an id: it has to be 24 hexadecimal "
            "characters.",
        )
    installation, _ = Installation.objects.get_or_create(
        integration_id=integration_id, defaults={"connector": connector}
    )
    if installation.connector_id != connector.pk:
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration_id} is an installation of "
            f"{installation.connector.slug}, not of {connector.slug}; it was left alone.",
        )
    return installation


@contextmanager
def _client(work: Work, token: OneTimeToken) -> Iterator[Client]:
    """A client with the call's *token*; counts the requests into the operation."""
    installation = work.installation
    with (
        account_client(
            token,
            account=installation.account_id or installation.integration_id,
            seconds=work.deadline - time.monotonic() + GRACE,
            lease=work.lease,
        ) as client,
        counted(work, client),
    ):
        yield client


@contextmanager
def counted(work: Work, client: Client) -> Iterator[None]:
    """Note with the operation how many requests it took."""
    try:
        yield
    finally:
        work.operation.requests = client.requests_sent


def _account(work: Work, connector: Connector, client: Client) -> Account:
    """Open the account; notes whose it is, and an installation that is not there any more."""
    installation = work.installation
    if not installation.account_id:
        installation.note(account_id=str(client.token_info().get("_userId") or ""))
    try:
        return open_account(
            client,
            connector_id=connector.connector_id or "",
            integration_id=installation.integration_id,
            stack_id=connector.stack_id,
        )
    except InstallationVanished:
        installation.note(vanished_at=timezone.now())
        raise
