"""Requests to workers: recorded with the person who made them, and carried out soon.

An action's record names the connections that got credentials, and never what those contain.
"""

from __future__ import annotations

from connector_kit.embedded import tasks
from connector_kit.embedded.credentials import Credentials
from connector_kit.embedded.deployments import (
    deploy,
    note_deployment,
    note_removal,
    note_update,
    order_update,
    record_deployment,
)
from connector_kit.embedded.removal import order_removal
from connector_kit.models import Connector, EmbeddedAccount, Installation, Release
from connector_kit.publisher.actions import Actor


def deploy_soon(
    connector: Connector,
    account: EmbeddedAccount,
    end_user: str,
    *,
    credentials: Credentials | None = None,
    release: Release | None = None,
    name: str = "",
    ping: bool = True,
    by: Actor,
) -> Installation:
    """Have a worker deploy *connector* for *end_user*, or update the deployment to *release*.

    With *credentials*, the connections are created at once, since nothing stores credentials for a
    worker; the caller learns whether they can log in. Without them, logging in is not tried. Raises
    like `deploy`, and `EmbeddedError` ``broker_down``.
    """
    if credentials:
        deployment = deploy(
            connector,
            account,
            end_user,
            credentials=credentials,
            release=release,
            name=name,
            ping=ping,
            components=False,
        )
    else:
        deployment = record_deployment(connector, account, end_user, name=name, release=release)
    tasks.send(tasks.complete, deployment)
    note_deployment(by, deployment, release, credentials or {})
    return deployment


def update_soon(
    deployment: Installation,
    *,
    release: Release | None = None,
    recreate_deleted: bool = False,
    by: Actor,
) -> None:
    """Have a worker update *deployment* to *release*, by default the newest.

    The order is recorded before a worker is told. Raises `EmbeddedError` ``broker_down``.
    """
    order = order_update(deployment, release=release, recreate_deleted=recreate_deleted, by=by.name)
    tasks.send(tasks.update, deployment)
    note_update(by, deployment, order.release, recreate_deleted=recreate_deleted)


def remove_soon(deployment: Installation, *, by: Actor) -> None:
    """Have a worker remove *deployment*; the order is recorded before the worker is told.

    Raises `EmbeddedError` ``broker_down``; the order stays, and the deployment is removed later.
    """
    order_removal(deployment, by=by.name)
    tasks.send(tasks.remove, deployment)
    note_removal(by, deployment)
