"""Carry out a plan: short, dull steps, each recorded as soon as it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from connector_kit.blueprint import INTEGRATION
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator.errors import OutcomeUnknown
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.creating import remove
from connector_kit.lifecycle.errors import (
    ChangedMeanwhile,
    Checkpoint,
    PlanBlocked,
)
from connector_kit.plan import Conflict, Create, Delete, Plan, PlanStep, Unchanged, Update

PLANS = 3
"""The most times that an operation plans."""


class Journal(Protocol):
    """Records each step: before it is carried out, and its outcome."""

    def intend(self, step: PlanStep) -> None:
        """Record that *step* is about to be written."""

    def withdraw(self, step: PlanStep) -> None:
        """Record that *step*, which was about to be written, was not."""

    def record(self, step: PlanStep, resource_id: str) -> None:
        """Record that *step* is done and which document it left (or removed)."""


def apply(
    plan: Plan, account: Account, journal: Journal, *, out_of_time: Callable[[], bool]
) -> None:
    """Apply *plan* to *account*, one recorded step after another.

    The step for the installation itself is left to the caller, as part of the caller's last write.
    Raises `PlanBlocked` before the first write when the plan has conflicts, and `Checkpoint`
    between two steps when *out_of_time* says so; at least one is carried out, so that even calls
    that spend their time on planning make progress. After any error, planning again continues from
    the state that is left.
    """
    if plan.is_blocked:
        raise PlanBlocked(plan)
    steps = [step for step in plan.steps if step.external_id != INTEGRATION]
    has_written = False
    for done, planned in enumerate(steps):
        step = _worth_writing(planned, account)
        if _writes(step) and has_written and out_of_time():
            raise Checkpoint(done, len(steps))
        with intended([step], journal):
            resource_id = _carry_out(step, account)
        journal.record(step, resource_id)
        has_written |= _writes(step)


def in_step_with_the_customer(account: Account, attempt: Callable[[], None]) -> None:
    """Make the *attempt* to plan and apply, and another if the account was edited in the meantime.

    Raises `ChangedMeanwhile` when that happens too often.
    """
    for _ in range(PLANS - 1):
        try:
            return attempt()
        except ChangedMeanwhile:
            account.read_integration()
    return attempt()


@contextmanager
def intended(steps: Iterable[PlanStep], journal: Journal) -> Iterator[None]:
    """Record each of *steps* before it writes; remove the record if it certainly did not write."""
    writing = [step for step in steps if _writes(step)]
    for step in writing:
        journal.intend(step)
    try:
        yield
    except OutcomeUnknown:
        raise
    except ConnectorKitError:
        for step in writing:
            journal.withdraw(step)
        raise


def _carry_out(step: PlanStep, account: Account) -> str:
    match step:
        case Create():
            created = account.create(step.component)
            account.ids[step.component.external_id] = created
            _add_rows(account, created, step.component.data)
            return created
        case Update():
            _update(step, account)
            return step.id
        case Delete():
            remove(account.client.resource(step.resource), step.id)
            return step.id
        case Unchanged():
            return step.id
        case Conflict():
            raise AssertionError("a blocked plan is never applied")


def _update(step: Update, account: Account) -> None:
    resource = account.client.resource(step.resource)
    match step.writes():
        case "PATCH", operations:
            account.require_unchanged(step.resource, step.id)
            resource.patch(step.id, [account.resolve(dict(operation)) for operation in operations])
        case "PUT", document:
            account.require_unchanged(step.resource, step.id)
            written = resource.update(step.id, account.resolve(document))
            if not written.get("externalId"):
                account.without_external_ids.add(step.resource)
    _add_rows(account, step.id, step.data)


def _add_rows(account: Account, cache_id: str, rows: Mapping[str, str]) -> None:
    """Add *rows* to a lookup cache, but not in place of rows that it has: they are its owner's."""
    if rows:
        caches = account.client.lookup_caches
        held = caches.rows(cache_id, keys=rows)
        caches.put(cache_id, {key: value for key, value in rows.items() if key not in held})


def _worth_writing(step: PlanStep, account: Account) -> PlanStep:
    """Leave out a step that only names a document of a type that keeps no external id."""
    if (
        isinstance(step, Update)
        and not step.data
        and [change.path for change in step.changes if change.is_written] == ["externalId"]
        and step.resource in account.without_external_ids
    ):
        kept = tuple(change for change in step.changes if not change.is_written)
        return Unchanged(step.component, step.id, step.adopted, kept=kept)
    return step


def _writes(step: PlanStep) -> bool:
    return not isinstance(step, Unchanged)
