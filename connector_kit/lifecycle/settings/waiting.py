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
    waiting = installation.settings_changes.filter(outcome=Outcome.WAITING).order_by("pk")
    taken = [change for change in [*waiting] if _take(change, work)]
    flows: dict[str, Document] = {}  # the newest change of each flow counts
    for change in taken:
        for name, fields in change.flows.items():
            flows[name] = {**flows.get(name, {}), **fields}
    try:
        yield flows
    except Exception as error:
        is_over = is_hopeless(error)
        if taken and (is_over or isinstance(error, PlanBlocked)):
            installation.note(settings=before)
        for change in taken:
            if is_over:
                _settle(change, work, Outcome.REFUSED)
            change.message = work.veil.over(message_in(error))
            change.save(update_fields=["message"])
        raise
    for change in taken:
        _settle(change, work, Outcome.APPLIED)


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


def _settle(change: SettingsChange, work: Work, outcome: Outcome) -> None:
    change.outcome, change.operation, change.message = outcome, work.operation, ""
    change.save(update_fields=["outcome", "operation", "message", "errors"])
