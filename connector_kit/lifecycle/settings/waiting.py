"""Settings requested outside a call: the next update applies them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.documents import Document
from connector_kit.exceptions import message_in
from connector_kit.lifecycle.errors import PlanBlocked, is_hopeless
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.settings.checking import check_settings
from connector_kit.lifecycle.settings.flows import FlowChanges, check_flows
from connector_kit.models import SettingsChange

Outcome = SettingsChange.Outcome


@contextmanager
def waiting_changes(work: Work) -> Iterator[FlowChanges]:
    """Have the update inside apply waiting changes that are still valid, and record them.

    Yields the changes to flows: settings are on record by then; the update writes the flows.

    When the update fails, valid changes keep waiting; but a change that the platform refuses is
    recorded as refused, so that it does not fail every later update. A blocked update changed
    nothing, and after a refused one the next update reverses what was written: in both cases the
    settings on record are the previous ones.
    """
    installation = work.installation
    before = installation.settings
    taken = [change for change in _waiting(work) if _take(change, work)]
    try:
        yield _of_flows(taken)
    except Exception as error:
        is_over = is_hopeless(error)
        if taken and (is_over or isinstance(error, PlanBlocked)):
            installation.note(settings=before)
        for change in taken:
            _leave(change, work, work.veil.over(message_in(error)), is_over=is_over)
        raise
    for change in taken:
        _settle(change, work, Outcome.APPLIED)


def _of_flows(changes: list[SettingsChange]) -> FlowChanges:
    """The requested change of each flow; if there are several, the newest counts."""
    wanted: dict[str, Document] = {}
    for change in changes:
        for name, fields in change.flows.items():
            wanted[name] = {**wanted.get(name, {}), **fields}
    return wanted


def _waiting(work: Work) -> list[SettingsChange]:
    waiting = work.installation.settings_changes.filter(outcome=Outcome.WAITING)
    return list(waiting.order_by("pk"))


def _take(change: SettingsChange, work: Work) -> bool:
    """Record what *change* sets, unless it is no longer valid."""
    errors = check_flows(work.installation, change.flows)
    checked = check_settings(work.installation, change.values) if change.values else None
    errors |= checked.errors if checked else {}
    if errors:
        change.errors = work.veil.over(errors)
        _settle(change, work, Outcome.REFUSED)
        return False
    if checked:
        work.installation.note(settings=checked.settings)
    work.operation.by = change.by
    work.operation.save(update_fields=["by"])
    return True


def _leave(change: SettingsChange, work: Work, message: str, *, is_over: bool) -> None:
    """Record why *change* was not applied, and whether it still may be."""
    if is_over:
        _settle(change, work, Outcome.REFUSED)
    change.message = message
    change.save(update_fields=["message"])


def _settle(change: SettingsChange, work: Work, outcome: Outcome) -> None:
    change.outcome, change.operation, change.message = outcome, work.operation, ""
    change.save(update_fields=["outcome", "operation", "message", "errors"])
