"""Settings that were asked for outside a call: the update that comes next takes them over."""

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
    """Have the update inside bring what waits, as far as it is valid still, and record that.

    Yields what is wanted of flows: settings are on record then, flows are for the update to write.

    When the update fails, what is valid goes on waiting; but what the platform refuses ends on
    record, lest it fails every update to come. When it is blocked, nothing was changed, and when it
    is refused, the next update takes back what was: the settings on record are what they were.
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
    """What is wanted of each flow; of several changes of one the newest counts."""
    wanted: dict[str, Document] = {}
    for change in changes:
        for name, fields in change.flows.items():
            wanted[name] = {**wanted.get(name, {}), **fields}
    return wanted


def _waiting(work: Work) -> list[SettingsChange]:
    waiting = work.installation.settings_changes.filter(outcome=Outcome.WAITING)
    return list(waiting.order_by("pk"))


def _take(change: SettingsChange, work: Work) -> bool:
    """Note what *change* sets, unless it is not valid any more."""
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
    """Note why *change* did not come, and whether it still may."""
    if is_over:
        _settle(change, work, Outcome.REFUSED)
    change.message = message
    change.save(update_fields=["message"])


def _settle(change: SettingsChange, work: Work, outcome: Outcome) -> None:
    change.outcome, change.operation, change.message = outcome, work.operation, ""
    change.save(update_fields=["outcome", "operation", "message", "errors"])
