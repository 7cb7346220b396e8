"""A pushed update: plan, apply, and the version as the last write."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from functools import partial

import jsonpatch
from django.db import transaction
from jsonpatch import JsonPatchException
from jsonpointer import JsonPointerException

from connector_kit.blueprint import INTEGRATION, Blueprint
from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.lifecycle.account import Account, by_external_id
from connector_kit.lifecycle.activity import note_activity
from connector_kit.lifecycle.apply import Journal, apply, in_step_with_the_customer, intended
from connector_kit.lifecycle.awaiting import find_awaited, first_of, note_needs
from connector_kit.lifecycle.children import (
    child_at_work,
    children_to_update,
    follow,
    is_updated,
    save_for_children,
    still_shared,
    with_store,
)
from connector_kit.lifecycle.copies import copied_before, uninstall_fields
from connector_kit.lifecycle.errors import (
    ChangedMeanwhile,
    Checkpoint,
    LifecycleError,
    PlanBlocked,
    code_of,
)
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.planning import plan_drift, plan_release
from connector_kit.lifecycle.sessions import session
from connector_kit.lifecycle.settings.flows import change_flows
from connector_kit.lifecycle.settings.waiting import waiting_changes
from connector_kit.lifecycle.situations import INSTALLED, LEAVING, settings_for
from connector_kit.lifecycle.state_store import keep_state, restore
from connector_kit.lifecycle.takeover import blocked_plan, of_other_code, own_steps, take_over
from connector_kit.models import Connector, Operation, Order, clock
from connector_kit.plan import Delete, Plan, Unchanged, Update
from connector_kit.plan.awaited_connections import in_words
from connector_kit.plan.patch import operations

WAITS = "waits_for_customer"
"""Code of an update of which a part waits until the customer has logged in."""

NOT_ORDERED = (
    "No update of this installation was ordered. Nothing was changed, and the customer can edit "
    "again. To update it, start a rollout."
)


def update(connector: Connector, options: Document) -> None:
    """Carry out the order for the installation named in *options*, if there is one.

    The platform calls this once per pushed installation (protocol/extension.md#53-installer), and
    sometimes twice, or late. Without an order, the kit only unlocks the installation; likewise when
    the plan is blocked, or when it fails before its first write. When it fails halfway,
    ``updateInProgress`` stays true and the old version remains, and the next push continues
    (protocol/README.md U15).
    """
    with session(connector, options, Operation.Kind.UPDATE, "update") as (work, account):
        serve(work, account)


def serve(work: Work, account: Account) -> None:
    """Carry out the operation's order, with whichever token.

    If it fails before anything was written, the installation is unlocked. Its children have the
    settings applied that wait for them, whether anything is ordered for itself or not.
    """
    saved = []
    if work.order is None or work.order.kind == Order.Kind.SETTINGS:
        saved = save_for_children(work, account, bring_release)
    if work.order is None:
        _unlock(work, account)
        if saved:
            work.ended(Operation.Outcome.IGNORED, "settings_of_stores", " ".join(saved))
        else:
            work.ended(Operation.Outcome.IGNORED, "not_ordered", NOT_ORDERED)
        return
    if work.operation.release is None and work.order.kind == Order.Kind.UNDO:
        _unlock(work, account)
        return
    if work.order.takeover is not None:
        try:
            take_over(work, account, work.order.takeover)
        finally:
            _unlock(work, account)
        return
    try:
        bring_up_to_date(work, account)
    except Checkpoint:
        raise
    except ConnectorKitError as error:
        is_locked = work.installation.update_in_progress
        if is_locked and code_of(error) != "lease_lost" and not work.has_written:
            with suppress(ConnectorKitError):  # the first failure counts
                _unlock(work, account)
        raise


def bring_up_to_date(work: Work, account: Account) -> None:
    """Plan and apply the operation's release, or only plan it.

    The plan of a parent has the steps of its children, too, and so has its drift. Whether there is
    a plan or not, the customer may edit again.
    """
    if account.integration.get("mode") in {"install", "uninstall"}:
        _unlock(work, account)
        raise LifecycleError(
            "not_installed",
            f"The installation is in mode {account.integration['mode']!r}: only complete "
            "installations can be updated. A customer who is still installing gets the default "
            "release.",
        )
    if not work.is_dry_run:
        bring_release(work, account)
        return
    try:
        document = _try(work, account)
        for child in children_to_update(work, account):
            with child_at_work(work, account, child, Operation.Kind.PLAN) as at_child:
                document = with_store(document, _try(*at_child), child)
        work.operation.plan = document
        if document.get("drift"):
            work.installation.note(is_drifted=True)
    finally:
        _unlock(work, account)


def _try(work: Work, account: Account) -> Document:
    """Keep with the operation what its release would change, and return it.

    For the installed release also how the account differs from what was applied to it: ``drift``.
    """
    document: Document = work.veil.over(_planned(work, account).to_json())
    if work.release == work.installation.release:
        drift = plan_drift(account, work.journal)
        document = {**document, "drift": work.veil.over(drift.to_json()["steps"])}
        work.installation.note(is_drifted=bool(drift.steps), drift_checked_at=clock.now())
        note_activity(work, account)
    work.operation.plan = document
    return document


def bring_release(work: Work, account: Account) -> None:
    """Update *account* to the operation's release, with the version as the last write."""
    with waiting_changes(work) as flows:
        change_flows(work, account, flows)
        in_step_with_the_customer(account, partial(_carry_out, work, account))


def planned(work: Work, account: Account, *, recreate_deleted: bool = False) -> Plan:
    """The plan for *account*, from records; lost ones are rebuilt first.

    It leaves out what waits for connections that the customer has not logged in to. An installation
    that other code made, and that is not taken over, has a plan that is blocked.
    """
    if not work.journal.applied and restore(work.installation, account.client):
        work.reload_journal()
    if found := of_other_code(work, account):
        return blocked_plan(work, found)
    plan = _plan_again(work, account, recreate_deleted=recreate_deleted)
    # What the account holds of this installation but the records lack.
    unrecorded = {INTEGRATION} - work.journal.applied.keys()
    strangers = {*_adopted(plan), *plan.unknown, *unrecorded}
    if strangers and restore(work.installation, account.client, strangers):
        work.reload_journal()
        plan = _plan_again(work, account, recreate_deleted=recreate_deleted)
    if _adopted(plan) and (copied := copied_before(work, account)):
        plan = _plan_again(work, account, copied=copied, recreate_deleted=recreate_deleted)
    work.summarize(plan)
    return plan


def _adopted(plan: Plan) -> list[str]:
    steps = (step for step in plan.steps if isinstance(step, Update | Unchanged))
    return [step.external_id for step in steps if step.adopted]


def _plan_again(
    work: Work, account: Account, *, copied: Sequence[Blueprint] = (), recreate_deleted: bool
) -> Plan:
    find_awaited(work, account)
    blueprint = work.blueprint
    plan = plan_release(
        blueprint, account, work.journal, copied=copied, recreate_deleted=recreate_deleted
    )
    return replace(plan, needs=work.needs)


def connected(work: Work, account: Account, plan: Plan, plan_again: Callable[[], Plan]) -> Plan:
    """Create the connections that *plan* waits for, if they are new; returns what is left to do."""
    first = first_of(plan, work)
    if not first:
        return plan
    apply(first, account, work.journal, out_of_time=work.out_of_time)
    work.made_first += first.summary()["create"]
    return plan_again()


def _planned(work: Work, account: Account) -> Plan:
    return planned(work, account, recreate_deleted=work.recreates_deleted)


def _carry_out(work: Work, account: Account) -> None:
    """Bring the release to the account: to the parent first, then to each of its children.

    A child that something blocks keeps what it has, and what its parent shares with it; its parent
    is complete all the same, and the next push continues with that child.
    """
    children = [child for child in children_to_update(work, account) if not is_updated(work, child)]
    plan = _require_free(_planned(work, account), work, account)
    again = partial(_planned, work, account)
    plan = _require_free(connected(work, account, plan, again), work, account)
    # Children refer to what their parent shares: it is created before, and removed after them.
    # Pages refer to scripts.
    has_children = work.blueprint.children is not None
    removals = [
        step
        for step in plan.steps
        if isinstance(step, Delete) and (has_children or step.resource == "scripts")
    ]
    kept = tuple(step for step in plan.steps if step not in removals)
    apply(replace(plan, steps=kept), account, work.journal, out_of_time=work.out_of_time)
    followed = follow(work, account, children, Operation.Kind.UPDATE, bring_release)
    rest = plan
    if any(step.resource == "scripts" for step in removals):
        write_installation(account, plan, uninstall_fields(work, account), work.journal)
        others = (step for step in plan.steps if step.external_id != INTEGRATION)
        rest = replace(plan, steps=tuple(others))
    shared = still_shared(work)
    unused = tuple(step for step in removals if step.external_id not in shared)
    apply(replace(plan, steps=unused), account, work.journal, out_of_time=work.out_of_time)
    integration, version = account.integration, work.release.version
    installed = work.installation.version if account.is_embedded else integration.get("version")
    is_current = not (plan or work.made_first or children) and installed == version
    if is_current:
        work.ended(Operation.Outcome.CURRENT)
    # What the account runs now comes last: its version, or the platform's copy of the records.
    if account.is_embedded:
        write_installation(account, rest, {}, work.journal)
    if not is_current:
        keep_state(account, work.blueprint)
    if not account.is_embedded:
        steps = {**own_steps(work, account), **uninstall_fields(work, account)}
        fields = {"updateInProgress": False, "version": version, **steps}
        write_installation(account, rest, fields, work.journal)
    remember_release(work, plan, shared=shared)
    if followed.failures:
        work.operation.is_refused = any(failure.is_refused for failure in followed.failures)
        work.failed(followed.failures[0].code, followed.reasons)
    elif work.needs or followed.waiting:
        own = [in_words(work.needs)] if work.needs else []
        work.ended(Operation.Outcome.WAITS, WAITS, " ".join([*own, *followed.waiting]))


def _require_free(plan: Plan, work: Work, account: Account) -> Plan:
    """Return *plan*, unless something blocks it; then the customer may edit again."""
    if plan.is_blocked:
        _unlock(work, account)
        raise PlanBlocked(plan)
    return plan


def _unlock(work: Work, account: Account) -> None:
    """Nothing was changed, so the customer need not wait for another push to edit settings."""
    if not account.is_embedded:
        account.write_integration({**account.integration, "updateInProgress": False})
    work.installation.note(update_in_progress=False)


def write_installation(
    account: Account, plan: Plan, lifecycle_fields: Document, journal: Journal
) -> None:
    """The last write: what is planned for the installation's page, and *lifecycle_fields*.

    It is based on the integration as it is now: customers may have renamed it, and the platform
    lists new components in it. Without either part there is nothing to write.
    """
    if plan:
        account.read_integration()
    document, pages = account.integration, []
    for step in plan.steps:
        if isinstance(step, Update) and step.external_id == INTEGRATION:
            changes = [
                account.resolve(dict(operation))
                for operation in operations(step.before, step.document)
            ]
            try:
                document = jsonpatch.apply_patch(document, changes)
            except (JsonPatchException, JsonPointerException) as error:
                raise ChangedMeanwhile(step.resource, step.id) from error
            pages.append(step)
    if lifecycle_fields or pages:
        with intended(pages, journal):
            account.write_integration({**document, **lifecycle_fields})


def settled_add_ons(work: Work) -> Document:
    """The add-ons on record when an operation is complete: what has begun is done.

    In 2.0 nobody asks for an add-on: it is there once an operation has found it in the license.
    """
    held = work.installation.add_ons
    if work.whole.schema.framework == 2:
        new = {"status": INSTALLED, "installedOn": clock.now().isoformat()}
        return {name: held.get(name, new) for name in sorted(work.situation.add_ons)}
    return {
        key: {**item, "status": INSTALLED}
        for key, item in held.items()
        if item["status"] != LEAVING
    }


def remember_release(work: Work, plan: Plan, *, shared: Set[str] = frozenset()) -> None:
    """Record that the installation now runs the operation's release.

    Components that are *shared* with a child of an earlier release stay on record until that has
    followed.
    """
    moved = settings_for(work.installation, work.release.blueprint())
    if moved.notes:
        work.note(note.to_json() for note in moved.notes)
    with transaction.atomic():
        for step in plan.steps:
            if step.external_id == INTEGRATION:
                work.journal.record(step, work.installation.integration_id)
        work.journal.settle({INTEGRATION, *by_external_id(work.blueprint.components), *shared})
        work.installation.note(
            release=work.release,
            version=work.release.version,
            mode="settings",
            add_ons=settled_add_ons(work),
            settings=moved.settings,
            retired_settings=moved.retired,
            update_in_progress=False,
            vanished_at=None,
            seen_at=clock.now(),
        )
        note_needs(work)
