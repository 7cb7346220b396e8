"""One operation at a time per installation, recorded from its start to its outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from connector_kit.blueprint import Blueprint
from connector_kit.conf import kit
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError, code_of
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.lifecycle.lease import Lease, leased
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Installation, Operation, Release, statements

logger = logging.getLogger(__name__)


@dataclass
class Work:
    """A running operation: its records, its lease on the installation, its time."""

    operation: Operation
    lease: Lease
    deadline: float
    journal: DatabaseJournal = field(init=False)

    def __post_init__(self) -> None:
        self._target = self.installation.target
        self.reload_journal()

    @property
    def installation(self) -> Installation:
        """The installation that is being worked on."""
        return self.operation.installation

    @property
    def release(self) -> Release:
        """What the operation brings; raises `LifecycleError` ``not_published`` without one."""
        if self.operation.release is None:
            raise LifecycleError(
                "not_published",
                f"No release of {self.installation.connector.slug} is recorded here. "
                "Run 'manage.py publish' against this database first.",
            )
        return self.operation.release

    @property
    def blueprint(self) -> Blueprint:
        """What the operation's release declares for this installation."""
        return blueprint_for(self.installation, self.release)

    @property
    def is_dry_run(self) -> bool:
        """Whether the operation plans and changes nothing."""
        return self.operation.kind == Operation.Kind.PLAN

    def failed(self, code: str, message: str) -> None:
        """Record a failure that is an answer, not an exception."""
        self.ended(Operation.Outcome.FAILED, code, message)

    def ended(self, outcome: Operation.Outcome, code: str = "", message: str = "") -> None:
        """Record how the operation ends, unless it comes to raise an error."""
        self.operation.outcome = outcome
        self.operation.code, self.operation.message = code[:100], message

    def reload_journal(self) -> None:
        """Read the records, again after they were rebuilt."""
        self.journal = DatabaseJournal(self.operation, self.lease)

    def settle_target(self, following: Release | None) -> None:
        """Make *following* what the next update brings, unless somebody has chosen meanwhile."""
        self.installation.settle_target(self._target, following)

    def out_of_time(self) -> bool:
        """Whether the function call nears its deadline, so that no other step is to be begun."""
        return time.monotonic() >= self.deadline


@contextmanager
def operation(installation: Installation, kind: Operation.Kind, function: str) -> Iterator[Work]:
    """Work on *installation* alone, with an `Operation` row from start to outcome.

    An update of an installation that is marked ``plan_only`` is a dry run. Raises
    `LifecycleError` ``update_in_progress`` when another operation holds the installation.
    What the body raises is recorded with its code and message, and rises.
    """
    record: Operation | None = None
    try:
        with leased(installation) as lease:
            record = _begin(installation, kind, function)
            deadline = time.monotonic() + kit().function_seconds
            with _recording(record):
                yield Work(record, lease, deadline)
    finally:
        if record and record.finished_at:
            _announce(record)


def _begin(installation: Installation, kind: Operation.Kind, function: str) -> Operation:
    """Write down that an operation starts, and with which release: the target, else the newest."""
    release = installation.target or Release.objects.newest(installation.connector_id)
    if kind == Operation.Kind.UPDATE and installation.plan_only:
        kind = Operation.Kind.PLAN
    return Operation.objects.create(
        installation=installation,
        kind=kind,
        function=function,
        release=None if kind == Operation.Kind.UNINSTALL else release,
        from_version=installation.version,
        started_at=timezone.now(),
    )


@contextmanager
def _recording(record: Operation) -> Iterator[None]:
    """Write down how the operation ends. A process that dies leaves it without an end."""
    try:
        yield
    except Exception as error:
        is_checkpoint = isinstance(error, Checkpoint)
        outcome = Operation.Outcome.CHECKPOINT if is_checkpoint else Operation.Outcome.FAILED
        record.outcome, record.code, record.message = outcome, code_of(error)[:100], str(error)
        _end(record)
        raise
    else:
        record.outcome = record.outcome or Operation.Outcome.DONE
        _end(record)


def _end(record: Operation) -> None:
    record.finished_at = timezone.now()
    _END(*(getattr(record, name) for name in _ENDING), record.pk)
    if record.kind == Operation.Kind.UPDATE:
        record.installation.note(update_outcome=record.outcome)


_ENDING = ("outcome", "code", "message", "finished_at", "summary", "plan", "requests")
_END = statements.Update(Operation, _ENDING, where=("id",))


def _announce(record: Operation) -> None:
    """Tell whoever wants to know, once the installation is free again."""
    for receiver, result in operation_finished.send_robust(Operation, operation=record):
        if isinstance(result, Exception):
            logger.error("receiver %s failed: %s", receiver, result)
