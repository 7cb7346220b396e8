"""Embedded deployments in a rollout: a worker updates them, with the token that the kit holds.

Instead of a push to the platform, a task is sent for each; its work is recorded as an `Operation`
like that of any pushed update, and settles the push in the same way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kombu.exceptions import OperationalError

from connector_kit.embedded import tasks
from connector_kit.embedded.accounts import account_client
from connector_kit.embedded.deployments import update
from connector_kit.embedded.sessions import account_of
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator.errors import (
    NotFound,
    OutcomeUnknown,
    Transient,
    Unavailable,
)
from connector_kit.lifecycle.state_store import STATE_KEY
from connector_kit.models import EmbeddedAccount, Installation
from connector_kit.rollouts.delivery import Delivery

Deployments = Mapping[str, Installation]
"""By integration id."""

Update = Callable[[Installation], None]
"""Has a deployment updated to its target; the result is recorded."""


def by_worker(deployment: Installation) -> None:
    """Have a worker do it; raises `Unavailable` when none can be told."""
    try:
        tasks.update.delay(deployment.pk)
    except OperationalError as error:
        raise Unavailable(
            "The message broker cannot be reached, so no worker was notified."
        ) from error


def at_once(deployment: Installation) -> None:
    """Update *deployment* in this process. A failure is recorded, where the rollout finds it."""
    try:
        update(deployment)
    except ConnectorKitError:
        return


def embedded_among(integration_ids: Iterable[str]) -> Deployments:
    """Those of *integration_ids* that are embedded deployments."""
    found = Installation.objects.embedded().filter(integration_id__in=[*integration_ids])
    rows = found.select_related("embedded_account", "connector")
    return {row.integration_id: row for row in rows}


def have_updated(deployments: Deployments, update: Update) -> Delivery:
    """Have every one of *deployments* updated; twice is harmless."""
    delivery, waiting = Delivery(), [*deployments]
    while waiting and not delivery.trouble:
        try:
            update(deployments[waiting[0]])
        except Unavailable as error:
            delivery.stop(waiting, error)
        else:
            delivery.sent.append(waiting.pop(0))
    return delivery


Entries = dict[str, Mapping[str, Any]]
"""What an install base says, by integration id."""


def embedded_entries(deployments: Deployments) -> tuple[Entries, dict[str, str]]:
    """The state of *deployments* on the platform, in the form of an install base.

    Their version is that of the state store, which is written last; one that is gone is left out.
    One request each, for the pushes of a wave. Also returns why others could not be read, for
    instance because their account has revoked a token. Raises `Transient` and `OutcomeUnknown` when
    trying again may help.
    """
    by_account: dict[EmbeddedAccount, list[str]] = defaultdict(list)
    for integration_id, deployment in deployments.items():
        by_account[account_of(deployment)].append(integration_id)
    entries: Entries = {}
    unread: dict[str, str] = {}
    for account, integration_ids in by_account.items():
        try:
            entries |= _entries_in(account, integration_ids)
        except (Transient, OutcomeUnknown):
            raise
        except ConnectorKitError as error:
            unread |= dict.fromkeys(integration_ids, str(error))
    return entries, unread


def _entries_in(account: EmbeddedAccount, integration_ids: Iterable[str]) -> Entries:
    entries: Entries = {}
    with account_client(account) as client:
        for integration_id in integration_ids:
            try:
                state = client.state("integrations", integration_id).get(STATE_KEY)
            except NotFound:
                continue
            version = state.get("version") if isinstance(state, dict) else None
            entries[integration_id] = {"_integrationId": integration_id, "version": version}
    return entries
