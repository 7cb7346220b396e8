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
from connector_kit.documents import Document, references
from connector_kit.lifecycle.account import Account, by_external_id
from connector_kit.lifecycle.apply import apply, in_step_with_the_customer
from connector_kit.lifecycle.awaiting import note_needs
from connector_kit.lifecycle.errors import LifecycleError, PlanBlocked, is_hopeless
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.situations import situation_on_page
from connector_kit.lifecycle.update import (
    connected,
    keep_state,
    planned,
    settled_add_ons,
    write_installation,
)
from connector_kit.models import Operation
from connector_kit.plan import Plan, held_back

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
    was written of them by then. *has_page* is false for framework 2.0, whose settings are not a
    page of the kit.
    """
    before = {name: getattr(work.installation, name) for name in noted}
    passed = _passed(work, account)
    work.installation.note(**noted)
    carry_out = partial(_carry_out, work, account, passed, fields, has_page=has_page)
    try:
        in_step_with_the_customer(account, carry_out)
    except Exception as error:
        if isinstance(error, PlanBlocked) or ("settings" in noted and is_hopeless(error)):
            work.installation.note(**before)
        raise


def _passed(work: Work, account: Account) -> list[Blueprint]:
    """The versions that the account may hold: by its page, by the records, interrupted ones."""
    release, installation = work.release.blueprint(), work.installation
    page = situation_on_page(installation, release, account.integration.get("settings"))
    broken_off = (
        blueprint
        for blueprint in work.journal.interrupted()
        if blueprint.version == release.version
    )
    shown = held_back(tailored(release, page), work.journal.applied, work.awaited)
    return [shown.blueprint, work.blueprint, *broken_off]


def _carry_out(
    work: Work, account: Account, passed: Iterable[Blueprint], fields: Fields, *, has_page: bool
) -> None:
    again = partial(planned, work, account)
    whole = connected(work, account, again(), again)
    blueprint = work.blueprint
    scope = _differing(blueprint, passed) | _unrecorded(blueprint, work)
    if not has_page:
        scope -= {INTEGRATION}
    plan = whole.within(scope, needed=_needed(blueprint, scope))
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


def _differing(blueprint: Blueprint, others: Iterable[Blueprint]) -> Set[str]:
    """The names of components that are not the same in all of these."""
    wanted = _by_name(blueprint)
    return {
        name
        for other in map(_by_name, others)
        for name in wanted.keys() | other.keys()
        if wanted.get(name) != other.get(name)
    }


def _unrecorded(blueprint: Blueprint, work: Work) -> Set[str]:
    """The names whose record differs from *blueprint*, because an operation was interrupted."""
    wanted = _by_name(blueprint)
    applied = work.journal.applied
    return {name for name, component in applied.items() if wanted.get(name) != component}


def _by_name(blueprint: Blueprint) -> dict[str, CompiledComponent]:
    return by_external_id((*blueprint.components, blueprint.integration))


def _needed(blueprint: Blueprint, names: Set[str]) -> Set[str]:
    """*names*, and what these components refer to, directly or not."""
    needed = set(names)
    for component in reversed((*blueprint.components, blueprint.integration)):
        if component.external_id in needed - {INTEGRATION}:
            needed |= references(component.document)
    return needed


def _remember(work: Work, account: Account, plan: Plan, scope: Set[str]) -> None:
    """Record that the installation is in its new situation; everything else stays as it was."""
    there = {INTEGRATION, *by_external_id(work.blueprint.components)}
    with transaction.atomic():
        for step in plan.steps:
            if step.external_id == INTEGRATION:
                work.journal.record(step, account.integration_id)
        work.journal.settle(there | (work.journal.applied.keys() - scope))
        if work.installation.add_ons:
            work.installation.note(add_ons=settled_add_ons(work.installation))
        note_needs(work)
