"""Live dry runs: the platform is asked to update installations, and the calls may only plan.

A plan needs a token for the customer's account, and the platform hands those out only with its
calls. So an update is pushed to installations for which a dry run is ordered: the platform calls
the update function, which stores the plan with its operation and changes nothing. No process waits
for it: `tick` asks, returns, and checks for answers the next time it is called.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet

from connector_kit.conf import kit
from connector_kit.integrator import Client
from connector_kit.integrator.errors import IntegratorError, OutcomeUnknown
from connector_kit.lifecycle import LifecycleError, publisher_client
from connector_kit.models import (
    Connector,
    DryRun,
    DryRunAnswer,
    Installation,
    Operation,
    Order,
    Release,
    Rollout,
    Takeover,
)
from connector_kit.models.clock import now as shared_now
from connector_kit.publisher.catalog import published_id
from connector_kit.publisher.errors import DryRunFailed, PublisherError, RolloutInTheWay
from connector_kit.publisher.planning import InstallationPlan
from connector_kit.publisher.planning import Outcome as PlanOutcome
from connector_kit.publisher.pushing import push_each

PUSH_BATCH = 20
"""Installations that are asked at once."""

POLL_SECONDS = 0.25

EXPECTED = (PublisherError, LifecycleError, IntegratorError)
"""Errors that the requester can do something about."""

Connect = Callable[[], AbstractContextManager[Client]]


@dataclass(frozen=True)
class Clock:
    """What time it is for a dry run, and how one that is watched waits; tests bring their own."""

    now: Callable[[], datetime] = field(default_factory=lambda: shared_now)
    sleep: Callable[[float], None] = time.sleep


REAL_TIME = Clock()


def plan_live(
    connector: Connector,
    integration_ids: Sequence[str],
    release: Release,
    *,
    recreate_deleted: bool = False,
    clock: Clock = REAL_TIME,
) -> Iterator[InstallationPlan]:
    """Ask every installation what *release* would change; yields the answers as they arrive.

    Drives the dry run itself and needs no worker. Raises `RolloutInTheWay` when a rollout is
    changing these installations, `NotPublished`, and `DryRunFailed` when the platform cannot be
    asked. Installations have ``push_timeout_seconds`` to answer in; a call that comes later, or
    twice, changes nothing.
    """
    published_id(connector)
    refuse_during_rollouts(connector)
    dry_run = record(connector, release, integration_ids, recreate_deleted=recreate_deleted)
    try:
        yield from watch(dry_run, clock)
    finally:
        end(dry_run.pk, clock=clock)


def record(
    connector: Connector,
    release: Release,
    integration_ids: Sequence[str],
    *,
    recreate_deleted: bool = False,
    takeover: Takeover | None = None,
    created_by_id: int | None = None,
) -> DryRun:
    """Record which installations to ask about *release*, or about a *takeover*.

    The first `tick` begins to ask.
    """
    with transaction.atomic():
        dry_run = DryRun.objects.create(
            connector=connector,
            release=release,
            recreate_deleted=recreate_deleted,
            takeover=takeover,
            created_by_id=created_by_id,
        )
        rows = Installation.objects.filter(connector=connector, integration_id__in=integration_ids)
        keys = dict(rows.values_list("integration_id", "pk"))
        DryRunAnswer.objects.bulk_create(
            DryRunAnswer(dry_run=dry_run, installation_id=keys[integration_id])
            for integration_id in integration_ids
        )
    return dry_run


def tick(dry_run_id: int, *, connect: Connect = publisher_client, clock: Clock = REAL_TIME) -> bool:
    """Record the answers that arrived, give up on overdue ones, and ask the next installations.

    False when there is nothing left to do. May run twice, late, or never without harm. If the
    platform cannot be asked, the dry run ends, and the reason is recorded with it.
    """
    with _locked(dry_run_id) as dry_run:
        if dry_run is None:
            return False
        _collect(dry_run, clock.now())
        _give_up(dry_run.answers.filter(due_at__lte=clock.now()), clock.now())
        ordered = _order_next(dry_run, clock.now())
        if not ordered and not _unanswered(dry_run).exists():
            _finish(dry_run, clock.now())
            return False
    if ordered:
        _push(dry_run, ordered, connect, clock)
    return True


def end(dry_run_id: int, *, trouble: str = "", clock: Clock = REAL_TIME) -> None:
    """Stop asking, and take back the open orders; late calls change nothing."""
    with _locked(dry_run_id) as dry_run:
        if dry_run is None:
            return
        _collect(dry_run, clock.now())
        orders = Order.objects.filter(answers__in=_unanswered(dry_run))
        Order.objects.filter(pk__in=orders.values("pk")).take_back()
        _unanswered(dry_run).update(
            outcome="failed",
            code="not_asked",
            message=trouble or "The dry run ended before this installation responded.",
            answered_at=clock.now(),
        )
        dry_run.trouble = trouble
        _finish(dry_run, clock.now())


def refuse_during_rollouts(connector: Connector) -> None:
    """Raise `RolloutInTheWay` while a rollout is changing installations of *connector*."""
    rollout = Rollout.objects.unsettled().filter(connector=connector).first()
    if rollout:
        raise RolloutInTheWay(
            f"Rollout {rollout.pk} of {connector.slug} is changing installations, so a dry run is "
            "not possible now. Wait for it, pause it and let its pushes finish, or plan from the "
            "records with --offline."
        )


def watch(dry_run: DryRun, clock: Clock = REAL_TIME) -> Iterator[InstallationPlan]:
    """Drive *dry_run* and yield its answers as they come.

    Raises `DryRunFailed` when the platform cannot be asked.
    """
    yielded: set[int] = set()
    is_open = True
    while is_open:
        is_open = tick(dry_run.pk, clock=clock)
        rows = (
            dry_run.answers.exclude(outcome="")
            .exclude(code="not_asked")
            .order_by("answered_at", "pk")
        )
        for answer in rows.select_related("installation"):
            if answer.pk not in yielded:
                yielded.add(answer.pk)
                yield InstallationPlan(
                    answer.installation,
                    dry_run.release.version,
                    cast("PlanOutcome", answer.outcome),
                    plan=answer.plan,
                    code=answer.code,
                    message=answer.message,
                )
        if is_open:
            clock.sleep(POLL_SECONDS)
    dry_run.refresh_from_db()
    if dry_run.trouble:
        raise DryRunFailed(dry_run.trouble)


@contextmanager
def _locked(dry_run_id: int) -> Iterator[DryRun | None]:
    """Lock the row of an open dry run, in a transaction; None when it is not open, or is gone."""
    with transaction.atomic():
        rows = DryRun.objects.select_for_update(of=("self",)).filter(finished_at=None)
        yield rows.select_related("connector", "release", "takeover").filter(pk=dry_run_id).first()


def _unanswered(dry_run: DryRun) -> QuerySet[DryRunAnswer]:
    return dry_run.answers.filter(outcome="")


def _collect(dry_run: DryRun, at: datetime) -> None:
    """Record the plans of the calls that were made for this dry run."""
    ended = Operation.objects.filter(
        order__answers__in=_unanswered(dry_run),
        kind__in=(Operation.Kind.PLAN, Operation.Kind.TAKEOVER),
        finished_at__isnull=False,
    )
    for operation in ended.order_by("pk"):
        if operation.outcome == Operation.Outcome.CHECKPOINT:  # asked again, it continues
            Order.objects.filter(pk=operation.order_id or 0).take_back()
            _unanswered(dry_run).filter(order=operation.order).update(order=None, due_at=None)
            continue
        is_done = operation.kind == Operation.Kind.TAKEOVER
        answer = {"outcome": "taken_over" if is_done else "planned", "plan": operation.plan}
        if operation.plan is None or operation.outcome not in Operation.COMPLETE:
            answer |= {
                "outcome": "failed",
                "code": operation.code,
                "message": operation.message,
            }
        _unanswered(dry_run).filter(order=operation.order).update(answered_at=at, **answer)
        Order.objects.filter(pk=operation.order_id or 0).consume()


def _give_up(answers: QuerySet[DryRunAnswer], at: datetime) -> None:
    """Stop waiting for overdue answers, and mark their installations as locked: they may be."""
    overdue = list(answers.filter(outcome="").values_list("pk", "order", "installation"))
    Order.objects.filter(pk__in=[order for _, order, _ in overdue if order]).take_back()
    pushed_to = [installation for *_, installation in overdue]
    Installation.objects.marketplace().filter(pk__in=pushed_to).update(update_in_progress=True)
    DryRunAnswer.objects.filter(pk__in=[pk for pk, *_ in overdue]).update(
        outcome="timed_out",
        code="timed_out",
        message="The platform did not call the update function in time. Check that the server is "
        "running and that the stack record's hostURI leads to it (connector-kit publish). A "
        "late call changes nothing.",
        answered_at=at,
    )


def _order_next(dry_run: DryRun, at: datetime) -> list[DryRunAnswer]:
    """Order plans from as many as may be asked now, and return them; busy ones fail at once."""
    waiting = _unanswered(dry_run).filter(order__isnull=False).count()
    rows = _unanswered(dry_run).filter(order=None).select_related("installation").order_by("pk")
    ordered, takeover = [], dry_run.takeover
    for answer in rows[: max(PUSH_BATCH - waiting, 0)]:
        held = Q(lease_until__gte=at) & ~Q(lease_owner="")
        if Installation.objects.filter(held, pk=answer.installation_id).exists():
            _fail(answer, "update_in_progress", BUSY, at)
            continue
        answer.order = Order.objects.place(
            answer.installation,
            Order.Kind.TAKEOVER if takeover and takeover.may_write else Order.Kind.PLAN,
            None if takeover else dry_run.release,
            recreate_deleted=dry_run.recreate_deleted,
            takeover=takeover,
        )
        answer.due_at = at + timedelta(seconds=kit().push_timeout_seconds)
        answer.save(update_fields=["order", "due_at"])
        ordered.append(answer)
    return ordered


BUSY = "Another operation is changing this installation. Try again later."


def _push(dry_run: DryRun, ordered: list[DryRunAnswer], connect: Connect, clock: Clock) -> None:
    answers = {answer.installation.integration_id: answer for answer in ordered}
    try:
        connector_id = published_id(dry_run.connector)
        with connect() as client:
            refused = push_each(client, connector_id, list(answers))
    except OutcomeUnknown:  # the calls may come all the same
        return
    except EXPECTED as error:
        end(dry_run.pk, trouble=str(error), clock=clock)
        return
    for integration_id, refusal in refused.items():
        answer = answers[integration_id]
        Order.objects.filter(answers=answer).take_back()
        _fail(answer, refusal.code or "refused", str(refusal), clock.now())


def _fail(answer: DryRunAnswer, code: str, message: str, at: datetime) -> None:
    rows = DryRunAnswer.objects.filter(pk=answer.pk, outcome="")
    rows.update(outcome="failed", code=code[:100], message=message, answered_at=at)


def _finish(dry_run: DryRun, at: datetime) -> None:
    dry_run.finished_at = at
    dry_run.save(update_fields=["finished_at", "trouble"])
