"""Audit rows that an operation left uncertain: the next one sees in the account what happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connector_kit.models import Change, Operation
from connector_kit.plan import Create, Live, PlanStep, Unchanged, Update


class LeftOpen:
    """The rows of writes that earlier operations were about to make when they were interrupted.

    Writes that happened are confirmed; rows of the others are deleted. *operation* may have another
    target than the interrupted one: undoing finds half of the writes made, and reverses them.
    """

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        rows = Change.objects.filter(installation=operation.installation_id, is_certain=False)
        earlier = rows.exclude(operation=operation).select_related("operation").order_by("pk")
        self._rows = {row.external_id: row for row in earlier}
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
        """Settle what was left open of the component of *step*, which is not carried out yet."""
        if row := self._rows.pop(step.external_id, None):
            self._settle(row, self._shows(step, row))

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

    def _shows(self, step: PlanStep, row: Change) -> bool:
        """Whether *step* is planned for an account to which the write of *row* was made."""
        is_there = not isinstance(step, Create)
        if row.action in ("create", "delete"):
            return is_there == (row.action == "create")
        if isinstance(step, Update):
            return self._has_changed(step, row)
        return not isinstance(step, Unchanged) or self._is_repeated(row)

    def _has_changed(self, step: Update, row: Change) -> bool:
        """Whether the fields of *row* have changed from what they were before it."""
        found = {change.path: change.to_json()["before"] for change in step.changes}
        meant: list[dict[str, Any]] = [field for field in row.fields if field["path"] in found]
        if not meant:
            return self._is_repeated(row)
        return any(found[document["path"]] != document["before"] for document in meant)

    def _is_repeated(self, row: Change) -> bool:
        """Whether the operation has the same release as the interrupted one."""
        return row.operation.release_id == self._operation.release_id
