"""One operation at a time per installation, recorded from its start to its outcome."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from connector_kit.blueprint import Blueprint, Situation, tailored
from connector_kit.conf import kit
from connector_kit.documents import Document
from connector_kit.exceptions import message_in
from connector_kit.extension.calls import SERVED_REQUEST
from connector_kit.lifecycle.errors import (
    Checkpoint,
    InstallationHeld,
    LifecycleError,
    code_of,
    is_refusal,
    not_recorded,
)
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.lifecycle.lease import Lease, leased
from connector_kit.lifecycle.signals import operation_finished
from connector_kit.lifecycle.situations import note_license, situation_of
from connector_kit.lifecycle.veil import Veil
from connector_kit.logs import Event, inform
from connector_kit.models import Document as StoredDocument
from connector_kit.models import (
    Installation,
    Operation,
    Order,
    Release,
    SettingsChange,
    clock,
    statements,
)
from connector_kit.models.sealing import KeyLost, secrets_in
from connector_kit.plan import Need, Plan, held_back

logger = logging.getLogger(__name__)

REFRESH = "refreshMetadata"
"""The function whose ``opts`` hold what describes a field besides the license's (protocol U7)."""


@dataclass
class Work:
    """A running operation: its records, its lease on the installation, its time."""

    operation: Operation
    lease: Lease
    deadline: float
    veil: Veil
    journal: DatabaseJournal = field(init=False)
    awaited: tuple[str, ...] = field(init=False)
    """The connections that the customer has yet to log in to, as far as known."""
    needs: tuple[Need, ...] = field(init=False, default=())
    """What `blueprint`, as read last, leaves out because of them."""
    made_first: int = field(init=False, default=0)
    """How many documents were created before the rest was planned."""

    def __post_init__(self) -> None:
        self._tailored: tuple[Release, Situation, Blueprint] | None = None
        self.awaited = tuple(need["connection"] for need in self.installation.needs)
        self.reload_journal()

    @property
    def installation(self) -> Installation:
        """The installation of the operation."""
        return self.operation.installation

    @property
    def release(self) -> Release:
        """The operation's release; raises `LifecycleError` ``not_published`` without one."""
        if self.operation.release is None:
            raise LifecycleError(
                "not_published",
                f"No release of {self.installation.connector.slug} is recorded here. First run "
                "'connector-kit publish' against this database.",
            )
        return self.operation.release

    @property
    def situation(self) -> Situation:
        """What the installation has, or will have, as it is on record now."""
        situation = situation_of(self.installation, self.release.blueprint())
        return replace(situation, awaited=self.awaited)

    @property
    def whole(self) -> Blueprint:
        """What the operation's release declares for this installation, whatever waits."""
        return tailored(self.release.blueprint(), self.situation)

    @property
    def blueprint(self) -> Blueprint:
        """What the operation's release declares for this installation, in its situation.

        Without what waits for a connection that is awaited.

        Two things are recorded before any of it can be written: the documents that tailoring made,
        and the operation's components, in case it is interrupted.
        """
        release, situation = self.release, self.situation
        if self._tailored is not None and self._tailored[:2] == (release, situation):
            return self._tailored[2]
        whole = release.blueprint()
        held = held_back(tailored(whole, situation), self.journal.applied, self.awaited)
        blueprint, self.needs = held.blueprint, held.needs
        if blueprint is not whole:
            published = {component.digest for component in (*whole.components, whole.integration)}
            components = (*blueprint.components, blueprint.integration)
            made = [component for component in components if component.digest not in published]
            has_secrets = bool(secrets_in(situation.settings))
            StoredDocument.objects.remember(made, has_secrets=has_secrets)
        if self.operation.situation != (recorded := situation.to_json()):
            self.operation.situation = recorded
            self.operation.save(update_fields=["situation"])
        self._tailored = (release, situation, blueprint)
        return blueprint

    def stay_at(self, version: str) -> None:
        """Set the release to *version*, which the account has; raises `LifecycleError`."""
        connector = self.installation.connector
        release = connector.releases.filter(version=version).first()
        if release is None:
            raise not_recorded(connector, version)
        self.operation.release = release
        self.operation.save(update_fields=["release"])

    @property
    def order(self) -> Order | None:
        """The order that the operation serves; None if the customer's call started it."""
        return self.operation.order

    @property
    def recreates_deleted(self) -> bool:
        """Whether components that the customer deleted are made again."""
        return self.order is not None and self.order.recreate_deleted

    @property
    def has_written(self) -> bool:
        """Whether anything was written, or may have been, since an operation was complete."""
        return self.journal.has_written()

    @property
    def is_dry_run(self) -> bool:
        """Whether the operation plans and changes nothing."""
        return self.operation.kind == Operation.Kind.PLAN

    def failed(self, code: str, message: str) -> None:
        """Record a failure that is an answer, not an exception."""
        self.ended(Operation.Outcome.FAILED, code, message)

    def ended(self, outcome: Operation.Outcome, code: str = "", message: str = "") -> None:
        """Record how the operation ends, unless it raises an error later."""
        self.operation.outcome = outcome
        self.operation.code, self.operation.message = code[:100], message

    def summarize(self, plan: Plan) -> None:
        """Record how much *plan* changes, and what was made before it."""
        counts = plan.summary()
        counts["create"] += self.made_first
        counts["unchanged"] -= min(self.made_first, counts["unchanged"])
        self.operation.summary = counts

    def note(self, notes: Iterable[Document]) -> None:
        """Record *notes* for people with the operation."""
        self.operation.notes = [*self.operation.notes, *self.veil.over(list(notes))]
        self.operation.save(update_fields=["notes"])

    def reload_journal(self) -> None:
        """Read the records, again after they were rebuilt."""
        self.journal = DatabaseJournal(self.operation, self.lease)
        self._tailored = None

    def out_of_time(self) -> bool:
        """Whether the function call is near its deadline, so that no other step may begin."""
        return time.monotonic() >= self.deadline


@contextmanager
def operation(
    installation: Installation,
    kind: Operation.Kind,
    function: str,
    options: Document | None = None,
    *,
    by: str = "",
    order: Order | None = None,
    began: float | None = None,
) -> Iterator[Work]:
    """Work on *installation* alone, with an `Operation` row from start to outcome.

    The license in the *options* of a call is recorded first: by then the call must have proven that
    its token reaches the installation. *began* is when the call arrived, by `time.monotonic`; its
    time limit counts from there. What an update may do depends on the order that it serves, *order*
    or an open one; without one `Work.order` is None, and the update may only unlock the
    installation. Raises `LifecycleError` ``update_in_progress`` when another operation holds the
    installation. An error in the body is recorded with its code and message, and raised again.
    """
    record: Operation | None = None
    try:
        with leased(installation) as lease:
            if function != REFRESH:
                note_license(installation, options or {})
            order = order or _order_for(installation, kind)
            record = _begin(installation, kind, function, order, by=by)
            if kind == Operation.Kind.UPDATE:  # the platform locks before it calls
                installation.note(update_in_progress=True)
            deadline = (began or time.monotonic()) + kit().function_seconds
            veil = Veil(record)
            with _recording(record, veil):
                yield Work(record, lease, deadline, veil)
    except InstallationHeld as error:
        if record is None and kind == Operation.Kind.UPDATE:
            record = _record_held(installation, error)
        raise
    finally:
        if record and record.finished_at:
            _announce(record)


def _record_held(installation: Installation, error: InstallationHeld) -> Operation | None:
    """Record that an ordered update found the installation held; it is tried again soon.

    None without an order, and when it is that order's own operation that holds it.
    """
    order = Order.objects.to_serve(installation)
    if order is None or order.operations.filter(finished_at=None).exists():
        return None
    return Operation.objects.create(
        installation=installation,
        kind=Operation.Kind.UPDATE if order.may_write else Operation.Kind.PLAN,
        function="update",
        order=order,
        release=order.release,
        from_version=installation.version,
        by=order.by,
        request_id=SERVED_REQUEST.get(),
        outcome=Operation.Outcome.FAILED,
        code=error.code,
        message=error.message,
        started_at=clock.now(),
        finished_at=clock.now(),
    )


def _begin(
    installation: Installation,
    kind: Operation.Kind,
    function: str,
    order: Order | None,
    *,
    by: str,
) -> Operation:
    """Record that an operation starts, for which order and with which release.

    An update takes the release of its order, an incomplete installation the one it began with;
    everything else stays at the installed one.
    """
    Operation.objects.filter(installation=installation).end_broken_off()
    if order is not None and not order.may_write:
        kind = Operation.Kind.PLAN
    elif order is not None and order.kind == Order.Kind.TAKEOVER:
        kind = Operation.Kind.TAKEOVER
    release = _release_for(installation, kind, order)
    try:
        situation = situation_of(installation, release.blueprint()).to_json() if release else {}
    except KeyLost:  # reported as soon as the operation needs it
        situation = {}
    return Operation.objects.create(
        installation=installation,
        kind=kind,
        function=function,
        order=order,
        release=release,
        situation=situation,
        from_version=installation.version,
        by=by or (order.by if order else ""),
        request_id=SERVED_REQUEST.get(),
        started_at=clock.now(),
    )


def _order_for(installation: Installation, kind: Operation.Kind) -> Order | None:
    """The order that an operation of *kind* serves; what the customer calls needs none."""
    if kind == Operation.Kind.UPDATE:
        order = Order.objects.to_serve(installation)
        return order if order and order.begin() else None
    if kind != Operation.Kind.INSTALL:
        return None
    order = Order.objects.installing(installation)
    if installation.release is None:
        coming = coming_release(installation)  # a child's changes with its parent's
        if order is None or order.release != coming:
            order = Order.objects.place(installation, Order.Kind.INSTALL, coming)
    return order


def _release_for(
    installation: Installation, kind: Operation.Kind, order: Order | None
) -> Release | None:
    if kind in (Operation.Kind.UNINSTALL, Operation.Kind.TAKEOVER):
        return None
    if kind == Operation.Kind.UPDATE and order is None:
        return None
    if order is not None and order.kind == Order.Kind.SETTINGS:
        return installation.release  # also when it has moved since they were asked for
    if order is not None and (order.release or order.kind == Order.Kind.UNDO):
        return order.release
    return installation.release or coming_release(installation)


def coming_release(installation: Installation) -> Release | None:
    """The release of an incomplete installation: the one it began with, else the default.

    A child gets the release that its parent has.
    """
    if (parent := installation.parent) is not None:
        releases = installation.connector.releases
        return parent.release or releases.filter(version=parent.version).first()
    order = Order.objects.installing(installation) if installation.pk else None
    began_with = order.release if order else None
    return began_with or Release.objects.default(installation.connector_id)


@contextmanager
def _recording(record: Operation, veil: Veil) -> Iterator[None]:
    """Record how the operation ends. If the process dies, it has no recorded end.

    An error that quotes a secret is raised without the secret, and without its cause.
    """
    try:
        yield
    except Exception as error:
        is_checkpoint = isinstance(error, Checkpoint)
        outcome = Operation.Outcome.CHECKPOINT if is_checkpoint else Operation.Outcome.FAILED
        message = message_in(error)
        record.outcome, record.code, record.message = outcome, code_of(error), veil.over(message)
        record.is_refused = is_refusal(error)
        _end(record)
        if record.message != message:
            raise LifecycleError(record.code, record.message) from None
        raise
    else:
        record.outcome = record.outcome or Operation.Outcome.DONE
        _end(record)


def _end(record: Operation) -> None:
    record.finished_at = clock.now()
    if record.outcome in Operation.COMPLETE:
        record.situation = {}
    with transaction.atomic():
        _END(*(getattr(record, name) for name in _ENDING), record.pk)
        _settle_orders(record)
    if record.kind == Operation.Kind.UPDATE and record.outcome != Operation.Outcome.IGNORED:
        record.installation.note(update_outcome=record.outcome)


def _settle_orders(record: Operation) -> None:
    """Consume what was carried out: a dry run when it was answered, the rest when it is complete.

    An operation that applied a release has also applied the waiting settings. Those saved after it
    read them still wait, and so does their order.
    """
    order, is_plan = record.order, record.kind == Operation.Kind.PLAN
    if order is None or not (is_plan or record.outcome in Operation.COMPLETE):
        return
    is_installed = record.installation.release_id == (order.release_id or record.release_id)
    if not is_plan and order.kind == Order.Kind.INSTALL and not is_installed:
        return
    served = Q(pk=order.pk)
    if not is_plan:
        served |= Q(kind=Order.Kind.SETTINGS)
    waiting = SettingsChange.objects.filter(
        installation=OuterRef("installation"), outcome=SettingsChange.Outcome.WAITING
    )
    waits = Q(kind=Order.Kind.SETTINGS) & Exists(waiting)
    Order.objects.filter(served & ~waits, installation=record.installation_id).consume()


_ENDING = (
    *("outcome", "code", "message", "finished_at", "summary", "plan", "requests"),
    *("situation", "is_refused"),
)
_END = statements.Update(Operation, _ENDING, where=("id",))


def _announce(record: Operation) -> None:
    """Tell the log and all listeners, once the installation is free again."""
    installation = record.installation
    fields = (
        ("operation", record.pk),
        ("kind", record.kind),
        ("_connectorId", installation.connector.connector_id),
        ("_integrationId", installation.integration_id),
        ("from", record.from_version),
        ("to", record.release.version if record.release else ""),
        ("outcome", record.outcome),
        ("code", record.code),
        ("requests", record.requests),
        ("order", record.order_id),
        ("_reqId", record.request_id),
    )
    inform(logger, Event("operationFinished", fields))
    for receiver, result in operation_finished.send_robust(Operation, operation=record):
        if isinstance(result, Exception):
            logger.error("receiver %s failed: %s", receiver, result)
