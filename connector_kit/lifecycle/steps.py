"""The steps of framework 1.0 that install and uninstall: one for every connection.

They are entries of ``integration.install`` (protocol/resources.md#integration); those of a store
that was added later follow those of the installation.
"""

from __future__ import annotations

from collections.abc import Iterable

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.blueprint.stores import per_store, store_of, store_title
from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.planning import connections_of

VERIFY = "verify_"
REMOVE = "remove_"
FINISH = "components"
"""Name of the only step of a connector without connections: ``verify_components``."""


def steps_of(account: Account) -> list[Document]:
    """The steps that the integration has, those of stores included."""
    steps: list[Document] = account.integration.get("install") or []
    return steps


def find_step(account: Account, key: str, function: str) -> Document:
    """The install step whose *key* names *function*; raises `LifecycleError` ``step_not_found``."""
    for step in steps_of(account):
        if step.get(key) == function:
            return step
    known = ", ".join(str(step.get(key)) for step in steps_of(account)) or "none"
    raise LifecycleError(
        "step_not_found",
        f"The installation has no step {function!r}; it has {known}. Reload the page. If you need "
        "the step, uninstall the connector and install it again.",
    )


def store_of_step(step: Document) -> str:
    """The store that *step* is for; empty when it is for all of them."""
    return store_of(str(step.get("installerFunction")))


def installer_steps(blueprint: Blueprint, account: Account) -> list[Document]:
    """The steps of a new installation; those that *account* shows as completed stay so."""
    alone = _step(blueprint.name, FINISH, f"Create the components of {blueprint.name}.")
    return _made(connections_of(blueprint), alone, account)


def store_steps(blueprint: Blueprint, account: Account, store: str) -> list[Document]:
    """The steps of one *store* that is added; those that are completed stay so."""
    title = store_title(blueprint.stores or "", store)
    alone = _step(title, per_store(FINISH, store), f"Create the components of {title}.")
    own = (
        connection
        for connection in connections_of(blueprint)
        if store_of(connection.external_id) == store
    )
    return _made(own, alone, account)


def _made(
    connections: Iterable[CompiledComponent], alone: Document, account: Account
) -> list[Document]:
    """One step per connection, or just *alone*.

    Completed ones stay completed when the installer runs again, unless their connection was
    recreated.
    """
    done = {
        (step.get("installerFunction"), step.get("_connectionId"))
        for step in steps_of(account)
        if step.get("completed")
    }
    fresh = [
        {
            "name": component.document["name"],
            "description": f"Enter the credentials of {component.document['name']}.",
            "_connectionId": account.ids[component.external_id],
            **_functions(component.external_id),
        }
        for component in connections
    ] or [alone]
    return [
        {**step, "completed": (step["installerFunction"], step.get("_connectionId")) in done}
        for step in fresh
    ]


def _step(what: str, name: str, description: str) -> Document:
    return {"name": f"Install {what}", "description": description, **_functions(name)}


def _functions(name: str) -> Document:
    return {"installerFunction": VERIFY + name, "uninstallerFunction": REMOVE + name}
