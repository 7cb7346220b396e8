"""What workers do for the publisher, besides rollouts: dry runs, and counting the install base.

Live dry runs that nobody waits for are asked for here and found with the operations. Those that
somebody looks at are rows (`dry_runs`).

A dry run of the release that an installation has already also says in what the account differs from
it: that is a drift check.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from celery import shared_task
from kombu.exceptions import OperationalError

from connector_kit.integrator.errors import IntegratorError
from connector_kit.models import Connector, Installation, Release
from connector_kit.publisher import dry_runs, version_counts
from connector_kit.publisher.actions import Actor, record_action
from connector_kit.publisher.dry_run import plan_live, refuse_during_rollouts
from connector_kit.publisher.errors import NotPublished, NoWorkers, PublisherError
from connector_kit.publisher.planning import choose_installations

logger = logging.getLogger(__name__)

AT_ONCE = 20
"""Installations that one request may ask about; more are for ``manage.py plan``."""


@shared_task(name="connector_kit.publisher.plan_live", acks_late=False)
def plan(release_id: int, integration_ids: list[str]) -> None:
    """Ask the installations what the release would change; the answers are their operations.

    It may wait longer than the broker does for a task that was not confirmed, and whoever asked
    can ask again: so it is confirmed at once.
    """
    release = Release.objects.select_related("connector").get(pk=release_id)
    try:
        for answer in plan_live(release.connector, integration_ids, release):
            logger.info("dry run of %s: %s", answer.installation.integration_id, answer.outcome)
    except (PublisherError, IntegratorError) as error:
        logger.warning("dry run of %s was not possible: %s", release, error)


def plan_soon(
    connector: Connector, integration_ids: Sequence[str], release: Release, *, by: Actor
) -> tuple[str, ...]:
    """Have a worker ask *integration_ids* what *release* would change; returns whom it asks.

    Raises `PublisherError`: for an installation that is not known, or more of them than may be
    asked at once, `RolloutInTheWay`, and `NoWorkers` when the broker cannot be reached.
    """
    chosen = choose_installations(connector, integration_ids)
    if not 1 <= len(chosen) <= AT_ONCE:
        raise PublisherError(f"{len(chosen)} installations were named; 1 to {AT_ONCE} can be.")
    refuse_during_rollouts(connector)
    try:
        plan.delay(release.pk, list(chosen))
    except OperationalError as error:
        raise NoWorkers("The broker cannot be reached, so no worker can be asked.") from error
    for each in chosen:
        record_action(by, "installation.plan", f"installation/{each}", after=release.version)
    return chosen


def check_drift_soon(installation: Installation, *, by: Actor) -> None:
    """Have a worker compare the account with what was last applied to it.

    `Installation.is_drifted` and the newest operation of kind ``plan`` say what it found. Raises
    `PublisherError` as `plan_soon` does, and `NotPublished` while nothing was applied in full.
    """
    if installation.release is None:
        raise NotPublished(
            f"Nothing was applied in full to {installation.integration_id} yet: there is nothing "
            "to compare the account with."
        )
    plan_soon(installation.connector, [installation.integration_id], installation.release, by=by)


@shared_task(name="connector_kit.publisher.carry_out_dry_run")
def carry_out_dry_run(dry_run_id: int) -> None:
    """Ask the installations of one dry run."""
    dry_runs.carry_out(dry_run_id)


@shared_task(name="connector_kit.publisher.carry_out_dry_runs")
def carry_out_dry_runs() -> None:
    """Take up dry runs that were lost on their way, or left by a worker that died."""
    for dry_run_id in dry_runs.waiting().values_list("pk", flat=True):
        carry_out_soon(dry_run_id)


@shared_task(name="connector_kit.publisher.count_versions")
def count_versions() -> None:
    """Count the install base by version, for the charts."""
    version_counts.count_versions()


def carry_out_soon(dry_run_id: int) -> None:
    """Have a worker carry the dry run out; when the broker is down, a later beat does it."""
    try:
        carry_out_dry_run.delay(dry_run_id)
    except OperationalError as error:
        logger.warning("dry run %s: not sent, the broker is down: %s", dry_run_id, error)
