"""The Celery tasks that work on deployments: they carry a primary key and nothing else.

Each may be lost, late or run twice: an operation in progress holds its lease, and one that is done
finds nothing to do. Failures are recorded with the operation.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from connector_kit.embedded import deployments
from connector_kit.embedded.errors import EmbeddedError
from connector_kit.embedded.left_behind import PASSING, gives_up, left_behind
from connector_kit.embedded.removal import is_withdrawn
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator.errors import OutcomeUnknown, Transient
from connector_kit.lifecycle.errors import Checkpoint, code_of
from connector_kit.models import Installation, Operation, Order, clock

logger = logging.getLogger(__name__)

RETRIES = 8
LONGEST_PAUSE = 300


@shared_task(
    name="connector_kit.embedded.complete",
    bind=True,
    max_retries=RETRIES,
    **gives_up(Operation.Kind.INSTALL, "deploy"),
)
def complete(self: Task[Any, Any], installation_id: int) -> None:
    """Create what the deployment still lacks."""
    _work(self, installation_id, deployments.complete)


@shared_task(
    name="connector_kit.embedded.update",
    bind=True,
    max_retries=RETRIES,
    **gives_up(Operation.Kind.UPDATE, "update"),
)
def update(self: Task[Any, Any], installation_id: int) -> None:
    """Carry out what is ordered for the deployment."""
    _work(self, installation_id, deployments.carry_out_orders)


@shared_task(
    name="connector_kit.embedded.remove",
    bind=True,
    max_retries=RETRIES,
    **gives_up(Operation.Kind.UNINSTALL, "remove"),
)
def remove(self: Task[Any, Any], installation_id: int) -> None:
    """Remove the deployment."""
    _work(self, installation_id, _remove)


def _remove(deployment: Installation) -> None:
    if not is_withdrawn(deployment):
        deployments.remove(deployment)


def send(task: Task[Any, Any], installation: Installation) -> None:
    """Have a worker do *task*; raises `EmbeddedError` ``broker_down``."""
    try:
        task.delay(installation.pk)
    except OperationalError as error:
        raise EmbeddedError(
            "broker_down",
            "The message broker cannot be reached, so no worker was notified yet. Check "
            "REDIS_URL. The request is recorded and will be carried out when the broker responds "
            "again.",
        ) from error


def _work(task: Task[Any, Any], pk: int, work: Callable[[Installation], None]) -> None:
    rows = Installation.objects.select_related("embedded_account", "connector")
    deployment = rows.filter(pk=pk).first()
    if deployment is None or deployment.vanished_at:
        return
    try:
        work(deployment)
    except ConnectorKitError as error:
        logger.warning("deployment %s: %s: %s", pk, code_of(error), error)
        if isinstance(error, Checkpoint):  # it made progress
            raise task.retry(countdown=0, max_retries=sys.maxsize, throw=False) from None
        attempts = task.request.retries or 0
        may_pass = isinstance(error, Transient | OutcomeUnknown) or code_of(error) in PASSING
        if may_pass and attempts < RETRIES:  # a little later each time
            raise task.retry(countdown=min(2**attempts, LONGEST_PAUSE), throw=False) from None


@shared_task(name="connector_kit.embedded.tick")
def tick() -> None:
    """Send again the task of every order whose task was lost with a worker or a broker."""
    for order in left_behind(clock.now()):
        send(_TASKS[Order.Kind(order.kind)], order.installation)


_TASKS = {
    Order.Kind.INSTALL: complete,
    Order.Kind.DEPLOYMENT: update,
    Order.Kind.SETTINGS: update,
    Order.Kind.REMOVAL: remove,
}
