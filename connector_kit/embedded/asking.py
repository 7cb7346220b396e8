"""What is asked of workers from afar: recorded as somebody's doing, and carried out soon.

An action's record names the connections for which credentials came, and nothing of what they hold.
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
    recorded,
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
    """Have a worker make *connector* for *end_user*, or bring what is there to *release*.

    With *credentials* the connections are made at once, since nothing stores credentials for a
    worker; whoever asks learns whether they can log in. Without them nobody tries. Raises like
    `deploy`, and `EmbeddedError` ``broker_down``.
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
        deployment = recorded(connector, account, end_user, name=name, release=release)
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
    """Have a worker bring *deployment* to *release*, by default to the newest.

    That is on record before a worker is told. Raises `EmbeddedError` ``broker_down``.
    """
    order = order_update(deployment, release=release, recreate_deleted=recreate_deleted, by=by.name)
    tasks.send(tasks.update, deployment)
    note_update(by, deployment, order.release, recreate_deleted=recreate_deleted)


def remove_soon(deployment: Installation, *, by: Actor) -> None:
    """Have a worker take *deployment* away, which is on record before one is told.

    Raises `EmbeddedError` ``broker_down``; the deployment is taken away all the same.
    """
    order_removal(deployment, by=by.name)
    tasks.send(tasks.remove, deployment)
    note_removal(by, deployment)
