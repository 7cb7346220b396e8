"""The record of what was done: component rows, the audit trail, the platform's own copy."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Set
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from connector_kit.blueprint import INTEGRATION, Blueprint, CompiledComponent, Situation, tailored
from connector_kit.documents import Document, digest
from connector_kit.integrator import Client, redact
from connector_kit.integrator.errors import NotFound
from connector_kit.lifecycle.errors import not_recorded
from connector_kit.lifecycle.lease import Lease
from connector_kit.lifecycle.left_open import LeftOpen
from connector_kit.lifecycle.veil import Veil
from connector_kit.models import Change, Component, Installation, Operation, Release, statements
from connector_kit.models import Document as StoredDocument
from connector_kit.plan import Create, Delete, Live, PlanStep, Unchanged, Update, held_back

STATE_KEY = "connectorKit"
"""Key under the integration's own state (protocol/http-api.md#12-state)."""


_WRITING = (
    *(Operation.Kind.INSTALL, Operation.Kind.UPDATE),
    *(Operation.Kind.EDITION, Operation.Kind.ADD_ON, Operation.Kind.STORE),
    Operation.Kind.SETTINGS,
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
        self._left_open = LeftOpen(operation)
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
        brought: dict[tuple[int | None, str], Situation] = {}
        for release, situation, _ in broken_off:
            key = (release, digest(situation))  # encrypted, equal ones differ in the database
            brought.pop(key, None)
            brought[key] = Situation.from_json(situation)
        releases = Release.objects.in_bulk({release for release, _ in brought}) if brought else {}
        return [
            self._brought(releases[release].blueprint(), situation)
            for (release, _), situation in brought.items()
        ]

    def _brought(self, blueprint: Blueprint, situation: Situation) -> Blueprint:
        """The components of an operation's release in that *situation*."""
        whole = tailored(blueprint, situation)
        return held_back(whole, self.applied, situation.awaited).blueprint

    def has_written(self) -> bool:
        """Whether anything was written, or may have been, since an operation was complete."""
        written = self.installation.changes.filter(action__in=Change.WRITES)
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
        self._note_flow(step)
        self._left_open.meet(step)
        is_intended = step.external_id in self._intended
        change = None if is_intended else self._change(step, resource_id)
        if not (is_intended or change or self._is_news(step, resource_id)):
            return
        with transaction.atomic():
            self._lease.renew()
            if isinstance(step, Delete):
                self._retire(step.external_id)
            elif isinstance(step, Create | Update | Unchanged):
                self._note(step.component, resource_id)
            if is_intended:
                key = (self.operation.pk, step.external_id, False)
                _CONFIRM(resource_id, timezone.now(), True, *key)
            elif change:
                _AUDIT(*change, True)
        self._intended.discard(step.external_id)

    def looked(self, live: Iterable[Live], resources: Iterable[str]) -> None:
        """Record what the account has of *resources*, now that it is planned."""
        self._left_open.look(live, resources)
        self.saw(live)

    def saw(self, live: Iterable[Live]) -> None:
        """Record what customers may change in flows, as the account has it now."""
        for document in live:
            if document.resource == "flows" and document.external_id in self._rows:
                self._flows[document.external_id] = _of_flow(document.document)

    def _note_flow(self, step: PlanStep) -> None:
        if step.resource != "flows":
            return
        if isinstance(step, Delete):
            self._flows.pop(step.external_id, None)
        elif isinstance(step, Create):
            self._flows[step.external_id] = _of_flow(step.component.document)
        elif isinstance(step, Update):
            self._flows[step.external_id] = _of_flow(step.document)

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

    def _retire(self, external_id: str) -> None:
        self._applied.pop(external_id, None)
        if row := self._rows.get(external_id):
            self._rows[external_id] = row._replace(digest=None)
            _RETIRE(None, timezone.now(), self.installation.pk, external_id)

    def _is_news(self, step: PlanStep, resource_id: str) -> bool:
        """Whether the component's row differs from the step's result."""
        if not isinstance(step, Create | Update | Unchanged):
            return False
        return self._rows.get(step.external_id) != (resource_id, step.component.digest)

    def _note(self, component: CompiledComponent, resource_id: str) -> None:
        row = self._rows.get(component.external_id)
        if row and row.resource_id and row.resource_id != resource_id:
            self._moved[component.external_id] = (component, resource_id)
        else:
            self._remember(component, resource_id)

    def _remember(self, component: CompiledComponent, resource_id: str) -> None:
        """Write the component's row; its document exists since its release was recorded."""
        name, digest = component.external_id, component.digest
        _REMEMBER(
            self.installation.pk, name, component.resource, resource_id, digest, timezone.now()
        )
        self._rows[name], self._applied[name] = _Row(resource_id, digest), component

    def _change(self, step: PlanStep, resource_id: str) -> tuple[object, ...] | None:
        """The audit row, its values in the order of `_AUDIT`; None when nothing happened."""
        action, fields = _audit(step)
        if not action and self._is_found(step):
            action = "adopt"
        if not action:
            return None
        return self._row(step, action, resource_id, fields)

    def _row(
        self, step: PlanStep, action: str, resource_id: str, fields: list[Any]
    ) -> tuple[object, ...]:
        whose = (self.operation.pk, self.installation.pk)
        what = (action, step.resource, step.external_id, resource_id)
        return (*whose, *what, self._veil.over(fields), timezone.now())

    def _is_found(self, step: PlanStep) -> bool:
        """Whether an earlier operation did the step's work without being able to record it."""
        is_unknown = step.external_id not in {INTEGRATION, *self._rows}
        return isinstance(step, Unchanged) and is_unknown


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


def recorded_state(blueprint: Blueprint) -> Document:
    """What the platform's state store keeps of an installation, so that records can be rebuilt."""
    return {
        "version": blueprint.version,
        "digest": blueprint.digest,
        "components": {
            item.external_id: item.digest for item in (*blueprint.components, blueprint.integration)
        },
    }


def restore(
    installation: Installation,
    client: Client,
    names: Container[str] | None = None,
    *,
    is_leaving: bool = False,
) -> bool:
    """Rebuild lost component rows from the platform's state store; True when there were any.

    Rebuilds all that the store names and the records lack, or only *names*. Raises `LifecycleError`
    ``not_published`` when that is of a version that is not recorded here, unless *is_leaving*:
    without its documents it is unknown what the customer changed, and what to remove. Lost
    documents that were tailored for this installation are left out: such components are compared
    without a record of what was applied.
    """
    held = set(installation.components.values_list("external_id", flat=True))
    kept = _kept_state(installation, client)
    digests = {
        name: digest
        for name, digest in kept.digests.items()
        if name not in held and (names is None or name in names)
    }
    known = StoredDocument.objects.in_bulk(digests.values())
    if not is_leaving and not set(digests.values()) <= known.keys():
        _require_recorded(installation, kept.version)
    rows = [
        Component(
            installation=installation,
            external_id=name,
            resource=known[digest].component().resource,
            resource_id="",
            applied=known[digest],
        )
        for name, digest in digests.items()
        if digest in known
    ]
    Component.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)


class _KeptState(NamedTuple):
    """What the state store has: the version, and the digests of what was applied by name."""

    version: str
    digests: dict[str, str]


def _kept_state(installation: Installation, client: Client) -> _KeptState:
    """Read the state store; the account's owner may have written there too."""
    try:
        state = client.state("integrations", installation.integration_id).get(STATE_KEY)
    except NotFound:
        return _KeptState("", {})
    state = state if isinstance(state, dict) else {}
    version, components = state.get("version"), state.get("components")
    digests = components if isinstance(components, dict) else {}
    return _KeptState(
        version if isinstance(version, str) else "",
        {name: digest for name, digest in digests.items() if isinstance(digest, str)},
    )


def _require_recorded(installation: Installation, version: str) -> None:
    connector = installation.connector
    if version and not connector.releases.filter(version=version).exists():
        raise not_recorded(connector, version)
