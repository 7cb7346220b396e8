"""One operation at a time per installation, recorded from its start to its outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.utils import timezone

from connector_kit.blueprint import Blueprint, Document, Situation, tailored
from connector_kit.conf import kit
from connector_kit.lifecycle.errors import Checkpoint, LifecycleError, code_of
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.lifecycle.lease import Lease, leased
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.lifecycle.situations import note_licence, situation_of
from connector_kit.models import Document as StoredDocument
from connector_kit.models import Installation, Operation, Release, statements

logger = logging.getLogger(__name__)

REFRESH = "refreshMetadata"
"""The function whose ``opts`` hold what describes a field besides the licence's (protocol U7)."""


@dataclass
class Work:
    """A running operation: its records, its lease on the installation, its time."""

    operation: Operation
    lease: Lease
    deadline: float
    journal: DatabaseJournal = field(init=False)

    def __post_init__(self) -> None:
        self._target = self.installation.target
        self._tailored: tuple[Release, Situation, Blueprint] | None = None
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
    def situation(self) -> Situation:
        """What the installation has, or is to have, as it is on record now."""
        return situation_of(self.installation, self.release.blueprint())

    @property
    def blueprint(self) -> Blueprint:
        """What the operation's release declares for this installation, in its situation.

        Both are on record before anything of it can be written: the documents that tailoring made,
        and what the operation brings, should it be cut off.
        """
        release, situation = self.release, self.situation
        if self._tailored is None or self._tailored[:2] != (release, situation):
            whole = release.blueprint()
            blueprint = tailored(whole, situation)
            if blueprint is not whole:
                _remember_made(blueprint, whole)
            _note_situation(self.operation, situation)
            self._tailored = (release, situation, blueprint)
        return self._tailored[2]

    def stay_at(self, version: str) -> None:
        """Have the operation bring *version*, which the account has; raises `LifecycleError`."""
        connector = self.installation.connector
        release = connector.releases.filter(version=version).first()
        if release is None:
            raise LifecycleError(
                "not_published",
                f"The account has version {version} of {connector.slug}, and no such release is "
                "recorded here. Run 'manage.py publish' for it against this database first.",
            )
        self.operation.release = release
        self.operation.save(update_fields=["release"])

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

    def note(self, notes: Iterable[Document]) -> None:
        """Record *notes* for people with the operation."""
        self.operation.notes = [*self.operation.notes, *notes]
        self.operation.save(update_fields=["notes"])

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
def operation(
    installation: Installation,
    kind: Operation.Kind,
    function: str,
    options: Document | None = None,
    *,
    by: str = "",
) -> Iterator[Work]:
    """Work on *installation* alone, with an `Operation` row from start to outcome.

    The licence in the *options* of a call is noted first.
    An update of an installation that is marked ``plan_only`` is a dry run. Raises
    `LifecycleError` ``update_in_progress`` when another operation holds the installation.
    What the body raises is recorded with its code and message, and rises.
    """
    record: Operation | None = None
    try:
        with leased(installation) as lease:
            if function != REFRESH:
                note_licence(installation, options or {})
            record = _begin(installation, kind, function, by)
            deadline = time.monotonic() + kit().function_seconds
            with _recording(record):
                yield Work(record, lease, deadline)
    finally:
        if record and record.finished_at:
            _announce(record)


def _begin(installation: Installation, kind: Operation.Kind, function: str, by: str) -> Operation:
    """Write down that an operation starts, and with which release.

    An update, or an installation that is not complete, gets the target or else the newest; whatever
    else is done stays at what is installed.
    """
    release = installation.release if kind != Operation.Kind.UPDATE else None
    release = release or installation.target
    release = release or Release.objects.newest(installation.connector_id)
    if kind == Operation.Kind.UPDATE and installation.plan_only:
        kind = Operation.Kind.PLAN
    return Operation.objects.create(
        installation=installation,
        kind=kind,
        function=function,
        release=None if kind == Operation.Kind.UNINSTALL else release,
        situation=situation_of(installation, release.blueprint()).to_json() if release else {},
        from_version=installation.version,
        by=by,
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


def _remember_made(blueprint: Blueprint, whole: Blueprint) -> None:
    """Store the documents that tailoring has made; those of the release are stored with it."""
    published = {each.digest for each in (*whole.components, whole.integration)}
    made = [
        each
        for each in (*blueprint.components, blueprint.integration)
        if each.digest not in published
    ]
    if made:
        StoredDocument.objects.remember(made)


def _note_situation(record: Operation, situation: Situation) -> None:
    if record.situation != situation.to_json():
        record.situation = situation.to_json()
        record.save(update_fields=["situation"])


def _end(record: Operation) -> None:
    record.finished_at = timezone.now()
    if record.outcome in Operation.COMPLETE:
        record.situation = {}
    _END(*(getattr(record, name) for name in _ENDING), record.pk)


_ENDING = (
    *("outcome", "code", "message", "finished_at", "summary", "plan", "requests"),
    "situation",
)
_END = statements.Update(Operation, _ENDING, where=("id",))


def _announce(record: Operation) -> None:
    """Tell whoever wants to know, once the installation is free again."""
    for receiver, result in operation_finished.send_robust(Operation, operation=record):
        if isinstance(result, Exception):
            logger.error("receiver %s failed: %s", receiver, result)
