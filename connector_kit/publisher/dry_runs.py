"""Dry runs that are asked for and driven by workers: rows and ticks, so that nothing is lost.

`ask` records the request, `dry_run_ticks.tick` asks the installations. A dry run of the release
that an installation has also shows how the account differs from it: that is a drift check.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from connector_kit.models import Connector, DryRun, DryRunAnswer, Installation, Release
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.dry_run_ticks import record, refuse_during_rollouts
from connector_kit.publisher.errors import NotPublished, PublisherError
from connector_kit.publisher.planning import choose_installations

AT_MOST = 200
"""Installations of one dry run; each is a call of the update function."""


def ask(
    connector: Connector,
    release: Release,
    integration_ids: Sequence[str],
    *,
    by: Actor,
    recreate_deleted: bool = False,
) -> DryRun:
    """Order a plan of *release* for these installations; a worker carries it out.

    Raises `PublisherError` when an installation is unknown, when there are none or more than
    `AT_MOST`, and `RolloutInTheWay`.
    """
    if not 1 <= len(integration_ids) <= AT_MOST:
        raise PublisherError(
            f"A dry run takes 1 to {AT_MOST} installations, not {len(integration_ids)}. For the "
            "whole install base, use 'connector-kit plan --all'."
        )
    chosen = choose_installations(connector, integration_ids)
    refuse_during_rollouts(connector)
    with transaction.atomic():
        dry_run = record(
            connector,
            release,
            chosen,
            recreate_deleted=recreate_deleted,
            created_by_id=by.user.pk if by.user else None,
        )
        after = {"release": release.version, "installations": list(chosen)}
        record_action(by, "dry_run.ask", f"dry_run/{dry_run.pk}", after=after)
    return dry_run


def ask_for_drift(installation: Installation, *, by: Actor) -> DryRun:
    """Order a comparison of the account with what was last applied to it.

    `Installation.is_drifted` and the answer's plan say what was found. Stores of framework 2.0 are
    compared with their installation, which is the one that can be asked. Raises `PublisherError` as
    `ask` does, and `NotPublished` while nothing was applied in full.
    """
    asked = installation.parent or installation
    if asked.release is None:
        raise NotPublished(
            f"No update was applied in full to {asked.integration_id} yet, so there is nothing to "
            "compare the account with."
        )
    return ask(asked.connector, asked.release, [asked.integration_id], by=by)


def unfinished() -> QuerySet[DryRun]:
    """Dry runs in which some installation has not been asked yet, or has not answered yet."""
    return DryRun.objects.filter(finished_at=None)


def answers_of(dry_run: DryRun) -> tuple[DryRunAnswer, ...]:
    """The answers of *dry_run*'s installations, including open ones, in the order of asking."""
    rows = dry_run.answers.select_related("installation").order_by("pk")
    return tuple(rows[:AT_MOST])


def with_counts(dry_runs: QuerySet[DryRun]) -> QuerySet[DryRun]:
    """*dry_runs*, each with the number of answers: ``asked``, ``answered``, ``planned``."""
    return dry_runs.annotate(
        asked=Count("answers"),
        answered=Count("answers", filter=~Q(answers__outcome="")),
        planned=Count("answers", filter=Q(answers__outcome="planned")),
    )
