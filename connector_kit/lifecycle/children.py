"""Stores of framework 2.0: children of an installation, each an integration of its own.

A child has the components that are per store and refers to those that its parent shares. Nothing
can be pushed to it (protocol/http-api.md#9-connectors-and-licences): it follows its parent's
updates, with the token of the parent's call, which reaches whatever carries the connector's tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK
from connector_kit.blueprint.source import child_document
from connector_kit.conf import kit
from connector_kit.documents import Document, resolve
from connector_kit.errors import ConnectorKitError
from connector_kit.lifecycle.account import Account, open_account
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError, StoreFailed
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.parents import know_shared, record_proven
from connector_kit.lifecycle.sessions import counted, recorded
from connector_kit.lifecycle.settings.declared import release_of
from connector_kit.lifecycle.situations import situation_of
from connector_kit.models import (
    Connector,
    Installation,
    Operation,
    Order,
    Release,
)


def init_child(connector: Connector, options: Document) -> Document:
    """Return the child integration that the platform creates (protocol/extension.md#6).

    It reads only the records. Raises `LifecycleError` ``no_stores`` when the installed version has
    none.
    """
    document = options.get("parentIntegration")
    identity = document.get("_id") if isinstance(document, dict) else None
    parent = recorded(connector, {"_integrationId": identity})
    release = release_of(parent)
    blueprint = release.blueprint()
    if blueprint.children is None:
        raise LifecycleError(
            "no_stores",
            f"{release} has no stores. Declare Stores(...) in the connector's class, and roll out "
            "the new version.",
        )
    ids = {
        **(dict(parent.components.values_list("external_id", "resource_id")) if parent.pk else {}),
        INTEGRATION: parent.integration_id,
        CONNECTOR: connector.connector_id or "",
        STACK: connector.stack_id,
    }
    edition = situation_of(parent, blueprint).edition
    number = parent.children.count() + 1 if parent.pk else 1
    child: Document = resolve(child_document(blueprint, edition), ids)
    return {"name": f"{blueprint.children} {number}", **child}


def children_to_update(work: Work, account: Account) -> list[Document]:
    """The children that the operation's release is to reach: integrations, in their order.

    Children that are still being installed get the release when they are complete. Raises
    `LifecycleError` ``no_stores`` or ``component_moved`` for a release that they cannot have.
    """
    installation, release = work.installation, work.release
    is_own_version = work.order is not None and work.order.kind == Order.Kind.SETTINGS
    has_none = release.blueprint().children is None and not installation.children.active().exists()
    if has_none or account.is_embedded or installation.parent_id is not None or is_own_version:
        return []
    children = [
        child
        for child in account.client.integrations.children(account.integration_id)
        if child.get("mode") == "settings"
    ]
    if children:
        _require_same_places(installation, release, len(children))
    return sorted(children, key=lambda child: str(child["_id"]))


def _require_same_places(installation: Installation, release: Release, stores: int) -> None:
    """Raise `LifecycleError` if parent and children would have to swap components."""
    blueprint = release.blueprint()
    if blueprint.children is None:
        raise LifecycleError(
            "no_stores",
            f"The installation has {stores} stores, but {release} declares no Stores(...). Nothing "
            "was changed. Push a version that declares them, or have the customer uninstall the "
            "stores first.",
        )
    installed = installation.release.blueprint().components if installation.release else ()
    places = {component.external_id: component.per_store for component in installed}
    moved = [
        component.external_id
        for component in blueprint.components
        if places.get(component.external_id, component.per_store) != component.per_store
    ]
    if moved:
        raise LifecycleError(
            "component_moved",
            f"{release} changes per_store of {', '.join(moved)}, but the installation has stores "
            "already. Nothing was changed. Declare a new component under another name, and remove "
            "the old one.",
        )


@contextmanager
def child_at_work(
    work: Work, account: Account, integration: Document, kind: Operation.Kind
) -> Iterator[tuple[Work, Account]]:
    """Run an operation on a child, for the same order and with the same token as its parent's.

    An error names the child.
    """
    connector = work.installation.connector
    child = record_proven(recorded(connector, {"_integrationId": integration["_id"]}), integration)
    order = None
    if work.order is not None:
        order = Order.objects.place(
            child,
            Order.Kind(work.order.kind),
            work.release,
            recreate_deleted=work.order.recreate_deleted,
            by=work.order.by,
        )
        order.begin()
    client, began = account.client, work.deadline - kit().function_seconds
    try:
        with (
            operation(child, kind, work.operation.function, order=order, began=began) as child_work,
            work.lease.carrying(child_work.lease),
            counted(child_work, client, -client.requests_sent),
        ):
            child_account = open_account(client, connector, child.integration_id)
            know_shared(child_work, child_account)
            yield child_work, child_account
    except Checkpoint:
        raise
    except ConnectorKitError as error:
        store = str(integration.get("name") or child.integration_id)
        raise StoreFailed(store, error) from error


def is_updated(work: Work, integration: Document) -> bool:
    """Tell whether the child has what the operation's order brings, from an interrupted call."""
    order = work.order
    return (
        order is not None
        and Order.objects.filter(
            installation__integration_id=integration["_id"],
            kind=order.kind,
            release=work.release,
            state=Order.State.DONE,
            placed_at__gte=order.placed_at,
        ).exists()
    )


def with_store(plan: Document, of_store: Document, store: str) -> Document:
    """Return *plan*, a parent's as JSON, with that of a store; its steps say the ``store``."""
    steps = [{**step, "store": store} for step in of_store["steps"]]
    counts = of_store["summary"]
    return {
        **plan,
        "summary": {action: count + counts[action] for action, count in plan["summary"].items()},
        "blocked": plan["blocked"] or of_store["blocked"],
        **{name: [*plan[name], *of_store[name]] for name in ("unknown", "gone", "needs")},
        "steps": [*plan["steps"], *steps],
    }
