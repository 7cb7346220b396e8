"""Deploying a connector for an end user, updating it, removing it: all by plan and apply.

A deployment is an `Installation` in an `EmbeddedAccount`. Calling again completes what was
interrupted; existing components are found by their external ids.
"""

from __future__ import annotations

import secrets

from connector_kit.documents import Document
from connector_kit.embedded.credentials import Credentials, enter, require_log_in, require_usable
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.integrations import find_or_make, open_existing, open_remaining
from connector_kit.embedded.removal import ordered_removal, withdraw_removal
from connector_kit.embedded.sessions import account_of, session
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.creating import remove as delete
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import connections_of, plan_connections, recognize_unrecorded
from connector_kit.lifecycle.uninstall import forget_installation, remove_components
from connector_kit.lifecycle.update import bring_release, serve
from connector_kit.models import (
    Connector,
    EmbeddedAccount,
    Installation,
    Operation,
    Order,
    Release,
)
from connector_kit.models.installations import PENDING
from connector_kit.publisher.actions import Actor, record_action

END_USER_LENGTH = 200
READY = "connections_ready"
"""Code of an operation after which a worker makes the rest."""

CONNECTIONS_READY = "The connections are ready. The other components are not created yet."


def deploy(  # noqa: PLR0913 - what can be said of a deployment
    connector: Connector,
    account: EmbeddedAccount,
    end_user: str,
    *,
    credentials: Credentials | None = None,
    release: Release | None = None,
    name: str = "",
    ping: bool = True,
    components: bool = True,
    by: Actor | None = None,
) -> Installation:
    """Deploy *connector* for *end_user* in *account*, or update the deployment to *release*.

    *end_user* is the publisher's own name for the end user. *release* is by default the connector's
    default release, *name* the name of the integration. *credentials* are written into the
    connections, which must then be able to log in, unless *ping* is false. Without *components* it
    stops when the connections are ready: `complete`, for instance in a worker, creates the rest.
    The audit log names *by*; None records nothing, because it is recorded already or no one asked.

    Raises `EmbeddedError`, `LifecycleError` or `IntegratorError`; calling again continues.
    """
    credentials = credentials or {}
    installation = record_deployment(connector, account, end_user, name=name, release=release)
    note_deployment(by, installation, release, credentials)
    with session(installation, Operation.Kind.INSTALL, "deploy") as (work, client):
        blueprint = work.blueprint
        require_usable(credentials, blueprint)
        place = find_or_make(work, client)
        place.credentials = credentials
        # Connections, and what these refer to, come first: they must be able to log in.
        planned = plan_connections(blueprint, place, work.journal)
        work.operation.summary = planned.summary()
        apply(planned, place, work.journal, out_of_time=work.out_of_time)
        work.journal.settle()
        work.reload_journal()
        has_news = enter(work, place, credentials)
        if ping:
            require_log_in(place, (item.external_id for item in connections_of(blueprint)))
        if not components:
            work.ended(Operation.Outcome.CHECKPOINT, READY, CONNECTIONS_READY)
            return installation
        _bring(work, place)
        if has_news and work.operation.outcome == Operation.Outcome.CURRENT:
            work.ended(Operation.Outcome.DONE)
    return installation


def complete(installation: Installation) -> None:
    """Create what a deployment still lacks, or update it to its target; needs no credentials.

    Raises like `deploy`, and `EmbeddedError` ``not_installed`` for one that was removed.
    """
    if installation.vanished_at:
        raise _not_deployed(installation)
    with session(installation, Operation.Kind.INSTALL, "deploy") as (work, client):
        _bring(work, find_or_make(work, client))


def update(
    installation: Installation,
    *,
    release: Release | None = None,
    recreate_deleted: bool = False,
    by: Actor | None = None,
) -> None:
    """Update a deployment to *release*, by default to what is ordered for it, else to the newest.

    With *recreate_deleted*, components that were deleted in the account are created again; without
    it, they block the update. The audit log names *by*; None records nothing, because it is
    recorded already or no one asked. Raises like `deploy`.
    """
    is_ordered = installation.orders.open().writing().exists()
    if release or recreate_deleted or not is_ordered:
        name = by.name if by else ""
        order = order_update(
            installation, release=release, recreate_deleted=recreate_deleted, by=name
        )
        release = order.release
    if by is not None:
        note_update(by, installation, release, recreate_deleted=recreate_deleted)
    carry_out_orders(installation)


def order_update(
    installation: Installation,
    *,
    release: Release | None = None,
    recreate_deleted: bool = False,
    by: str = "",
) -> Order:
    """Order the update of a deployment to *release*, by default the newest.

    Raises `EmbeddedError` ``not_published`` or ``stores_not_deployable``.
    """
    release = release or Release.objects.newest(installation.connector)
    _require_deployable(installation.connector, release)
    withdraw_removal(installation)
    return Order.objects.place(
        installation, Order.Kind.DEPLOYMENT, release, recreate_deleted=recreate_deleted, by=by
    )


def carry_out_orders(installation: Installation) -> None:
    """Carry out the orders for a deployment; none if they were completed or withdrawn meanwhile.

    Raises like `deploy`.
    """
    if not Order.objects.to_serve(installation):
        return
    with session(installation, Operation.Kind.UPDATE, "update") as (work, client):
        _require_deployed(installation)
        place = open_existing(work, client)
        serve(work, place)
        _register_connections(work, place)


def plan(installation: Installation, *, release: Release | None = None) -> Document:
    """What `update` would change, as JSON; changes nothing. Raises like `update`."""
    release = release or Release.objects.newest(installation.connector)
    order = Order.objects.place(installation, Order.Kind.PLAN, release)
    try:
        with session(installation, Operation.Kind.UPDATE, "update", order=order) as (work, client):
            _require_deployed(installation)
            serve(work, open_existing(work, client))
    finally:
        Order.objects.filter(pk=order.pk).take_back()
    planned = order.operations.latest("pk")
    return dict(planned.plan or {})


def remove(installation: Installation, *, by: Actor | None = None) -> None:
    """Remove a deployment: what the kit made, then the integration. Its history stays.

    The audit log names *by*; None means that it is recorded already. Raises `EmbeddedError`
    ``integration_in_use`` when it holds documents that the kit did not make.
    """
    if by is not None:
        note_removal(by, installation)
    order = ordered_removal(installation)
    with session(installation, Operation.Kind.UNINSTALL, "remove", order=order) as (work, client):
        place = open_remaining(work, client)
        if place:
            recognize_unrecorded(place, work.journal)
            _require_nothing_else(place)
            remove_components(work, place)
            delete(client.integrations, place.integration_id)
        forget_installation(work.installation)


def note_deployment(
    by: Actor | None, deployment: Installation, release: Release | None, credentials: Credentials
) -> None:
    """Record that *by* requested it, and which connections got credentials, but no values."""
    if by is None:
        return
    after = {
        "connector": deployment.connector.slug,
        "account": str(deployment.embedded_account),
        "end_user": deployment.end_user,
        "release": release.version if release else None,
        "connections": sorted(credentials),
    }
    record_action(by, "embedded.deploy", f"deployment/{deployment.pk}", after=after)


def note_update(
    by: Actor, deployment: Installation, release: Release | None, *, recreate_deleted: bool
) -> None:
    """Record that *by* requested an update."""
    version = release.version if release else None
    before = {"version": deployment.version}
    after = {"release": version, "recreate_deleted": recreate_deleted}
    subject = f"deployment/{deployment.pk}"
    record_action(by, "embedded.update", subject, before=before, after=after)


def note_removal(by: Actor, deployment: Installation) -> None:
    """Record that *by* requested its removal."""
    before = {
        "connector": deployment.connector.slug,
        "account": str(deployment.embedded_account),
        "end_user": deployment.end_user,
        "version": deployment.version,
    }
    record_action(by, "embedded.remove", f"deployment/{deployment.pk}", before=before)


def record_deployment(
    connector: Connector,
    account: EmbeddedAccount,
    end_user: str,
    *,
    name: str = "",
    release: Release | None = None,
) -> Installation:
    """The deployment's row: it states the intent before anything is created."""
    if not end_user.strip() or len(end_user) > END_USER_LENGTH:
        raise EmbeddedError(
            "invalid_end_user",
            f"An end user's name must have 1 to {END_USER_LENGTH} characters. Use your product's "
            "own name or id for them.",
        )
    _require_deployable(connector, release or Release.objects.default(connector))
    installation, _ = Installation.objects.get_or_create(
        connector=connector,
        embedded_account=account,
        end_user=end_user,
        defaults=_fresh()
        | {
            "account_id": account.account_id,
            "sandbox": account.sandbox,
            "name": (name or f"{connector.name}: {end_user}")[:300],
        },
    )
    withdraw_removal(installation)
    if installation.vanished_at:
        installation.note(**_fresh(), version="", vanished_at=None)
    if release or installation.release is None:
        # It may have begun with a release, which only another one that is asked for replaces.
        begun = Order.objects.installing(installation)
        if begun is None or (release and begun.release != release):
            release = release or Release.objects.default(connector)
            Order.objects.place(installation, Order.Kind.INSTALL, release)
    return installation


def _fresh() -> dict[str, str]:
    return {"integration_id": f"{PENDING}{secrets.token_hex(8)}", "mode": "install"}


def _bring(work: Work, account: Account) -> None:
    bring_release(work, account)
    _register_connections(work, account)


def _register_connections(work: Work, account: Account) -> None:
    """Let the integration's members use its connections (protocol/http-api.md#4-connections)."""
    if work.operation.release is None:
        return
    registered = set(account.integration.get("_registeredConnectionIds") or ())
    names = [connection.external_id for connection in connections_of(work.blueprint)]
    missing = [account.ids[name] for name in names if account.ids[name] not in registered]
    if missing:
        account.client.integrations.register_connections(account.integration_id, missing)


def _require_nothing_else(account: Account) -> None:
    """Raise `EmbeddedError` ``integration_in_use`` for documents that the kit did not make."""
    if not account.integration:
        return
    members = account.client.integrations
    foreign = [
        f"{kind} {document['name']!r} ({document['_id']})"
        for kind, found in (
            ("export", members.exports(account.integration_id)),
            ("import", members.imports(account.integration_id)),
            ("flow", members.flows(account.integration_id)),
        )
        for document in found
        if not account.owns(document)
    ]
    if foreign:
        raise EmbeddedError(
            "integration_in_use",
            f"The integration {account.integration_id} contains documents that the kit did not "
            f"create: {', '.join(foreign)}. Nothing was removed. Move or delete them in "
            "integrator.io, then remove the deployment again.",
        )


def _require_deployed(installation: Installation) -> None:
    account_of(installation)
    if installation.is_pending or installation.vanished_at or installation.release_id is None:
        raise _not_deployed(installation)


def _not_deployed(installation: Installation) -> EmbeddedError:
    return EmbeddedError(
        "not_installed",
        f"{installation.connector.slug} is not deployed for {installation.end_user}. Deploy it to "
        "get the newest release.",
    )


def _require_deployable(connector: Connector, release: Release | None) -> None:
    """Refuse a *release* of another connector, and one whose stores only customers can add."""
    if release is None:
        return
    if release.connector_id != connector.pk:
        raise EmbeddedError("not_published", f"{release} is not a release of {connector}.")
    if release.blueprint().children is not None:
        raise EmbeddedError(
            "stores_not_deployable",
            f"{release} has stores of framework 2.0, which only customers of the marketplace can "
            "add. For deployments, record a class with framework = 1, or without Stores(...), "
            "under another name.",
        )
