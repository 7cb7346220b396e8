"""What workers do for the publisher, apart from rollouts: dry runs, and install base counts."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from connector_kit.conf import kit
from connector_kit.lifecycle import operation_finished
from connector_kit.models import DryRunAnswer, Installation, Operation, SourceIntegration
from connector_kit.models.clock import now
from connector_kit.publisher import dry_runs, version_counts
from connector_kit.publisher.dry_run_ticks import EXPECTED, tick
from connector_kit.publisher.pushing import push_stragglers
from connector_kit.publisher.source_integrations import keep_in_background

logger = logging.getLogger(__name__)


@shared_task(name="connector_kit.publisher.carry_out_dry_run")
def carry_out_dry_run(dry_run_id: int) -> None:
    """Ask the installations of one dry run that are due, and record the answers."""
    tick(dry_run_id)


@shared_task(name="connector_kit.publisher.carry_out_dry_runs")
def carry_out_dry_runs() -> None:
    """Look at every dry run that is not finished."""
    for dry_run_id in dry_runs.unfinished().values_list("pk", flat=True):
        carry_out_soon(dry_run_id)


@shared_task(name="connector_kit.publisher.end_broken_off")
def end_broken_off() -> None:
    """Record running operations as cut off when the lease on their installation has run out."""
    moment = now()
    held = Installation.objects.exclude(lease_owner="").filter(lease_until__gte=moment)
    begun = Operation.objects.filter(started_at__lt=moment - timedelta(seconds=kit().lease_seconds))
    begun.exclude(installation__in=held).end_broken_off()


@shared_task(name="connector_kit.publisher.push_stragglers")
def push_locked() -> None:
    """Unlock installations that were left locked, or finish what is ordered for them."""
    try:
        if count := push_stragglers():
            logger.warning("pushed %s installations that were locked and left alone", count)
    except EXPECTED as error:
        logger.warning("locked installations could not be pushed: %s", error)


@shared_task(name="connector_kit.publisher.keep_sources")
def keep_sources() -> None:
    """Bring source integrations to their connectors' default releases, which have changed."""
    for row in SourceIntegration.objects.outdated().select_related("connector__default_release"):
        keep_in_background(row)


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


@receiver(operation_finished, sender=Operation, dispatch_uid="connector_kit.dry_runs")
def look_when_one_answered(operation: Operation, **_: Any) -> None:
    """Look at the dry run at once for which the finished *operation* planned."""
    if operation.kind not in (Operation.Kind.PLAN, Operation.Kind.TAKEOVER):
        return
    answers = DryRunAnswer.objects.filter(order=operation.order_id, outcome="")
    for dry_run_id in answers.values_list("dry_run", flat=True):
        transaction.on_commit(partial(carry_out_soon, dry_run_id))
