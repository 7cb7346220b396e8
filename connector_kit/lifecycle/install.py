"""The installer of framework 1.0, derived from the declaration.

The connector installer creates the connections and writes one step for each. A step pings its
connection; the last one to complete creates the rest, then writes mode and version
(protocol/http-api.md#81-framework-10).
"""

from __future__ import annotations

from functools import partial

from connector_kit.documents import Document
from connector_kit.integrator.errors import NotFound
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError
from connector_kit.lifecycle.logins import login_problem
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import plan_connections, plan_release
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.state_store import keep_state
from connector_kit.lifecycle.steps import VERIFY, find_step, installer_steps
from connector_kit.lifecycle.stores import complete_step, is_opening
from connector_kit.lifecycle.update import remember_release, write_installation
from connector_kit.models import Connector, Operation

KIND = Operation.Kind.INSTALL


def install(connector: Connector, options: Document) -> None:
    """Make the connections and write the install steps; the connector's installerFunction.

    May be called again after a failure at any point: existing components are kept.
    """
    with session(connector, options, KIND, "install") as (work, account):
        mode = account.integration.get("mode")
        if mode not in {None, "install"}:
            raise LifecycleError(
                "already_installed",
                f"The installation is in mode {mode!r}, but the installer works only on new "
                "installations. Push an update instead, or uninstall the connector and install it "
                "again.",
            )
        blueprint = work.blueprint
        plan = plan_connections(blueprint, account, work.journal)
        work.operation.summary = plan.summary()
        apply(plan, account, work.journal, out_of_time=work.out_of_time)
        account.read_integration()
        account.write_integration(
            {
                **account.integration,
                "mode": "install",
                "install": installer_steps(blueprint, account),
            }
        )
        work.journal.settle()


def verify(connector: Connector, name: str, options: Document) -> Document:
    """Run the install step *name*: ping its connection, complete the step, perhaps the install.

    Returns ``{"success", "stepsToUpdate" or "message"}`` as the install wizard reads it. Called
    again when the installation is complete, it only pings.
    """
    function = VERIFY + name
    with session(connector, options, KIND, function) as (work, account):
        step = find_step(account, "installerFunction", function)
        if problem := _ping(account, step):
            work.failed("connection_offline", problem)
            return {"success": False, "message": problem}
        try:
            _complete(step, work, account)
        except Checkpoint as stop:
            work.ended(Operation.Outcome.CHECKPOINT, stop.code, stop.message)
            return {"success": False, "message": stop.message}
        return {"success": True, "stepsToUpdate": [{**step, "completed": True}]}


def _complete(step: Document, work: Work, account: Account) -> None:
    """Complete *step* and, when no other is open, the installation, or the store it is for."""
    if is_opening(work, account, step):
        complete_step(step, work, account)
        return
    integration = account.integration
    # The last write may have been made by a process that died before recording it.
    is_unrecorded = (
        integration.get("mode") == "settings"
        and work.installation.release is None
        and integration.get("version") == work.release.version
    )
    if not (integration.get("mode") == "install" or is_unrecorded):
        return
    steps = [
        {**item, "completed": True} if item is step else item for item in integration["install"]
    ]
    if all(step.get("completed") for step in steps):
        in_step_with_the_customer(account, partial(_make_components, work, account, steps))
    else:
        account.write_integration({**integration, "install": steps})


def _make_components(work: Work, account: Account, steps: list[Document]) -> None:
    """Create everything else; mode and version are the last write."""
    blueprint = work.blueprint
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
            "version": work.release.version,
        },
        work.journal,
    )
    remember_release(work, plan)


def _ping(account: Account, step: Document) -> str:
    """Why the step's connection does not work; empty if it does."""
    connection_id = step.get("_connectionId")
    if not connection_id:
        return ""
    try:
        problem = login_problem(account.client, connection_id)
    except NotFound as error:
        raise LifecycleError(
            "connection_missing",
            f"The connection for the step {step.get('name')!r} was deleted from this account. "
            "Restore it from the recycle bin, or uninstall the connector and install it again.",
        ) from error
    return f"The connection {step.get('name')!r} cannot log in: {problem}" if problem else ""
