"""The start of every function call: proof that its token reaches the installation it names.

What a call says about itself (``_integrationId``, ``opts``) is unproven until a read with its own
token has returned that integration, with the connector's tag. Before that, no record is read,
changed or created. Only then come the installation's row, its operation, and its account.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from connector_kit.conf import kit
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator import Client, OneTimeToken
from connector_kit.lifecycle.account import Account, open_account
from connector_kit.lifecycle.errors import LifecycleError, code_of
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.parents import know_shared, record_proven
from connector_kit.lifecycle.platform import account_client, proving_client
from connector_kit.lifecycle.situations import recall, recall_settings
from connector_kit.models import (
    Connector,
    Installation,
    Operation,
    RefusedCall,
    clock,
)

logger = logging.getLogger(__name__)

GRACE = 20.0
"""Seconds for which requests may continue after the last checkpoint, to finish what has begun: a
step, or the last writes. Together with the default deadline of 270 less than the platform waits."""

_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class _Proof:
    """The integration as read with the call's own token: when, and in how many requests."""

    token: OneTimeToken
    account: Account
    read_at: datetime
    requests: int


@contextmanager
def session(
    connector: Connector, options: Document, kind: Operation.Kind, function: str, *, by: str = ""
) -> Iterator[tuple[Work, Account]]:
    """Run one recorded operation, and no other, in the account that a call of *function* is about.

    *by* says who requested it, if known. No record is opened before the call's token has proven the
    integration: a call refused before that counts as a `RefusedCall`.
    """
    began, installation = time.monotonic(), recorded(connector, options)
    proof = _prove(installation, options, function)
    installation = record_proven(installation, proof.account.integration)
    with (
        operation(installation, kind, function, options, by=by, began=began) as work,
        proof.token as token,
        account_client(
            token,
            account=_bucket(work.installation),
            seconds=work.deadline - time.monotonic() + GRACE,
            lease=work.lease,
        ) as client,
        counted(work, client, proof.requests),
    ):
        account = _account(work, client, proof)
        if release := work.operation.release:
            recall(work.installation, release.blueprint(), account.integration)
            recall_settings(work.installation, account.integration)
        know_shared(work, account)
        yield work, account


def recorded(connector: Connector, options: Document) -> Installation:
    """The recorded installation that a call is about; else a new one that is not recorded yet.

    It counts as a child of the recorded parent that the call names as ``_parentId``, if any.
    Raises `LifecycleError` for an invalid id, and for an installation of another connector.
    """
    integration_id = options.get("_integrationId")
    if not integration_id:
        raise LifecycleError(
            "missing_required_field",
            "The call's options have no _integrationId, which the platform always sends. Call "
            "the function through the integration's installer, uninstaller, or update.",
        )
    if not isinstance(integration_id, str) or not _ID.fullmatch(integration_id):
        raise LifecycleError(
            "invalid_field",
            "The _integrationId in the call's options is not an id. It must have 24 hexadecimal "
            "characters.",
        )
    found = Installation.objects.filter(integration_id=integration_id).first()
    parents = Installation.objects.filter(connector=connector)
    installation = found or Installation(
        connector=connector,
        integration_id=integration_id,
        parent=parents.filter(integration_id=options.get("_parentId")).first(),
    )
    if installation.connector_id != connector.pk:
        raise LifecycleError(
            "installation_foreign",
            f"The integration {integration_id} is an installation of "
            f"{installation.connector.slug}, not of {connector.slug}. It was not changed.",
        )
    return installation


def _prove(installation: Installation, options: Document, function: str) -> _Proof:
    """Read the integration with the one-time token in *options*, which expires with the call.

    A call that is refused has proven nothing: it is counted, and touches no record of the
    installation that it names. Raises what `open_account` does, and `IntegratorError`.
    """
    connector, read_at = installation.connector, clock.now()
    try:
        token = OneTimeToken(str(options.get("bearerToken") or ""), function=function)
        seconds = kit().function_seconds + GRACE
        with proving_client(token, account=_bucket(installation), seconds=seconds) as client:
            account = open_account(client, connector, installation.integration_id)
    except ConnectorKitError as error:
        integration_id, code = installation.integration_id, code_of(error)
        logger.warning("%s was called for %s and refused: %s", function, integration_id, code)
        RefusedCall.note(
            connector,
            code,
            function=function,
            integration_id=integration_id,
            message=str(error),
        )
        raise
    return _Proof(token, account, read_at, client.requests_sent)


def _bucket(installation: Installation) -> str:
    """Whose rate limit counts, as far as that is known."""
    return installation.account_id or installation.integration_id


@contextmanager
def counted(work: Work, client: Client, sent_before: int = 0) -> Iterator[None]:
    """Record with the operation how many requests it took, including *sent_before* it began."""
    try:
        yield
    finally:
        work.operation.requests = sent_before + client.requests_sent


def _account(work: Work, client: Client, proof: _Proof) -> Account:
    """The proven account, for use with *client*; records its owner.

    It is read again if another operation was running after it was proven.
    """
    installation, account = work.installation, replace(proof.account, client=client)
    if not installation.account_id:
        installation.note(account_id=str(client.token_info().get("_userId") or ""))
    others = Operation.objects.filter(installation=installation).exclude(pk=work.operation.pk)
    if others.filter(Q(finished_at=None) | Q(finished_at__gte=proof.read_at)).exists():
        account.read_integration()
    return account
