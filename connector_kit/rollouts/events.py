"""A rollout's log lines: one for each event, with the ids of what it concerns.

An event's line is written only when its transaction commits.
"""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from connector_kit.logs import Event, inform
from connector_kit.models import Push, Rollout, Wave
from connector_kit.rollouts.steps import (
    CompleteRollout,
    CompleteWave,
    Halt,
    Settle,
    StartWave,
    Step,
    Undo,
)

logger = logging.getLogger(__name__)


def log_event(name: str, rollout: Rollout, **fields: object) -> None:
    """Write the line of the event *name*, as in ``rolloutStarted``, once it is certain."""
    known = (
        ("rollout", rollout.pk),
        ("connector", rollout.connector.slug),
        ("version", rollout.release.version),
    )
    event = Event(name, (*known, *fields.items()))
    transaction.on_commit(partial(inform, logger, event), robust=True)


def log_step(rollout: Rollout, step: Step) -> None:
    """Write the line of a stored *step*, if it is of interest to people."""
    match step:
        case StartWave():
            _log_wave("waveStarted", rollout, step.wave)
        case CompleteWave():
            _log_wave("waveCompleted", rollout, step.wave)
        case CompleteRollout():
            log_event("rolloutCompleted", rollout)
        case Halt():
            log_event("rolloutHalted", rollout, reason=step.reason)
        case Settle(state=Push.State.FAILED):
            _log_push("pushFailed", rollout, step)
        case Undo():
            _log_push("pushUndone", rollout, step)


def _log_wave(name: str, rollout: Rollout, wave: int) -> None:
    row = Wave.objects.get(pk=wave)
    log_event(name, rollout, wave=row.index + 1, size=row.label)


def _log_push(name: str, rollout: Rollout, step: Settle | Undo) -> None:
    push = Push.objects.select_related("installation").get(pk=step.push)
    log_event(
        name,
        rollout,
        push=push.pk,
        _integrationId=push.installation.integration_id,
        operation=push.operation_id,
        code=step.code,
        message=step.message,
    )
