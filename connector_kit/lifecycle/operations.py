"""One operation at a time per installation, recorded from its start to its outcome."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from connector_kit.conf import kit
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError, code_of
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.models import Installation, Operation, Release

logger = logging.getLogger(__name__)


@dataclass
class Work:
    """A running operation: its records, its lease on the installation, its time."""

    operation: Operation
    owner: str
    deadline: float
    journal: DatabaseJournal = field(init=False)
    _renewed: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.journal = DatabaseJournal(self.operation)

    @property
    def installation(self) -> Installation:
        """The installation that is being worked on."""
        return self.operation.installation

    def failed(self, code: str, message: str) -> None:
        """Record a failure that is an answer, not an exception."""
        self.operation.outcome = Operation.Outcome.FAILED
        self.operation.code, self.operation.message = code, message

    def reload_journal(self) -> None:
        """Read the records again, after they were rebuilt."""
        self.journal = DatabaseJournal(self.operation)

    def out_of_time(self) -> bool:
        """Whether the next step would run past the function call's deadline.

        Asked between steps, so this is also where the lease is renewed. Raises `LifecycleError`
        ``lease_lost`` when another operation took over after this one stalled.
        """
        self._renew()
        return time.monotonic() >= self.deadline

    def _renew(self) -> None:
        seconds = kit().lease_seconds
        if time.monotonic() - self._renewed < seconds / 3:
            return
        if not self.installation.take_lease(self.owner, now=timezone.now(), seconds=seconds):
            raise LifecycleError(
                "lease_lost",
                "This operation stalled and another one took over the installation; "
                "it goes on there.",
            )
        self._renewed = time.monotonic()


@contextmanager
def operation(
    installation: Installation,
    kind: Operation.Kind,
    function: str,
    *,
    release: Release | None,
) -> Iterator[Work]:
    """Work on *installation* alone, with an `Operation` row from start to outcome.

    Raises `LifecycleError` ``update_in_progress`` when another operation holds the installation.
    What the body raises is recorded with its code and message, and rises.
    """
    settings = kit()
    owner = uuid.uuid4().hex
    if not installation.take_lease(owner, now=timezone.now(), seconds=settings.lease_seconds):
        raise LifecycleError(
            "update_in_progress",
            "Another operation is changing this installation right now; call again in a minute.",
        )
    record = Operation.objects.create(
        installation=installation,
        kind=kind,
        function=function,
        release=release,
        from_version=installation.version,
        started_at=timezone.now(),
    )
    work = Work(record, owner, deadline=time.monotonic() + settings.function_seconds)
    try:
        yield work
    except Checkpoint as stop:
        _finish(work, Operation.Outcome.CHECKPOINT, stop.code, stop.message)
        raise
    except Exception as error:
        _finish(work, Operation.Outcome.FAILED, code_of(error), str(error))
        raise
    else:
        _finish(work, record.outcome or Operation.Outcome.DONE, record.code, record.message)


def _finish(work: Work, outcome: str, code: str = "", message: str = "") -> None:
    record = work.operation
    record.outcome, record.code, record.message = outcome, code[:100], message
    record.finished_at = timezone.now()
    record.save()
    work.installation.release_lease(work.owner)
    for receiver, result in operation_finished.send_robust(Operation, operation=record):
        if isinstance(result, Exception):
            logger.error("receiver %s failed: %s", receiver, result)
