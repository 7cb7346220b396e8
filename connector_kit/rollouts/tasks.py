"""The Celery tasks that drive rollouts: thin, and free to be lost, late or run twice."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from connector_kit.lifecycle.signals import operation_finished
from connector_kit.models import Operation, Push, Rollout
from connector_kit.rollouts import ticks

logger = logging.getLogger(__name__)


@shared_task(name="connector_kit.rollouts.tick")
def tick(rollout_id: int) -> None:
    """Do what is due in one rollout, and check again at once when there was something."""
    if ticks.tick(rollout_id):
        tick_soon(rollout_id)


@shared_task(name="connector_kit.rollouts.tick_all")
def tick_all() -> None:
    """Send a tick to every rollout that may have something to do."""
    for rollout_id in Rollout.objects.unsettled().values_list("pk", flat=True):
        tick_soon(rollout_id)


def tick_soon(rollout_id: int) -> None:
    """Send a tick; when the broker is down, the next beat makes up for it."""
    try:
        tick.delay(rollout_id)
    except OperationalError as error:
        logger.warning("rollout %s: no tick sent, the broker is down: %s", rollout_id, error)


@receiver(operation_finished, sender=Operation, dispatch_uid="connector_kit.rollouts")
def tick_when_an_update_ended(operation: Operation, **_: Any) -> None:
    """Send a tick at once to the rollout whose push the finished *operation* may settle."""
    if operation.kind != Operation.Kind.UPDATE or operation.order_id is None:
        return
    waiting = Push.objects.filter(order=operation.order_id, state__in=Push.IN_FLIGHT)
    for rollout_id in waiting.values_list("rollout", flat=True).distinct():
        transaction.on_commit(partial(tick_soon, rollout_id))
