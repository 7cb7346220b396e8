"""Stores of framework 2.0: children of an installation, each an integration of its own.

A child has the components that are per store and refers to those that its parent shares. Nothing
can be pushed to it (protocol/http-api.md#9-connectors-and-licences): it follows its parent's
updates, with the token of the parent's call, which reaches whatever carries the connector's tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connector_kit.blueprint import CONNECTOR, INTEGRATION, STACK
from connector_kit.blueprint.source import child_document
from connector_kit.conf import kit
from connector_kit.documents import Document, references, resolve
from connector_kit.errors import ConnectorKitError
from connector_kit.lifecycle.account import Account, open_account
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError, StoreFailed
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.parents import know_shared, record_proven
from connector_kit.lifecycle.sessions import counted, recorded
from connector_kit.lifecycle.settings.declared import release_of
from connector_kit.lifecycle.situations import note_license, recall_settings, situation_of
from connector_kit.models import (
    Connector,
    Installation,
    License,
    Operation,
    Order,
    Release,
)

Bring = Callable[[Work, Account], None]
"""Carries out the order of an operation in an account."""


@dataclass(frozen=True)
class Followed:
    """What became of the children that were to follow their parent.

    *failures* are of children that are as they were. *waiting* says of others, by name, what waits
    for a connection.
    """

    failures: tuple[StoreFailed, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def reasons(self) -> str:
        """The messages of all failures."""
        return " ".join(map(str, self.failures))


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


def follow(
    work: Work, account: Account, children: Iterable[Document], kind: Operation.Kind, bring: Bring
) -> Followed:
    """Have *children* follow their parent; one that something blocks does not hold up the others.

    Raises `StoreFailed` for a child that is half-written, or when the call itself has failed, and
    `Checkpoint` between two children when the time is up.
    """
    failures, waiting, followers = [], [], [*children]
    updated = 0
    for done, child in enumerate(followers):
        if updated and work.out_of_time():
            raise Checkpoint(done, len(followers))
        try:
            with child_at_work(work, account, child, kind) as (child_work, child_account):
                bring(child_work, child_account)
        except StoreFailed as failure:
            if not failure.is_apart:
                raise
            failures.append(failure)
            continue
        updated += 1
        if child_work.needs:
            needs = ". ".join(map(str, child_work.needs))
            waiting.append(f"The store {_name(child)} waits for the customer: {needs}.")
    return Followed(tuple(failures), tuple(waiting))


def save_for_children(work: Work, account: Account, bring: Bring) -> list[str]:
    """Have children apply the settings that wait for them; returns what became of each, by name.

    Nothing can be pushed to a child, so its parent is pushed instead. Whatever fails in a child is
    recorded with it, and says nothing about its parent.
    """
    orders = Order.objects.open().filter(kind=Order.Kind.SETTINGS)
    ordered = {
        order.installation.integration_id: order
        for order in orders.filter(installation__parent=work.installation)
        .select_related("installation")
        .order_by("-pk")
    }
    if not ordered:
        return []
    found: list[str] = []
    kind = Operation.Kind.UPDATE
    for child in account.client.integrations.children(account.integration_id):
        if (order := ordered.get(str(child["_id"]))) is None:
            continue
        if found and work.out_of_time():
            raise Checkpoint(len(found), len(ordered))
        try:
            with child_at_work(work, account, child, kind, order=order) as at_child:
                bring(*at_child)
        except StoreFailed as failure:
            found.append(str(failure))
        else:
            found.append(f"The store {_name(child)}: its settings are applied.")
    return found


@contextmanager
def child_at_work(
    work: Work,
    account: Account,
    integration: Document,
    kind: Operation.Kind,
    *,
    order: Order | None = None,
) -> Iterator[tuple[Work, Account]]:
    """Run an operation on a child with the token of its parent's, for the same order.

    Or for an *order* of its own. An error names the child.
    """
    connector = work.installation.connector
    child = record_proven(recorded(connector, {"_integrationId": integration["_id"]}), integration)
    _note_own_license(child)
    if order is None and work.order is not None:
        order = Order.objects.place(
            child,
            Order.Kind(work.order.kind),
            work.release,
            recreate_deleted=work.order.recreate_deleted,
            by=work.order.by,
        )
    if order is not None:
        order.begin()
    client, began = account.client, work.deadline - kit().function_seconds
    child_work: Work | None = None
    try:
        with (
            operation(child, kind, work.operation.function, order=order, began=began) as child_work,
            work.lease.carrying(child_work.lease),
            counted(child_work, client, -client.requests_sent),
        ):
            child_account = open_account(client, connector, child.integration_id)
            recall_settings(child_work.installation, child_account.integration)
            know_shared(child_work, child_account)
            yield child_work, child_account
    except Checkpoint:
        raise
    except ConnectorKitError as error:
        is_untouched = child_work is None or not child_work.has_written
        raise StoreFailed(_name(integration), error, is_untouched=is_untouched) from error


def still_shared(work: Work) -> set[str]:
    """The components that children of another release than the operation's refer to.

    Their parent keeps them, declared or not, until these children have followed.
    """
    if work.release.blueprint().children is None:
        return set()
    complete = work.installation.children.active().filter(mode="settings")
    return {
        name
        for child in complete.exclude(release=work.release)
        for component in child.applied().values()
        for name in references(component.document)
    }


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


def with_store(plan: Document, of_store: Document, integration: Document) -> Document:
    """Return *plan*, a parent's as JSON, with that of a store; its steps say the ``store``."""
    store, counts = _name(integration), of_store["summary"]
    steps = [{**step, "store": store} for step in of_store["steps"]]
    drift = [{**step, "store": store} for step in of_store.get("drift", [])]
    return {
        **plan,
        **({"drift": [*plan["drift"], *drift]} if "drift" in plan else {}),
        "summary": {action: count + counts[action] for action, count in plan["summary"].items()},
        "blocked": plan["blocked"] or of_store["blocked"],
        **{name: [*plan[name], *of_store[name]] for name in ("unknown", "gone", "needs")},
        "steps": [*plan["steps"], *steps],
    }


def _note_own_license(child: Installation) -> None:
    """Record the opts of the child's license, if the platform has shown it since the last call.

    Only calls for the child itself carry its license: those that install it.
    """
    shown = License.objects.present().filter(integration_id=child.integration_id)
    installing = child.operations.filter(kind=Operation.Kind.INSTALL).order_by("-pk")
    license_, last = shown.order_by("-seen_at").first(), installing.first()
    if license_ and (last is None or license_.seen_at > last.started_at):
        note_license(child, {"opts": license_.live.get("opts") or {}})


def _name(integration: Document) -> str:
    return str(integration.get("name") or integration["_id"])
