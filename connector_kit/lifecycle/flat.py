"""The functions of framework 2.0 that install, update, and uninstall (protocol/extension.md#6).

The platform makes an installation by copying the source integration, and asks the customer for each
connection. The kit completes what was copied, and from then on an installation is like any other:
`update_flat` translates the call into that of 1.0. The integration comes whole, as ``resource``,
and its license names the edition by an id.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from connector_kit.blueprint.entitlements import opts_of
from connector_kit.documents import Document
from connector_kit.integrator.errors import Forbidden, NotFound
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.awaiting import find_awaited
from connector_kit.lifecycle.copies import copied_while_installing
from connector_kit.lifecycle.editions import edition_on_listing
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.lease import leased
from connector_kit.lifecycle.logins import login_problem
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import plan_release
from connector_kit.lifecycle.sessions import recorded, session
from connector_kit.lifecycle.state_store import keep_state
from connector_kit.lifecycle.uninstall import forget_installation
from connector_kit.lifecycle.update import (
    WAITS,
    connected,
    remember_release,
    update,
    write_installation,
)
from connector_kit.models import Connector, Operation
from connector_kit.plan import Plan
from connector_kit.plan.awaited_connections import in_words


def verify_connection(connector: Connector, options: Document) -> None:
    """Ping the connection that the customer has just chosen or created for an install step.

    Raises `LifecycleError` ``connection_offline``, which leaves the step open. A connection that
    the customer had before is out of reach for the call's token, and trusted.
    """
    call = _of_resource(connector, options)
    with session(connector, call, Operation.Kind.INSTALL, "verifyConnection") as (_, account):
        try:
            problem = login_problem(account.client, str(options.get("_connectionId")))
        except (NotFound, Forbidden):
            return
        if problem:
            raise LifecycleError("connection_offline", f"The connection cannot log in: {problem}")


def complete_install(connector: Connector, options: Document) -> None:
    """Complete what the platform has copied: the licensed edition of the default release.

    Called again, it continues where it stopped. The platform itself ends the installation. No
    step asks for a connection that only a higher edition or an add-on has: what needs it waits for
    the customer, as after an update. A child gets what its parent's release has for each store,
    with the add-ons of its own license.
    """
    call = _of_resource(connector, options)
    with session(connector, call, Operation.Kind.INSTALL, "completeInstall") as (work, account):
        if (parent := work.installation.parent) is None:
            in_step_with_the_customer(account, partial(_complete, work, account))
            return
        with leased(parent):  # no update of the parent passes the child by
            in_step_with_the_customer(account, partial(_complete, work, account))


def complete_uninstall(connector: Connector, options: Document) -> None:
    """Record that the installation is gone, with its children.

    The platform removes what carries the tag, children first (U18).
    """
    call = _of_resource(connector, options)
    with session(connector, call, Operation.Kind.UNINSTALL, "completeUninstall") as (work, _):
        for child in work.installation.children.active():
            forget_installation(child)
        forget_installation(work.installation)


def update_flat(connector: Connector, options: Document) -> None:
    """Update the installation ``resource`` to its target, as `update` does."""
    update(connector, _of_resource(connector, options))


def _complete(work: Work, account: Account) -> None:
    """Bring everything to the release, except for what waits; the version is the last write."""

    def plan_again() -> Plan:
        find_awaited(work, account)
        plan = plan_release(
            work.blueprint, account, work.journal, copied=copied_while_installing(work)
        )
        return replace(plan, needs=work.needs)

    plan = connected(work, account, plan_again(), plan_again)
    work.summarize(plan)
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
    keep_state(account, work.blueprint)
    fields = {"version": work.release.version, "updateInProgress": False}
    write_installation(account, plan, fields, work.journal)
    remember_release(work, plan)
    if work.needs:
        work.ended(Operation.Outcome.WAITS, WAITS, in_words(work.needs))


def _of_resource(connector: Connector, options: Document) -> Document:
    """The call as one of framework 1.0: with the integration's id and the license's opts, if known.

    Only the listing has an edition's name: it is looked up for an installation without a recorded
    edition; for others, the installed one counts.
    """
    resource = options.get("resource")
    identity = resource.get("_id") if isinstance(resource, dict) else None
    call = {**options, "_integrationId": identity or options.get("_integrationId")}
    opts = opts_of(options)
    if opts is None:
        return call
    edition_id = options["license"].get("_editionId")
    if isinstance(edition_id, str) and not recorded(connector, call).edition:
        edition = edition_on_listing(connector, edition_id)
        opts = {**opts, "connectorEdition": edition["displayName"]} if edition else opts
    return {**call, "opts": opts}
