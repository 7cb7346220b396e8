"""A pushed update: plan, apply, and the version as the last write."""

from __future__ import annotations

from django.utils import timezone

from connector_kit.blueprint import (
    INTEGRATION,
    Blueprint,
    Document,
    Plan,
    Update,
)
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.apply import apply
from connector_kit.lifecycle.errors import LifecycleError, PlanBlocked
from connector_kit.lifecycle.journal import STATE_KEY, recorded_state, restore
from connector_kit.lifecycle.operations import Work, operation
from connector_kit.lifecycle.planning import plan_release
from connector_kit.lifecycle.sessions import account_session, installation_of, release_for
from connector_kit.models import Connector, Operation, Release


def update(connector: Connector, options: Document) -> None:
    """Bring the installation named in *options* to its target, else to the newest release.

    The platform calls this once per pushed installation (protocol/extension.md#53-installer).
    Nothing is written when the plan is blocked, except that the customer may edit again. When it
    fails half-way ``updateInProgress`` stays true and the old version remains; the next push
    goes on (protocol/README.md U15).
    """
    installation = installation_of(connector, options)
    release = release_for(installation)
    kind = Operation.Kind.PLAN if installation.plan_only else Operation.Kind.UPDATE
    with (
        operation(installation, kind, "update", release=release) as work,
        account_session(work, connector, options) as account,
    ):
        _require_installed(account)
        if kind == Operation.Kind.PLAN:
            _dry_run(work, account, release)
        else:
            _carry_out(_planned(work, account, release), work, account, release)


def _planned(work: Work, account: Account, release: Release) -> Plan:
    """The plan for *account*, from records that are rebuilt first when they were lost."""
    if not work.journal.applied and restore(work.installation, account.client):
        work.reload_journal()
    plan = plan_release(
        release.blueprint(),
        account,
        work.journal,
        recreate_deleted=work.installation.recreate_deleted,
    )
    work.operation.summary = plan.summary()
    return plan


def _dry_run(work: Work, account: Account, release: Release) -> None:
    """Store the plan; whether there is one or not, the customer may edit again."""
    try:
        work.operation.plan = _planned(work, account, release).to_json()
    finally:
        _unlock(account)
        work.installation.note(plan_only=False, update_in_progress=False)


def _require_installed(account: Account) -> None:
    if account.integration.get("mode") in {"install", "uninstall"}:
        _unlock(account)
        raise LifecycleError(
            "not_installed",
            f"The installation is in mode {account.integration['mode']!r}: an update can only "
            "meet a complete one. A customer who is still installing gets the newest release.",
        )


def _carry_out(plan: Plan, work: Work, account: Account, release: Release) -> None:
    if plan.is_blocked:
        _unlock(account)
        raise PlanBlocked(plan)
    apply(plan, account, work.journal, out_of_time=work.out_of_time)
    is_current = not plan and account.integration.get("version") == release.version
    if is_current:
        work.operation.outcome = Operation.Outcome.CURRENT
    else:
        keep_state(account, release.blueprint())
    write_installation(account, plan, {"updateInProgress": False, "version": release.version})
    remember_release(work, release, plan)


def _unlock(account: Account) -> None:
    """Nothing was changed, so the customer need not wait for another push to edit settings."""
    account.write_integration({**account.integration, "updateInProgress": False})


def keep_state(account: Account, blueprint: Blueprint) -> None:
    """Record in the platform's own store what the account now holds."""
    state = account.client.state("integrations", account.integration_id)
    state.put(STATE_KEY, recorded_state(blueprint))


def write_installation(account: Account, plan: Plan, lifecycle_fields: Document) -> None:
    """The last write: the installation's page as planned, with *lifecycle_fields* on top."""
    document = account.integration
    for step in plan.steps:
        if isinstance(step, Update) and step.external_id == INTEGRATION:
            document = account.resolve(step.document)
    account.write_integration({**document, **lifecycle_fields})


def remember_release(work: Work, release: Release, plan: Plan) -> None:
    """Record that the installation now runs *release*."""
    work.journal.forget(plan.gone)
    for step in plan.steps:
        if step.external_id == INTEGRATION:
            work.journal.record(step, work.installation.integration_id)
    is_newest = release == Release.objects.newest(release.connector)
    work.installation.note(
        release=release,
        version=release.version,
        mode="settings",
        update_in_progress=False,
        # An older release stays the target, so that a push which comes twice does not undo it.
        target=None if is_newest else release,
        recreate_deleted=False,
        vanished_at=None,
        seen_at=timezone.now(),
    )
