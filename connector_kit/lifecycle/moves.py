"""From one situation to another, at the version that is installed: editions, add-ons, stores.

A plan like any other, but only the difference between the two situations is carried out: anything
else that was edited or deleted in the account is neither read nor touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from functools import partial
from typing import Any

from django.db import transaction

from connector_kit.blueprint import INTEGRATION, Blueprint, CompiledComponent, tailored
from connector_kit.documents import Document
from connector_kit.lifecycle.account import Account, by_external_id
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.awaiting import note_needs
from connector_kit.lifecycle.children import still_shared
from connector_kit.lifecycle.errors import LifecycleError, PlanBlocked, is_hopeless
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import with_dependencies
from connector_kit.lifecycle.situations import situation_on_page
from connector_kit.lifecycle.state_store import keep_state
from connector_kit.lifecycle.takeover import require_taken_over
from connector_kit.lifecycle.update import (
    connected,
    planned,
    settled_add_ons,
    write_installation,
)
from connector_kit.models import Operation
from connector_kit.plan import Plan, Update, held_back

Fields = Callable[[Account], Document]
"""What the last write sets in the integration besides its page; empty if it is set already."""


def require_settled(work: Work, account: Account) -> None:
    """Raise `LifecycleError` unless the installation is complete and nothing else is in progress.

    If the records are lost, the operation gets the version that the account says it has.
    """
    mode = account.integration.get("mode")
    if mode != "settings":
        raise LifecycleError(
            "not_installed",
            f"The installation is in mode {mode!r}. Complete the installation first.",
        )
    if account.integration.get("updateInProgress"):
        raise LifecycleError(
            "update_in_progress",
            "This installation is being updated. Try again when the update is done. If it does "
            "not finish, the publisher can push it again.",
        )
    if work.installation.release is None:
        require_taken_over(work, account)
        work.stay_at(str(account.integration.get("version")))


def move(
    work: Work,
    account: Account,
    *,
    fields: Fields = lambda _: {},
    has_page: bool = True,
    **noted: Any,
) -> None:
    """Record *noted* for the installation, then apply it to the account.

    With nothing to record, components that waited for a connection are created if the customer has
    logged in to it. What is recorded is the target: wherever the call is interrupted, the same
    call, or the next update, continues toward it. A blocked plan changes nothing and withdraws the
    record. So do settings whose documents the platform refuses; the next operation reverses what
    was written of them by then. Without *has_page*, the platform itself stores the values of the
    settings, from the answer to the call.
    """
    installation, release = work.installation, work.release.blueprint()
    before = {name: getattr(installation, name) for name in noted}
    # What the account may hold: by its page, by the records, and by interrupted operations.
    page = situation_on_page(installation, release, account.integration.get("settings"))
    on_page = held_back(tailored(release, page), work.journal.applied, work.awaited)
    passed = [on_page.blueprint, work.blueprint, *work.journal.interrupted()]
    passed = [blueprint for blueprint in passed if blueprint.version == release.version]
    installation.note(**noted)
    carry_out = partial(_carry_out, work, account, passed, fields, has_page=has_page)
    try:
        in_step_with_the_customer(account, carry_out)
    except Exception as error:
        if isinstance(error, PlanBlocked) or ("settings" in noted and is_hopeless(error)):
            installation.note(**before)
        raise


def _carry_out(
    work: Work, account: Account, passed: Iterable[Blueprint], fields: Fields, *, has_page: bool
) -> None:
    again = partial(planned, work, account)
    whole = connected(work, account, again(), again)
    blueprint = work.blueprint
    wanted, applied = _by_name(blueprint), work.journal.applied
    # What differs between the situations, and what an interrupted operation did not record.
    scope = {
        name
        for held in map(_by_name, passed)
        for name in wanted.keys() | held.keys()
        if wanted.get(name) != held.get(name)
    }
    scope |= {name for name, component in applied.items() if wanted.get(name) != component}
    scope -= still_shared(work)
    if not (has_page or _is_about_values(whole)):
        scope -= {INTEGRATION}
    plan = whole.within(scope, needed=with_dependencies(blueprint, scope))
    work.summarize(plan)
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
    lifecycle_fields = fields(account)
    if plan or lifecycle_fields:
        keep_state(account, blueprint)
        if has_page:
            write_installation(account, plan, lifecycle_fields, work.journal)
    else:
        work.ended(Operation.Outcome.CURRENT)
    _remember(work, account, plan, scope)


def _is_about_values(plan: Plan) -> bool:
    """Whether *plan* changes nothing of the integration but the values of its settings."""
    return all(
        change.path.startswith("settings.")
        for step in plan.steps
        if isinstance(step, Update) and step.external_id == INTEGRATION
        for change in step.changes
    )


def _by_name(blueprint: Blueprint) -> dict[str, CompiledComponent]:
    return by_external_id((*blueprint.components, blueprint.integration))


def _remember(work: Work, account: Account, plan: Plan, scope: Set[str]) -> None:
    """Record that the installation is in its new situation; everything else stays as it was."""
    there = {INTEGRATION, *by_external_id(work.blueprint.components)}
    with transaction.atomic():
        for step in plan.steps:
            if step.external_id == INTEGRATION:
                work.journal.record(step, account.integration_id)
        work.journal.settle(there | (work.journal.applied.keys() - scope))
        if (add_ons := settled_add_ons(work)) != work.installation.add_ons:
            work.installation.note(add_ons=add_ons)
        note_needs(work)
