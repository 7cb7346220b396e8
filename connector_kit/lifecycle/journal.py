"""The record of what was done: component rows and the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from connector_kit.blueprint import INTEGRATION, Blueprint, CompiledComponent, Situation, tailored
from connector_kit.documents import Document, digest
from connector_kit.integrator import redact
from connector_kit.lifecycle.lease import Lease
from connector_kit.lifecycle.veil import Veil
from connector_kit.models import Change, Component, Operation, Order, Release, statements
from connector_kit.models import Document as StoredDocument
from connector_kit.plan import Create, Delete, Live, PlanStep, Unchanged, Update, held_back

_WRITING = (
    *(Operation.Kind.INSTALL, Operation.Kind.UPDATE),
    *(Operation.Kind.EDITION, Operation.Kind.ADD_ON, Operation.Kind.STORE),
    *(Operation.Kind.SETTINGS, Operation.Kind.TAKEOVER),
)


_REMEMBER = statements.Insert(
    Component,
    ("installation", "external_id", "resource", "resource_id", "applied", "updated_at"),
    unique=("installation", "external_id"),
)
_RETIRE = statements.Update(
    Component, ("applied", "updated_at"), where=("installation", "external_id")
)
_FORGET = statements.Delete(Component, ("installation", "external_id"))
_AUDIT = statements.Insert(
    Change,
    (
        *("operation", "installation", "action", "resource", "external_id"),
        *("resource_id", "fields", "made_at", "is_certain"),
    ),
)
_OPEN = ("operation", "external_id", "is_certain")
_CONFIRM = statements.Update(Change, ("resource_id", "made_at", "is_certain"), where=_OPEN)
_WITHDRAW = statements.Delete(Change, _OPEN)


class _Row(NamedTuple):
    """What the records say of a component: its document's id, the digest of what was applied."""

    resource_id: str
    digest: str | None


def _of_flow(document: Document) -> Document:
    """What a settings page shows of a flow (protocol/settings-forms.md#13)."""
    return {
        "name": document.get("name") or "",
        "disabled": bool(document.get("disabled")),
        "schedule": document.get("schedule") or "",
        "timezone": document.get("timezone") or document.get("timeZone") or "",
    }


class DatabaseJournal:
    """Records steps in the database, each in a transaction of its own.

    Without the *lease* on the installation, nothing more is recorded: the records then belong to
    the operation that took over.
    """

    def __init__(self, operation: Operation, lease: Lease) -> None:
        self.operation = operation
        self._veil = Veil(operation)
        self.installation = operation.installation
        self._lease = lease
        self._moved: dict[str, tuple[CompiledComponent, str]] = {}
        self._flows: dict[str, Document] = dict(self.installation.flows)
        self._left_open = _LeftOpen(operation)
        self._intended: set[str] = set()
        rows = self.installation.components.values_list("external_id", "resource_id", "applied_id")
        self._rows = {name: _Row(*row) for name, *row in rows}
        digests = {name: row.digest for name, row in self._rows.items() if row.digest}
        components = StoredDocument.objects.components(digests.values())
        self._applied = {name: components[digest] for name, digest in digests.items()}

    @property
    def applied(self) -> Mapping[str, CompiledComponent]:
        """What was last applied to each component."""
        return self._applied

    @property
    def known_ids(self) -> Mapping[str, str]:
        """The document ids this installation is known to have or to have had, by external id."""
        return {name: row.resource_id for name, row in self._rows.items() if row.resource_id}

    @property
    def attempted(self) -> Set[str]:
        """The components that an interrupted operation may have created without recording it."""
        return self._left_open.created

    def interrupted(self) -> list[Blueprint]:
        """What operations were to write, oldest first, since the last one that completed.

        Each of them may have written something that is not recorded. Repeated attempts are listed
        once.
        """
        earlier = self.installation.operations.filter(pk__lt=self.operation.pk, kind__in=_WRITING)
        broken_off = (
            earlier.filter(pk__gt=self._last_complete(), release__isnull=False)
            .values_list("release", "situation")
            .annotate(last=Max("pk"))
            .order_by("last")
        )
        attempts: dict[tuple[int | None, str], Situation] = {}
        for release, situation, _ in broken_off:
            key = (release, digest(situation))  # encrypted, equal ones differ in the database
            attempts.pop(key, None)
            attempts[key] = Situation.from_json(situation)
        releases = Release.objects.in_bulk({release for release, _ in attempts}) if attempts else {}
        blueprints = []
        for (release, _), situation in attempts.items():
            whole = tailored(releases[release].blueprint(), situation)
            blueprints.append(held_back(whole, self.applied, situation.awaited).blueprint)
        return blueprints

    def has_written(self) -> bool:
        """Whether anything was written, or may have been, since an operation was complete.

        Also what the interrupted update wrote to the installation's children.
        """
        to_children = Q(
            installation__parent=self.installation, operation__kind=Operation.Kind.UPDATE
        ) & ~Q(operation__order__kind=Order.Kind.SETTINGS)
        written = Change.objects.filter(
            Q(installation=self.installation) | to_children, action__in=Change.WRITES
        )
        return written.filter(operation__gt=self._last_complete()).exists()

    def _last_complete(self) -> Coalesce:
        """The last operation that completed, as part of a query."""
        complete = Operation.objects.filter(
            installation=self.installation, kind__in=_WRITING, outcome__in=Operation.COMPLETE
        )
        return Coalesce(Subquery(complete.order_by("-pk").values("pk")[:1]), 0)

    def intend(self, step: PlanStep) -> None:
        """Write the audit row of *step* before the account is written to.

        If the process dies now, the row stays, uncertain; the next operation then sees in the
        account whether the step was done.
        """
        action, fields = _audit(step)
        if not action:
            return
        self._left_open.meet(step)
        self.withdraw(step)
        _AUDIT(*self._row(step, action, getattr(step, "id", ""), fields), False)
        self._intended.add(step.external_id)

    def withdraw(self, step: PlanStep) -> None:
        """Delete the audit row of *step*, which certainly was not written."""
        if step.external_id in self._intended:
            self._intended.discard(step.external_id)
            _WITHDRAW(self.operation.pk, step.external_id, False)

    def record(self, step: PlanStep, resource_id: str) -> None:
        """Store the new state of the step's component and, when it wrote, that it did.

        The id of a deleted document is kept until `settle`: what still refers to it must be
        recognized if the operation is interrupted before that is rewritten.
        """
        self._left_open.meet(step)
        name = step.external_id
        is_intended = name in self._intended
        action, fields = ("", []) if is_intended else _audit(step)
        is_news = False
        if isinstance(step, Create | Update | Unchanged):
            is_news = self._rows.get(name) != (resource_id, step.component.digest)
        is_unknown = name not in {INTEGRATION, *self._rows}
        if isinstance(step, Unchanged) and is_unknown and not is_intended:
            action = action or "adopt"  # an earlier operation did it, and could not record it
        if not (is_intended or action or is_news):
            return
        with transaction.atomic():
            self._lease.renew()
            self._note(step, resource_id)
            if is_intended:
                _CONFIRM(resource_id, timezone.now(), True, self.operation.pk, name, False)
            elif action:
                _AUDIT(*self._row(step, action, resource_id, fields), True)
        self._intended.discard(name)

    def looked(self, live: Iterable[Live], resources: Iterable[str]) -> None:
        """Record what the account has of *resources*, now that it is planned."""
        self._left_open.look(live, resources)
        self.saw(live)

    def saw(self, live: Iterable[Live]) -> None:
        """Record what customers may change in flows, as the account has it now."""
        for document in live:
            if document.resource == "flows" and document.external_id in self._rows:
                self._flows[document.external_id] = _of_flow(document.document)

    def settle(self, declared: Set[str] | None = None) -> None:
        """Delete records of what is gone for good, now that nothing refers to it.

        That is what was deleted and, once the account is what a release declares, everything that
        is not *declared*.
        """
        self._left_open.settle()
        for component, resource_id in self._moved.values():
            self._remember(component, resource_id)
        self._moved.clear()
        gone = {name for name, row in self._rows.items() if row.digest is None}
        if declared is not None:
            gone |= self._rows.keys() - declared
        for name in gone:
            self._applied.pop(name, None)
            del self._rows[name]
            self._flows.pop(name, None)
            _FORGET(self.installation.pk, name)
        self.keep_flows()

    def keep_flows(self) -> None:
        """Store the current state of the flows, if it has changed."""
        if self._flows != self.installation.flows:
            self.installation.note(flows=dict(self._flows))

    def _note(self, step: PlanStep, resource_id: str) -> None:
        """Keep what *step* left: the flow as pages show it, and the component's row."""
        name = step.external_id
        if step.resource == "flows":
            if isinstance(step, Delete):
                self._flows.pop(name, None)
            elif isinstance(step, Create):
                self._flows[name] = _of_flow(step.component.document)
            elif isinstance(step, Update):
                self._flows[name] = _of_flow(step.document)
        row = self._rows.get(name)
        if isinstance(step, Delete):
            self._applied.pop(name, None)
            if row:
                self._rows[name] = row._replace(digest=None)
                _RETIRE(None, timezone.now(), self.installation.pk, name)
        elif isinstance(step, Create | Update | Unchanged):
            if row and row.resource_id and row.resource_id != resource_id:
                self._moved[name] = (step.component, resource_id)
            else:
                self._remember(step.component, resource_id)

    def _remember(self, component: CompiledComponent, resource_id: str) -> None:
        """Write the component's row; its document exists since its release was recorded."""
        name, digest = component.external_id, component.digest
        _REMEMBER(
            self.installation.pk, name, component.resource, resource_id, digest, timezone.now()
        )
        self._rows[name], self._applied[name] = _Row(resource_id, digest), component

    def _row(
        self, step: PlanStep, action: str, resource_id: str, fields: list[Any]
    ) -> tuple[object, ...]:
        whose = (self.operation.pk, self.installation.pk)
        what = (action, step.resource, step.external_id, resource_id)
        return (*whose, *what, self._veil.over(fields), timezone.now())


def _audit(step: PlanStep) -> tuple[str, list[Any]]:
    """The audit trail's word for *step* and its field changes; no word: nothing happened."""
    match step:
        case Create():
            return "create", []
        case Update():
            return "adopt" if step.adopted else "update", [c.to_json() for c in step.changes]
        case Delete():
            return "delete", [{"path": "", "before": redact(step.before), "after": None}]
        case Unchanged(adopted=True):
            return "adopt", []
        case Unchanged(kept=kept) if kept:
            return "keep", [change.to_json() for change in kept]
    return "", []


class _LeftOpen:
    """The rows of writes that earlier operations were about to make when they were interrupted.

    Writes that happened are confirmed; rows of the others are deleted. *operation* may have another
    target than the interrupted one: undoing finds half of the writes made, and reverses them.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        rows = Change.objects.filter(installation=operation.installation_id, is_certain=False)
        earlier = rows.exclude(operation=operation).select_related("operation").order_by("pk")
        self._rows = {row.external_id: row for row in earlier}
        self.created = {name for name, row in self._rows.items() if row.action == "create"}
        self._read: set[str] = set()
        self._live: set[str] = set()

    def look(self, live: Iterable[Live], resources: Iterable[str]) -> None:
        """Remember what the account had of *resources* before anything was written."""
        if not self._rows:
            return
        unread = {*resources} - self._read
        self._live |= {document.external_id for document in live if document.resource in unread}
        self._read |= unread

    def meet(self, step: PlanStep) -> None:
        """Settle what was left open of the component of *step*, which is not carried out yet.

        The write has happened when *step* is planned for an account to which it was made.
        """
        row = self._rows.pop(step.external_id, None)
        if row is None:
            return
        has_same_target = row.operation.release_id == self._operation.release_id
        if row.action in ("create", "delete"):
            is_there = not isinstance(step, Create)
            has_happened = is_there == (row.action == "create")
        elif isinstance(step, Update):
            now = {change.path: change.to_json()["before"] for change in step.changes}
            fields = [field for field in row.fields if field["path"] in now]
            has_changed = any(now[field["path"]] != field["before"] for field in fields)
            has_happened = has_changed if fields else has_same_target
        else:
            has_happened = has_same_target or not isinstance(step, Unchanged)
        self._settle(row, has_happened)

    def settle(self) -> None:
        """Settle the rest: the account was read, and there is nothing to do there."""
        for name, row in [*self._rows.items()]:
            if row.resource in self._read:
                self._settle(row, (name in self._live) == (row.action == "create"))
                del self._rows[name]

    def _settle(self, row: Change, has_happened: bool) -> None:
        rows = Change.objects.filter(
            installation=row.installation_id, external_id=row.external_id, is_certain=False
        ).exclude(operation=self._operation)
        if has_happened:
            rows.update(is_certain=True)
        else:
            rows.delete()
