"""From a release and an account to a plan."""

from __future__ import annotations

from collections.abc import Sequence

from connector_kit.blueprint import (
    INTEGRATION,
    Blueprint,
    CompiledComponent,
    Live,
    Plan,
    compare,
    references,
)
from connector_kit.lifecycle.account import Account, by_external_id, resources_of
from connector_kit.lifecycle.journal import DatabaseJournal

CORE_RESOURCES = ("connections", "scripts", "exports", "imports", "flows")
"""Where an uninstall looks for leftovers besides the resources it knows of."""


def plan_release(
    blueprint: Blueprint,
    account: Account,
    journal: DatabaseJournal,
    *,
    recreate_deleted: bool = False,
) -> Plan:
    """What brings *account* to *blueprint*, its installation page included."""
    declared = (*blueprint.components, blueprint.integration)
    return _plan(declared, account, journal, recreate_deleted=recreate_deleted)


def plan_connections(blueprint: Blueprint, account: Account, journal: DatabaseJournal) -> Plan:
    """What the installer makes first: the connections, and what these refer to.

    A connection that was deleted before the installation is complete is made again.
    """
    wanted = _with_dependencies(blueprint, {each.external_id for each in connections_of(blueprint)})
    declared = [each for each in blueprint.components if each.external_id in wanted]
    return _plan(declared, account, journal, only=wanted, recreate_deleted=True)


def plan_removal(account: Account, journal: DatabaseJournal, *, of: str | None = None) -> Plan:
    """What removes this installation's components, or only *of* and all that depends on it.

    Goes by what the account holds and is tagged with, not by what was declared: leftovers of
    earlier versions go too, everything else stays.
    """
    applied = journal.applied
    resources = dict.fromkeys((*resources_of(applied.values()), *CORE_RESOURCES))
    live = account.read(
        (resource for resource in resources if resource != "integrations"),
        declared={},
        applied={},
        known_ids=journal.known_ids,
    )
    mine = [each for each in live if _is_mine(each, account)]
    doomed = _dependents(of, mine) if of else {each.external_id for each in mine}
    targets = {
        each.external_id: CompiledComponent(each.external_id, each.resource, each.document)
        for each in mine
        if each.external_id in doomed
    }
    return compare((), targets, live, fence=account.fence)


def connections_of(blueprint: Blueprint) -> list[CompiledComponent]:
    """The connections that *blueprint* declares, in its order."""
    return [each for each in blueprint.components if each.resource == "connections"]


def _plan(
    declared: Sequence[CompiledComponent],
    account: Account,
    journal: DatabaseJournal,
    *,
    only: set[str] | None = None,
    recreate_deleted: bool,
) -> Plan:
    applied = {
        name: component
        for name, component in journal.applied.items()
        if only is None or name in only
    }
    resources = resources_of((*declared, *applied.values()))
    live = account.read(
        (resource for resource in resources if resource != "integrations"),
        declared=by_external_id(declared),
        applied=applied,
        known_ids=journal.known_ids,
    )
    return compare(declared, applied, live, fence=account.fence, recreate_deleted=recreate_deleted)


def _with_dependencies(blueprint: Blueprint, names: set[str]) -> set[str]:
    """*names* and everything they refer to; components come in dependency order."""
    wanted = set(names)
    for component in reversed(blueprint.components):
        if component.external_id in wanted:
            wanted |= references(component.document)
    return wanted


def _dependents(name: str, live: Sequence[Live]) -> set[str]:
    """*name* and everything that refers to it, directly or not."""
    doomed = {name}
    while True:
        more = {each.external_id for each in live if references(each.document) & doomed}
        if more <= doomed:
            return doomed
        doomed |= more


def _is_mine(live: Live, account: Account) -> bool:
    return (
        live.external_id not in {"", INTEGRATION}
        and live.connector_id == account.connector_id
        and live.integration_id == account.integration_id
    )
