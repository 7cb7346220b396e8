"""Connections that an update begins to use: whether the customer has logged in to them yet.

Checking costs a ping for each of them, and nothing when an update begins to use none.
"""

from __future__ import annotations

from connector_kit.integrator.errors import NotFound
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.logins import login_problem
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import with_dependencies
from connector_kit.models import Operation
from connector_kit.plan import Create, Plan, newly_used


def find_awaited(work: Work, account: Account) -> None:
    """Find out which connections the operation has to wait for.

    Those that are not in the account yet, or cannot log in. The customer's own are out of reach,
    and trusted. An incomplete installation does not wait for those that its install steps ask for:
    in 1.0 all, in 2.0 those of the lowest edition.
    """
    applied, known_ids = work.journal.applied, work.journal.known_ids
    ids = {**account.ids, **known_ids}
    chosen = account.stand_ins({*applied, *known_ids})
    is_begun = work.installation.release is None and work.operation.kind == Operation.Kind.INSTALL
    if is_begun and not account.stand_ins(frozenset()):
        work.awaited = ()
        return
    awaited = []
    for name in sorted(newly_used(work.whole, applied) - chosen.keys()):
        connection_id = ids.get(name)
        try:
            is_offline = not connection_id or login_problem(account.client, connection_id)
        except NotFound:
            is_offline = True
        if is_offline:
            awaited.append(name)
    work.awaited = tuple(awaited)


def first_of(plan: Plan, work: Work) -> Plan:
    """Return the part of *plan* that creates the awaited connections, and what these refer to.

    Only once they exist is it known whether the customer must log in at all.
    """
    made = {step.external_id for step in plan.steps if isinstance(step, Create)}
    wanted = with_dependencies(work.blueprint, made.intersection(work.awaited))
    return plan.within(wanted, needed=wanted)


def note_needs(work: Work) -> None:
    """Record what the installation, now complete, needs from the customer.

    An update is over when neither the installation nor one of its children waits any longer.
    """
    installation = work.installation
    needs = [need.to_json() for need in work.needs]
    if needs != installation.needs:
        installation.note(needs=needs)
    for row in filter(None, (installation, installation.parent)):
        is_waiting = row.update_outcome == Operation.Outcome.WAITS
        waiting_children = row.children.active().exclude(needs=[])
        if is_waiting and not row.needs and not waiting_children.exists():
            row.note(update_outcome=Operation.Outcome.DONE)
