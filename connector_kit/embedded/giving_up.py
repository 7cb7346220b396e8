"""Deployments on which workers died repeatedly: given up, and recorded."""

from __future__ import annotations

from functools import partial
from typing import Any

from connector_kit.embedded.removal import ordered_removal
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.models import Change, Installation, Operation, Order, clock
from connector_kit.workers.attempts import AT_MOST

WORKER_LOST = "worker_lost"
MESSAGE = (
    f"The worker process died {AT_MOST} times in a row on this task without progress. Usually, "
    "the system ran out of memory; see the worker's log. Give workers more memory or less work "
    "at a time (--concurrency), then try again."
)


def gives_up(kind: Operation.Kind, function: str) -> dict[str, Any]:
    """Return the options of a task that leaves a failed operation of *kind* when it is given up."""
    return {
        "give_up": staticmethod(partial(_give_up, kind, function)),
        "progress": staticmethod(_progress),
    }


def _give_up(kind: Operation.Kind, function: str, installation_id: int) -> None:
    installation = Installation.objects.filter(pk=installation_id).first()
    if installation is None or installation.vanished_at:
        return
    record = _left_open(installation, kind) or Operation(
        installation=installation,
        kind=kind,
        function=function,
        order=_order(installation, kind),
        started_at=clock.now(),
    )
    record.outcome = Operation.Outcome.FAILED
    record.code, record.message = WORKER_LOST, MESSAGE
    record.finished_at = clock.now()
    record.save()
    if kind is Operation.Kind.UPDATE:
        installation.note(update_outcome=record.outcome)
    operation_finished.send_robust(Operation, operation=record)


def _progress(installation_id: int) -> str:
    """Return how far work on the deployment has come: the newest change made in the account."""
    made = Change.objects.filter(installation=installation_id).exclude(action="keep")
    return str(made.order_by("-made_at", "-pk").values_list("pk", flat=True).first() or "")


def _order(installation: Installation, kind: Operation.Kind) -> Order | None:
    """What the processes were working on, so that it is not started again."""
    if kind is Operation.Kind.INSTALL:
        return Order.objects.installing(installation)
    if kind is Operation.Kind.UNINSTALL:
        return ordered_removal(installation)
    return Order.objects.to_serve(installation)


def _left_open(installation: Installation, kind: Operation.Kind) -> Operation | None:
    """The operation that the last process to die left unfinished."""
    return installation.operations.filter(kind=kind, finished_at=None).order_by("-pk").first()
