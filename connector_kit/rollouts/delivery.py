"""Ask the platform to update installations: one request for many, split when one is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from connector_kit.integrator.errors import (
    IntegratorError,
    NotFound,
    OutcomeUnknown,
    Transient,
    Unauthorized,
)
from connector_kit.models import Operation, Rollout
from connector_kit.rollouts.decide import InFlight, Report, after_failure, unless_aborted
from connector_kit.rollouts.steps import Halt, Hold, Sent, Step, Unclaim
from connector_kit.rollouts.verdicts import VANISHED

PLATFORM_PAUSE = timedelta(seconds=5)
"""How long to wait for a platform that did not answer, after the client's own retries."""

INVALID_REF = "invalid_ref"
"""A referenced document, here an integration, does not exist (protocol/http-api.md#2-errors)."""


class ConnectorCalls(Protocol):
    """The publisher's calls that a rollout needs: `Client.connectors`."""

    def push_update(self, connector_id: str, integration_ids: Sequence[str]) -> object:
        """Have the platform call the update function for each of *integration_ids*."""

    def install_base(self, connector_id: str) -> Iterable[Mapping[str, Any]]:
        """Iterate over all installations of the connector."""

    def get(self, connector_id: str) -> Mapping[str, Any]:
        """Read the connector's record."""


class ConnectorGoneError(Exception):
    """The platform has no such connector for this token."""


@dataclass(frozen=True)
class Refusal:
    """Why the platform will not update one installation."""

    code: str
    message: str


@dataclass
class Delivery:
    """What became of a batch of pushes: every integration id is in one of the three."""

    sent: list[str] = field(default_factory=list)
    refused: dict[str, Refusal] = field(default_factory=dict)
    undelivered: list[str] = field(default_factory=list)
    trouble: str = ""
    """Why some were not delivered."""
    pause: timedelta = PLATFORM_PAUSE
    """How long to wait before they are pushed again."""
    needs_action: bool = False
    """Whether waiting does not help, because someone must act first."""

    def stop(self, batch: Sequence[str], error: Exception) -> None:
        """Give up on *batch* and on all that was not tried yet."""
        self.undelivered += batch
        self.trouble = str(error)
        self.needs_action = isinstance(error, Unauthorized | ConnectorGoneError)
        if isinstance(error, Transient):
            self.pause = max(self.pause, timedelta(seconds=error.retry_after or 0))


def deliver(calls: ConnectorCalls, connector_id: str, integration_ids: Sequence[str]) -> Delivery:
    """Push the update to *integration_ids*, in as few requests as the platform accepts.

    Pushing twice is harmless (protocol/README.md U15), so what may have arrived or not is
    undelivered, and simply pushed again.
    """
    delivery = Delivery()
    batches: list[Sequence[str]] = [integration_ids]
    while batches and not delivery.trouble:
        batch = batches.pop()
        try:
            _push(calls, connector_id, batch)
        except (Unauthorized, ConnectorGoneError, Transient, OutcomeUnknown) as error:
            delivery.stop(batch, error)
        except IntegratorError as error:
            if len(batch) > 1:  # it is refused as a whole, perhaps because of a single one
                middle = len(batch) // 2
                batches += [batch[middle:], batch[:middle]]
            elif isinstance(error, NotFound) or error.code == INVALID_REF:
                reason = f"integrator.io no longer has the installation: {error}"
                delivery.refused[batch[0]] = Refusal(VANISHED, reason)
            else:
                code = error.code or type(error).__name__
                delivery.refused[batch[0]] = Refusal(code, str(error))
        else:
            delivery.sent += batch
    for batch in batches:
        delivery.undelivered += batch
    return delivery


def _push(calls: ConnectorCalls, connector_id: str, batch: Sequence[str]) -> None:
    try:
        calls.push_update(connector_id, batch)
    except NotFound:
        if len(batch) == 1:
            ensure_connector(calls, connector_id)
        raise


def ensure_connector(calls: ConnectorCalls, connector_id: str) -> None:
    """Raise `ConnectorGoneError` when a 404 is about the connector, not about an installation."""
    try:
        calls.get(connector_id)
    except NotFound as error:
        raise ConnectorGoneError(
            f"integrator.io has no connector {connector_id} for the publisher's token. Check "
            "CONNECTOR_KIT_TOKEN and CONNECTOR_KIT_BASE_URL, or publish the connector again."
        ) from error


def after_delivery(
    delivery: Delivery,
    pushes: Mapping[str, InFlight],
    max_attempts: int,
    now: datetime,
    state: str = Rollout.State.RUNNING,
) -> Iterator[Step]:
    """What follows from *delivery* for those of its *pushes* (by integration id) still claimed.

    *state* is the rollout's: what an aborted one would push again is undone.
    """
    for integration_id in delivery.sent:
        if push := pushes.get(integration_id):
            yield Sent(push.id)
    for integration_id, refusal in delivery.refused.items():
        if push := pushes.get(integration_id):
            step = after_refusal(push, refusal, max_attempts, now)
            yield unless_aborted(step, push, state)
    # The platform's trouble is not the installation's: no attempt is used up.
    due_at = now + delivery.pause
    for integration_id in delivery.undelivered:
        if push := pushes.get(integration_id):
            hold = Hold(push.id, due_at, delivery.trouble)
            step = Unclaim(push.id, due_at) if delivery.needs_action else hold
            yield unless_aborted(step, push, state)
    if delivery.needs_action:
        yield Halt(delivery.trouble)


def after_refusal(push: InFlight, refusal: Refusal, max_attempts: int, now: datetime) -> Step:
    """The platform did not call the stack, so this push has not locked the installation."""
    report = Report(None, Operation.Outcome.FAILED, code=refusal.code, message=refusal.message)
    return after_failure(push, report, max_attempts, now)
