"""The record of what was done: component rows, the audit trail, the platform's own copy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from connector_kit.blueprint import (
    Blueprint,
    CompiledComponent,
    Create,
    Delete,
    Document,
    PlanStep,
    Unchanged,
    Update,
)
from connector_kit.integrator import Client, redact
from connector_kit.integrator.errors import NotFound
from connector_kit.models import Change, Component, Installation, Operation
from connector_kit.models import Document as StoredDocument

STATE_KEY = "connectorKit"
"""Key under the integration's own state (protocol/http-api.md#12-state)."""


class DatabaseJournal:
    """Records steps in the database, each in a transaction of its own."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.installation = operation.installation
        rows = self.installation.components.select_related("applied")
        self._rows = {row.external_id: row for row in rows}
        self._applied = {
            name: row.applied.component() for name, row in self._rows.items() if row.applied
        }

    @property
    def applied(self) -> Mapping[str, CompiledComponent]:
        """What was last applied to each component."""
        return self._applied

    @property
    def known_ids(self) -> Mapping[str, str]:
        """The document ids this installation is known to have, by external id."""
        return {name: row.resource_id for name, row in self._rows.items()}

    def record(self, step: PlanStep, resource_id: str) -> None:
        """Store the new state of the step's component and, when it wrote, an audit row."""
        with transaction.atomic():
            if isinstance(step, Delete):
                self._forget(step.external_id)
            elif isinstance(step, Create | Update | Unchanged):
                self._remember(step.component, resource_id)
            if change := self._change(step, resource_id):
                change.save()

    def forget(self, external_ids: Iterable[str]) -> None:
        """Forget components that are neither declared nor in the account any more."""
        for external_id in external_ids:
            self._forget(external_id)

    def _forget(self, external_id: str) -> None:
        self._applied.pop(external_id, None)
        if row := self._rows.pop(external_id, None):
            row.delete()

    def _remember(self, component: CompiledComponent, resource_id: str) -> None:
        name = component.external_id
        row = self._rows.get(name)
        if row and (row.resource_id, row.applied_id) == (resource_id, component.digest):
            return
        StoredDocument.objects.remember([component])
        self._rows[name], _ = Component.objects.update_or_create(
            installation=self.installation,
            external_id=name,
            defaults={
                "resource": component.resource,
                "resource_id": resource_id,
                "applied_id": component.digest,
            },
        )
        self._applied[name] = component

    def _change(self, step: PlanStep, resource_id: str) -> Change | None:
        action, fields = _audit(step)
        if not action:
            return None
        return Change(
            operation=self.operation,
            installation=self.installation,
            action=action,
            resource=step.resource,
            external_id=step.external_id,
            resource_id=resource_id,
            fields=fields,
        )


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
            each.external_id: each.digest for each in (*blueprint.components, blueprint.integration)
        },
    }


def restore(installation: Installation, client: Client) -> bool:
    """Rebuild lost component rows from the platform's state store; True when there were any.

    Digests whose documents are no longer known (publish their releases again) are left out: such
    components are compared without a memory of what was applied.
    """
    try:
        state = client.state("integrations", installation.integration_id).get(STATE_KEY)
    except NotFound:
        return False
    digests: dict[str, str] = (state or {}).get("components") or {}
    known = StoredDocument.objects.in_bulk(digests.values())
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
