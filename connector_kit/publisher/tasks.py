"""What workers do for the publisher, besides rollouts: dry runs, and counting the install base."""

from __future__ import annotations

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from connector_kit.publisher import dry_runs, version_counts

logger = logging.getLogger(__name__)


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
