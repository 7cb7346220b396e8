"""Dry runs that are asked for and carried out by a worker: rows, so that nothing is lost.

`ask` writes the question down, `carry_out` puts it to the installations (`dry_run.plan_live`). A
dry run of the release that an installation has also says in what the account differs from it: that
is a drift check.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from connector_kit.conf import kit
from connector_kit.integrator.errors import IntegratorError
from connector_kit.lifecycle import LifecycleError
from connector_kit.models import Connector, DryRun, DryRunAnswer, Installation, Release
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.dry_run import (
    PUSH_BATCH,
    Clock,
    plan_live,
    refuse_during_rollouts,
)
from connector_kit.publisher.errors import NotPublished, PublisherError
from connector_kit.publisher.planning import InstallationPlan, choose_installations

AT_MOST = 200
"""Installations of one dry run; each is a call of the update function."""

REAL_TIME = Clock()

_EXPECTED = (PublisherError, LifecycleError, IntegratorError)
"""What the one who asked can do something about."""


def ask(
    connector: Connector,
    release: Release,
    integration_ids: Sequence[str],
    *,
    by: Actor,
    recreate_deleted: bool = False,
) -> DryRun:
    """Write down that *release* is to be planned for these installations; a worker will do it.

    Raises `PublisherError` when one is not known, when there is none, or more than `AT_MOST`, and
    `RolloutInTheWay`.
    """
    if not 1 <= len(integration_ids) <= AT_MOST:
        raise PublisherError(
            f"A dry run takes 1 to {AT_MOST} installations, not {len(integration_ids)}. "
            "'manage.py plan --all' asks the whole base."
        )
    chosen = choose_installations(connector, integration_ids)
    refuse_during_rollouts(connector)
    with transaction.atomic():
        dry_run = DryRun.objects.create(
            connector=connector,
            release=release,
            recreate_deleted=recreate_deleted,
            created_by=by.user,
        )
        rows = Installation.objects.in_bulk(chosen, field_name="integration_id")
        DryRunAnswer.objects.bulk_create(
            DryRunAnswer(dry_run=dry_run, installation=rows[each]) for each in chosen
        )
        after = {"release": release.version, "installations": list(chosen)}
        record_action(by, "dry_run.ask", f"dry_run/{dry_run.pk}", after=after)
    return dry_run


def ask_for_drift(installation: Installation, *, by: Actor) -> DryRun:
    """Write down that the account is to be compared with what was last applied to it.

    `Installation.is_drifted` and the answer's plan say what was found. Raises `PublisherError` as
    `ask` does, and `NotPublished` while nothing was applied in full.
    """
    if installation.release is None:
        raise NotPublished(
            f"Nothing was applied in full to {installation.integration_id} yet: there is nothing "
            "to compare the account with."
        )
    ids = [installation.integration_id]
    return ask(installation.connector, installation.release, ids, by=by)


def waiting() -> QuerySet[DryRun]:
    """Dry runs that nobody is at: not begun, or left by a worker that died."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=database_now())
    return DryRun.objects.filter(free, finished_at=None)


def carry_out(dry_run_id: int, *, clock: Clock = REAL_TIME) -> bool:
    """Ask the installations that have not answered yet; False when another worker is at it.

    What keeps the platform from being asked ends the dry run and is written down with it.
    """
    if not _claim(dry_run_id):
        return False
    dry_run = DryRun.objects.select_related("connector", "release").get(pk=dry_run_id)
    trouble = ""
    try:
        while batch := _unanswered(dry_run):
            _claim(dry_run_id, again=True)
            for answer in plan_live(
                dry_run.connector,
                batch,
                dry_run.release,
                recreate_deleted=dry_run.recreate_deleted,
                clock=clock,
            ):
                _write(dry_run, answer)
            _give_up_on(dry_run, batch)
    except _EXPECTED as error:
        trouble = str(error)
    DryRun.objects.filter(pk=dry_run_id).update(
        finished_at=database_now(), claimed_until=None, trouble=trouble
    )
    return True


def _claim(dry_run_id: int, *, again: bool = False) -> bool:
    rows = DryRun.objects.filter(finished_at=None) if again else waiting()
    until = database_now() + timedelta(seconds=kit().push_timeout_seconds + kit().claim_seconds)
    return bool(rows.filter(pk=dry_run_id).update(claimed_until=until))


def _unanswered(dry_run: DryRun) -> list[str]:
    rows = dry_run.answers.filter(outcome="").order_by("pk")
    return list(rows.values_list("installation__integration_id", flat=True)[:PUSH_BATCH])


def _write(dry_run: DryRun, answer: InstallationPlan) -> None:
    dry_run.answers.filter(installation=answer.installation).update(
        outcome=answer.outcome,
        plan=answer.plan,
        code=answer.code,
        message=answer.message,
        answered_at=database_now(),
    )


def _give_up_on(dry_run: DryRun, batch: Sequence[str]) -> None:
    """Close what no answer was given for, so that it is not asked for ever."""
    rows = dry_run.answers.filter(installation__integration_id__in=batch, outcome="")
    rows.update(outcome="failed", code="no_answer", message="Nothing was heard of it.")


def answers_of(dry_run: DryRun) -> tuple[DryRunAnswer, ...]:
    """What the installations of *dry_run* said, or have not said yet, in the order of asking."""
    rows = dry_run.answers.select_related("installation").order_by("pk")
    return tuple(rows[:AT_MOST])


def with_counts(dry_runs: QuerySet[DryRun]) -> QuerySet[DryRun]:
    """*dry_runs*, each with the number of answers: ``asked``, ``answered``, ``planned``."""
    return dry_runs.annotate(
        asked=Count("answers"),
        answered=Count("answers", filter=~Q(answers__outcome="")),
        planned=Count("answers", filter=Q(answers__outcome="planned")),
    )
