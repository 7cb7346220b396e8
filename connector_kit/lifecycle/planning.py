"""From a release and an account to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain

from connector_kit.blueprint import Blueprint, CompiledComponent
from connector_kit.blueprint.resources import COMMON
from connector_kit.documents import abstract, references
from connector_kit.lifecycle.account import Account, by_external_id, resources_of
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.plan import Delete, Fence, Live, Plan, PlanStep, Unchanged, Update, compare
from connector_kit.plan.removal import removal_order


def plan_release(
    blueprint: Blueprint,
    account: Account,
    journal: DatabaseJournal,
    *,
    copied: Sequence[Blueprint] = (),
    recreate_deleted: bool = False,
) -> Plan:
    """The plan that updates *account* to *blueprint*, including its installation page.

    In framework 2.0, the platform may have made the components as copies: of those in the first
    blueprint of *copied*, or already of those in another.
    """
    declared = (*blueprint.components, blueprint.integration)
    return _plan(declared, account, journal, copied=copied, recreate_deleted=recreate_deleted)


def plan_drift(account: Account, journal: DatabaseJournal) -> Plan:
    """What would restore *account* to what was last applied to it; empty without drift.

    What customers own by declaration, such as their credentials, counts as unchanged.
    """
    applied = journal.applied
    live = account.read(
        (resource for resource in resources_of(applied.values()) if resource != "integrations"),
        declared=applied,
        applied=applied,
        known_ids=journal.known_ids,
    )
    # Rows of lookup caches are their owners': none is missing.
    declared = tuple(replace(component, data={}) for component in applied.values())
    plan = compare(declared, {}, live, fence=account.fence)
    steps: list[PlanStep] = []
    for step in plan.steps:
        if not isinstance(step, Update):
            steps.append(step)
            continue
        drifted = (change for change in step.changes if not _is_owned(change.path, step.component))
        if changes := tuple(drifted):
            steps.append(replace(step, changes=changes))
    return replace(plan, steps=tuple(step for step in steps if not isinstance(step, Unchanged)))


def _is_owned(path: str, component: CompiledComponent) -> bool:
    return any(
        path == own or path.startswith((f"{own}.", f"{own}[")) for own in component.customer_owns
    )


def plan_connections(blueprint: Blueprint, account: Account, journal: DatabaseJournal) -> Plan:
    """What the installer creates first: the connections, and what these refer to.

    A connection that was deleted before the installation is complete is created again.
    """
    wanted = with_dependencies(
        blueprint, {connection.external_id for connection in connections_of(blueprint)}
    )
    declared = [component for component in blueprint.components if component.external_id in wanted]
    return _plan(declared, account, journal, only=wanted, recreate_deleted=True)


def plan_removal(
    account: Account, known: Iterable[CompiledComponent], *, of: str | None = None
) -> Plan:
    """What removes all of this installation, or only the document *of* and what depends on it.

    It follows the tags in the account, not what was declared: leftovers of earlier versions are
    removed, too, whatever their names, and everything else stays. *known* only adds resource types
    to search to those that every installation may have.
    """
    wanted = (*resources_of(known), *COMMON)
    resources = dict.fromkeys(name for name in wanted if name != "integrations")
    found = {
        document["_id"]: (resource, document) for resource, document in account.owned(resources)
    }
    names = {identity: identity for identity in (*found, *([of] if of else []))}
    uses = {
        identity: references(abstract(document, names)) - {identity}
        for identity, (_, document) in found.items()
    }
    doomed = {of} if of else {*found}
    while more := {identity for identity, used in uses.items() if used & doomed} - doomed:
        doomed |= more
    steps = (
        Delete(account.tag.name_of(document), resource, identity, document)
        for identity in removal_order(uses)
        if identity in doomed
        for resource, document in [found[identity]]
    )
    return Plan(tuple(steps))


def recognize_unrecorded(account: Account, journal: DatabaseJournal) -> None:
    """Let *account* know its documents by name, and in an embedded account which are its own.

    Also those that an interrupted operation left unrecorded.
    """
    account.tag = account.tag.knowing({known: name for name, known in journal.known_ids.items()})
    interrupted = [item for blueprint in journal.interrupted() for item in blueprint.components]
    resources = resources_of(interrupted)
    if account.is_embedded and journal.attempted and resources:
        account.read(
            resources,
            declared=by_external_id(interrupted),
            applied=journal.applied,
            known_ids=journal.known_ids,
            attempted=journal.attempted,
        )


def connections_of(blueprint: Blueprint) -> list[CompiledComponent]:
    """The connections that *blueprint* declares, in its order."""
    return [component for component in blueprint.components if component.resource == "connections"]


def _plan(
    declared: Sequence[CompiledComponent],
    account: Account,
    journal: DatabaseJournal,
    *,
    only: set[str] | None = None,
    copied: Sequence[Blueprint] = (),
    recreate_deleted: bool,
) -> Plan:
    applied = {
        name: component
        for name, component in journal.applied.items()
        if only is None or name in only
    }
    interrupted = [
        *(blueprint.components for blueprint in copied),
        *(
            [
                component
                for component in (*blueprint.components, blueprint.integration)
                if only is None or component.external_id in only
            ]
            for blueprint in journal.interrupted()
        ),
    ]
    resources = resources_of((*declared, *applied.values(), *chain(*interrupted)))
    expected = by_external_id((*chain(*interrupted), *declared))
    live = account.read(
        (resource for resource in resources if resource != "integrations"),
        declared=expected,
        applied=undoubted(applied, interrupted),
        known_ids=journal.known_ids,
        attempted=journal.attempted,
    )
    journal.looked(live, resources)
    held = {document.external_id for document in live if account.fence.holds(document)}
    original = by_external_id(copied[0].components if copied else ())
    # A copy of a lookup cache may have come without its rows (protocol/platform-2026.md#10).
    unrecorded = {
        name: replace(original[name], data={}) for name in original.keys() & held - applied.keys()
    }
    left = as_left_behind(applied | unrecorded, interrupted, live, fence=account.fence)
    plan = compare(
        [component for component in declared if component.external_id not in account.borrowed],
        left,
        live,
        fence=account.fence,
        recreate_deleted=recreate_deleted,
        replaced=_replaced(journal.known_ids, left, live, account.fence),
    )
    steps = (
        replace(step, adopted=True)
        if isinstance(step, Update | Unchanged) and step.external_id in unrecorded
        else step
        for step in plan.steps
    )
    return replace(plan, steps=tuple(steps))


def _replaced(
    known_ids: Mapping[str, str],
    applied: Mapping[str, CompiledComponent],
    live: Sequence[Live],
    fence: Fence,
) -> set[str]:
    """The components that were, or must be, created again to replace a deleted document.

    Not those that the customer deleted, which are in *applied*, but not in the account.
    """
    held = {document.external_id: document.id for document in live if fence.holds(document)}
    return {
        name
        for name, known in known_ids.items()
        if held.get(name) != known and (name in held or name not in applied)
    }


def with_dependencies(blueprint: Blueprint, names: Set[str]) -> set[str]:
    """*names* and everything they refer to; components come in dependency order."""
    wanted = set(names)
    for component in reversed(blueprint.components):
        if component.external_id in wanted:
            wanted |= references(component.document)
    return wanted


def as_left_behind(
    applied: Mapping[str, CompiledComponent],
    interrupted: Iterable[Sequence[CompiledComponent]],
    live: Sequence[Live],
    *,
    fence: Fence,
) -> dict[str, CompiledComponent]:
    """*applied* as the records would have it, had every write been recorded.

    *interrupted* are the components that each interrupted operation should have written, oldest
    first. A write is one request, so it happened as a whole or not at all, and the account tells
    which. Without this, a rollback to an older release would take their writes for the customer's
    edits.
    """
    # Whether a document has its external id by now says nothing of its content.
    held = {
        document.external_id: replace(document, is_unnamed=False)
        for document in live
        if fence.holds(document)
    }
    known = dict(applied)
    for brought in interrupted:
        declared = by_external_id(brought)
        for name, component in declared.items():
            if name not in held:
                continue
            before = {name: known[name]} if name in known else {}
            # A document does not tell whether its rows were written after it.
            written = replace(component, data=known[name].data if before else {})
            [step] = compare([written], before, [held[name]], fence=fence).steps
            if isinstance(step, Unchanged):  # already what writing it would make of it
                known[name] = written
        for name in known.keys() - declared.keys() - held.keys():
            del known[name]
    return known


def undoubted(
    applied: Mapping[str, CompiledComponent], interrupted: Iterable[Sequence[CompiledComponent]]
) -> Mapping[str, CompiledComponent]:
    """Those of *applied* that none of the *interrupted* operations should have changed."""
    doubtful = {
        component.external_id
        for components in interrupted
        for component in components
        if applied.get(component.external_id) != component
    }
    return {name: item for name, item in applied.items() if name not in doubtful}
