"""The installer of framework 1.0, derived from the declaration.

The connector installer makes the connections and writes one step for each. A step pings its
connection; the last one that completes makes the rest, then writes mode and version
(protocol/http-api.md#81-framework-10).
"""

from __future__ import annotations

from connector_kit.blueprint import Blueprint, Document
from connector_kit.integrator.errors import NotFound
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.planning import connections_of, plan_connections, plan_release
from connector_kit.lifecycle.sessions import account_session, installation_of, release_for
from connector_kit.lifecycle.update import keep_state, remember_release, write_installation
from connector_kit.models import Connector, Operation, Release

VERIFY = "verify_"
REMOVE = "remove_"
FINISH = "components"
"""Name of the only step of a connector without connections: ``verify_components``."""


def install(connector: Connector, options: Document) -> None:
    """Make the connections and write the install steps; the connector's installerFunction.

    May be called again after a failure at any point: what is there is kept.
    """
    installation = installation_of(connector, options)
    release = release_for(installation)
    with (
        operation(installation, Operation.Kind.INSTALL, "install", release=release) as work,
        account_session(work, connector, options) as account,
    ):
        installation.note(target=release)
        blueprint = release.blueprint()
        plan = plan_connections(blueprint, account, work.journal)
        work.operation.summary = plan.summary()
        apply(plan, account, work.journal, out_of_time=work.out_of_time)
        account.write_integration(
            {**account.integration, "mode": "install", "install": _steps(blueprint, account)}
        )


def verify(connector: Connector, name: str, options: Document) -> Document:
    """Run the install step of connection *name*: ping it, complete the step, perhaps the install.

    Returns ``{"success", "stepsToUpdate" or "message"}`` as the install wizard reads it.
    """
    installation = installation_of(connector, options)
    release = release_for(installation)
    function = VERIFY + name
    with (
        operation(installation, Operation.Kind.INSTALL, function, release=release) as work,
        account_session(work, connector, options) as account,
    ):
        step = _step_named(account, function)
        if problem := _ping(account, step):
            work.failed("connection_offline", problem)
            return {"success": False, "message": problem}
        steps = [
            {**each, "completed": True} if each is step else each
            for each in account.integration["install"]
        ]
        if all(each.get("completed") for each in steps):
            try:
                _complete(work, account, release, steps)
            except Checkpoint as stop:
                return {"success": False, "message": stop.message}
        else:
            account.write_integration({**account.integration, "install": steps})
        return {"success": True, "stepsToUpdate": [{**step, "completed": True}]}


def _complete(work: Work, account: Account, release: Release, steps: list[Document]) -> None:
    """Make everything else; mode and version are the last write."""
    blueprint = release.blueprint()
    plan = plan_release(blueprint, account, work.journal)
    work.operation.summary = plan.summary()
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
    keep_state(account, blueprint)
    write_installation(
        account,
        plan,
        {
            "install": steps,
            "mode": "settings",
            "updateInProgress": False,
            "version": release.version,
        },
    )
    remember_release(work, release, plan)


def _steps(blueprint: Blueprint, account: Account) -> list[Document]:
    """One step per connection; completed ones stay so when the installer runs again."""
    done = {
        each.get("installerFunction"): bool(each.get("completed"))
        for each in account.integration.get("install") or ()
    }
    fresh = [
        {
            "name": component.document["name"],
            "description": f"Enter the credentials of {component.document['name']}.",
            "_connectionId": account.ids[component.external_id],
            **_functions(component.external_id),
        }
        for component in connections_of(blueprint)
    ] or [
        {
            "name": f"Install {blueprint.name}",
            "description": f"Make the components of {blueprint.name}.",
            **_functions(FINISH),
        }
    ]
    return [{**step, "completed": done.get(step["installerFunction"], False)} for step in fresh]


def _functions(name: str) -> Document:
    return {"installerFunction": VERIFY + name, "uninstallerFunction": REMOVE + name}


def _step_named(account: Account, function: str) -> Document:
    steps: list[Document] = account.integration.get("install") or []
    for step in steps:
        if step.get("installerFunction") == function:
            return step
    raise LifecycleError(
        "step_not_found",
        f"The installation has no step {function!r}. Uninstall it and install it again.",
    )


def _ping(account: Account, step: Document) -> str:
    """Why the step's connection does not work, or nothing."""
    connection_id = step.get("_connectionId")
    if not connection_id:
        return ""
    try:
        ping = account.client.connections.ping(connection_id)
    except NotFound as error:
        raise LifecycleError(
            "connection_missing",
            f"The connection of the step {step.get('name')!r} was deleted from this account. "
            "Start the installation again to make a new one.",
        ) from error
    if ping.ok:
        return ""
    return f"The connection {step.get('name')!r} cannot log in: {ping.explanation}"
