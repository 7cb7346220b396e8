"""One tick of a rollout: decide in a short transaction, call the platform, store the answer.

A worker that is killed between any two lines loses nothing: its claims fall due again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from django.core.exceptions import ImproperlyConfigured

from connector_kit.integrator.errors import IntegratorError, OutcomeUnknown, Transient
from connector_kit.lifecycle.errors import LifecycleError
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.models import Rollout
from connector_kit.models.clock import now as shared_now
from connector_kit.rollouts.decide import next_steps
from connector_kit.rollouts.delivery import (
    PLATFORM_PAUSE,
    ConnectorCalls,
    Delivery,
    after_delivery,
    deliver,
)
from connector_kit.rollouts.embedded import (
    Update,
    by_worker,
    embedded_among,
    embedded_entries,
    have_updated,
)
from connector_kit.rollouts.rows import locked, write_steps
from connector_kit.rollouts.snapshots import read_snapshot, still_claimed, to_verify
from connector_kit.rollouts.steps import Claim, Halt, LeaveWave, Missed, Step, VerifyWave
from connector_kit.rollouts.verify import compare, entries_of
from connector_kit.rollouts.writing_verdicts import write_verdicts

logger = logging.getLogger(__name__)

NOT_SET_UP = (LifecycleError, ImproperlyConfigured)
"""Raised when a client cannot be created, for instance because there is no token."""

Connect = Callable[[], AbstractContextManager[ConnectorCalls]]
Clock = Callable[[], datetime]


@contextmanager
def publisher_calls() -> Iterator[ConnectorCalls]:
    """Open the publisher's calls, with the token from the settings."""
    with publisher_client() as client:
        yield client.connectors


def tick(
    rollout_id: int,
    *,
    connect: Connect = publisher_calls,
    update: Update = by_worker,
    clock: Clock = shared_now,
) -> bool:
    """Do what is due in the rollout; return whether anything was, as more may follow.

    *connect* reaches the platform, which calls installations of the marketplace; *update* has an
    embedded deployment updated. May run twice, concurrently, or never without harm. No transaction
    is open during calls to the platform. Raises `RolloutError` when there is no such rollout.
    """
    now = clock()
    with locked(rollout_id) as rollout:
        steps = next_steps(read_snapshot(rollout, now), now)
        write_steps(rollout, steps, now)
    for step in steps:
        if isinstance(step, Claim):
            _send(rollout, step, now, connect, update, clock)
        elif isinstance(step, VerifyWave):
            _verify(rollout, step, connect, clock)
    return bool(steps)


def _send(
    rollout: Rollout,
    claim: Claim,
    claimed_at: datetime,
    connect: Connect,
    update: Update,
    clock: Clock,
) -> None:
    wanted = [*still_claimed(claim.pushes, claimed_at)]
    for delivery in _deliveries(rollout, wanted, connect, update):
        if delivery.trouble:
            logger.warning("%s: not delivered: %s", rollout, delivery.trouble)
        with locked(rollout.pk) as fresh:
            claimed = still_claimed(claim.pushes, claimed_at)
            steps = after_delivery(delivery, claimed, fresh.max_attempts, clock(), fresh.state)
            write_steps(fresh, steps, clock())


def _deliveries(
    rollout: Rollout, wanted: Sequence[str], connect: Connect, update: Update
) -> Iterator[Delivery]:
    """Have *wanted* integrations updated: by the platform, or by ourselves where it is ours to do.

    One after the other: what a delivery brought is stored before the next is made.
    """
    embedded = embedded_among(wanted)
    if in_marketplace := [name for name in wanted if name not in embedded]:
        try:
            with connect() as calls:
                delivery = deliver(calls, _connector_id(rollout), in_marketplace)
        except NOT_SET_UP as error:
            delivery = Delivery(undelivered=in_marketplace, trouble=str(error), needs_action=True)
        yield delivery
    if embedded:
        yield have_updated(embedded, update)


def _verify(rollout: Rollout, step: VerifyWave, connect: Connect, clock: Clock) -> None:
    wanted = to_verify(step.wave)
    try:
        # Each integration is asked for with a token for its account.
        embedded = embedded_among(wanted)
        entries, unread = embedded_entries(embedded)
        if in_marketplace := [name for name in wanted if name not in embedded]:
            with connect() as calls:
                install_base = calls.install_base(_connector_id(rollout))
                entries |= entries_of(install_base, in_marketplace)
    except (Transient, OutcomeUnknown) as error:
        logger.warning("%s: not verified: %s", rollout, error)
        _write(rollout, [LeaveWave(step.wave, clock() + PLATFORM_PAUSE)], clock())
    except (IntegratorError, *NOT_SET_UP) as error:
        _write(rollout, [LeaveWave(step.wave), Halt(str(error))], clock())
    else:
        now = clock()
        verdicts = [*compare(wanted, entries, unread, max_attempts=rollout.max_attempts, now=now)]
        # Only this worker verifies the wave, and settled pushes change only through verification
        # or a retry, for which `write_verdicts` checks again.
        write_verdicts(rollout.pk, verdicts, now)
        is_missing = any(isinstance(verdict, Missed) for verdict in verdicts)
        _write(rollout, [LeaveWave(step.wave, now + PLATFORM_PAUSE if is_missing else None)], now)


def _write(rollout: Rollout, steps: Iterable[Step], now: datetime) -> None:
    with locked(rollout.pk) as fresh:
        write_steps(fresh, steps, now)


def _connector_id(rollout: Rollout) -> str:
    return rollout.connector.connector_id or ""
