"""The Celery tasks that drive licenses: thin, and free to be lost, late or run twice."""

from __future__ import annotations

import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from connector_kit.publisher.licenses import provisioning, reminders, ticks
from connector_kit.publisher.licenses.reconcile import review as review_all

logger = logging.getLogger(__name__)


@shared_task(name="connector_kit.licenses.tick")
def tick() -> None:
    """Do what is due, and check again at once when there was something."""
    if ticks.tick():
        send(tick)


@shared_task(name="connector_kit.licenses.remind")
def remind() -> None:
    """Send the reminders that are due; a slow mail server holds up nothing else."""
    if reminders.send_due():
        send(remind)


@shared_task(name="connector_kit.licenses.review")
def review() -> None:
    """Take in policies that have changed."""
    review_all()


@shared_task(name="connector_kit.licenses.process")
def process(subscription_id: int) -> None:
    """Take a subscription's new events into account."""
    provisioning.process(subscription_id)


def process_soon(subscription_id: int) -> None:
    """Send the subscription on its way; when the broker is down, the tick makes up for it."""
    send(process, subscription_id)


def send(task: Task[..., None], *args: int) -> None:
    """Send *task*; when the broker is down, the next beat makes up for it."""
    try:
        task.delay(*args)
    except OperationalError as error:
        logger.warning("%s: not sent, the broker is down: %s", task.name, error)
