"""Settings that were asked for outside a call: the update that comes next takes them over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from connector_kit.lifecycle.errors import PlanBlocked
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.settings.checking import check_settings
from connector_kit.models import SettingsChange

Outcome = SettingsChange.Outcome


@contextmanager
def waiting_changes(work: Work) -> Iterator[None]:
    """Have the update inside bring what waits, as far as it is valid still, and record that.

    When the update fails, what is valid goes on waiting. When it is blocked, nothing was changed,
    so the settings on record are what they were.
    """
    installation = work.installation
    before = installation.settings
    taken = [each for each in _waiting(work) if _take(each, work)]
    try:
        yield
    except Exception as error:
        if isinstance(error, PlanBlocked) and taken:
            installation.note(settings=before)
        for change in taken:
            change.message = str(error)
            change.save(update_fields=["message"])
        raise
    for change in taken:
        _settle(change, work, Outcome.APPLIED)


def _waiting(work: Work) -> list[SettingsChange]:
    waiting = work.installation.settings_changes.filter(outcome=Outcome.WAITING)
    return list(waiting.order_by("pk"))


def _take(change: SettingsChange, work: Work) -> bool:
    """Note what *change* sets, unless it is not valid any more."""
    checked = check_settings(work.installation, change.values)
    if checked.errors:
        change.errors = checked.errors
        _settle(change, work, Outcome.REFUSED)
        return False
    work.installation.note(settings=checked.settings)
    work.operation.by = change.by
    work.operation.save(update_fields=["by"])
    return True


def _settle(change: SettingsChange, work: Work, outcome: Outcome) -> None:
    change.outcome, change.operation, change.message = outcome, work.operation, ""
    change.save(update_fields=["outcome", "operation", "message", "errors"])
