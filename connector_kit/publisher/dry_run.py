"""Live dry runs: the platform is asked to update installations that are marked to only plan.

A plan needs a token for the customer's account, and the platform hands those out with its calls
only. So an update is pushed to installations marked ``plan_only``: the platform calls the update
function, which stores the plan with its operation and changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Max, Q

from connector_kit.conf import kit
from connector_kit.integrator import Client
from connector_kit.integrator.errors import (
    IntegratorError,
    NotFound,
    OutcomeUnknown,
    Refused,
)
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, Installation, Operation, Push, Release, Rollout
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.catalogue import published_id
from connector_kit.publisher.errors import RolloutInTheWay
from connector_kit.publisher.planning import InstallationPlan

PUSH_BATCH = 20
"""Installations that are asked at a time."""

POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Clock:
    """How a dry run waits; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def plan_live(
    connector: Connector,
    integration_ids: Sequence[str],
    release: Release,
    *,
    recreate_deleted: bool = False,
    clock: Clock = Clock(),
) -> Iterator[InstallationPlan]:
    """Ask every installation in turn what *release* would change; yields the answers as they come.

    Raises `RolloutInTheWay` when a rollout is changing these installations, `NotPublished`, and
    `IntegratorError` when the platform cannot be asked. Waits ``push_timeout_seconds`` for each
    batch. The installations are left as they were, but for those that did not answer in time:
    they stay marked, so that a late call plans too, instead of updating.
    """
    connector_id = published_id(connector)
    refuse_during_rollouts(connector)
    with publisher_client() as client:
        for start in range(0, len(integration_ids), PUSH_BATCH):
            wanted = integration_ids[start : start + PUSH_BATCH]
            rows = Installation.objects.filter(integration_id__in=wanted)
            batch = _Batch(client, connector_id, release, clock)
            yield from batch.ask(rows, recreate_deleted=recreate_deleted)


@dataclass
class _Batch:
    """The installations that are asked together."""

    client: Client
    connector_id: str
    release: Release
    clock: Clock
    waiting: dict[str, Installation] = field(default_factory=dict)
    """Those a call may still come for."""

    def ask(
        self, rows: Iterable[Installation], *, recreate_deleted: bool
    ) -> list[InstallationPlan]:
        """Mark, push, wait, restore."""
        asked = {row.integration_id: row for row in rows}
        free = {
            key: row
            for key, row in asked.items()
            if _mark(row, self.release, recreate_deleted=recreate_deleted)
        }
        answers = [self._busy(row) for key, row in asked.items() if key not in free]
        try:
            answers += self._push_and_wait(list(free.values()))
        finally:
            for key in free.keys() - self.waiting.keys():
                _restore(free[key])
        return answers

    def _push_and_wait(self, rows: list[Installation]) -> Iterator[InstallationPlan]:
        last_known = Operation.objects.aggregate(last=Max("pk"))["last"] or 0
        yield from self._push(rows)
        deadline = self.clock.now() + kit().push_timeout_seconds
        while self.waiting and self.clock.now() < deadline:
            self.clock.sleep(POLL_SECONDS)
            yield from self._answers(since=last_known)
        yield from map(self._timed_out, self.waiting.values())

    def _push(self, rows: list[Installation]) -> Iterator[InstallationPlan]:
        """Push to all at once, one by one when that is refused; yields who was refused."""
        asked = {row.integration_id: row for row in rows}
        if not asked:
            return
        self.waiting |= asked
        try:
            self.client.connectors.push_update(self.connector_id, list(asked))
        except OutcomeUnknown:
            raise
        except IntegratorError as error:
            for key in asked:
                del self.waiting[key]  # the platform said no, so nobody is called
            if not isinstance(error, Refused | NotFound):
                raise
            if len(rows) == 1:
                yield self._failed(rows[0], error.code or "refused", str(error))
            else:
                for row in rows:
                    yield from self._push([row])

    def _answers(self, *, since: int) -> Iterator[InstallationPlan]:
        finished = Operation.objects.filter(
            kind=Operation.Kind.PLAN,
            installation__in=self.waiting.values(),
            pk__gt=since,
            finished_at__isnull=False,
        ).select_related("installation")
        for operation in finished.order_by("pk"):
            row = self.waiting.pop(operation.installation.integration_id, None)
            if row is None:
                continue
            if operation.plan is None:
                yield self._failed(row, operation.code, operation.message)
            else:
                yield InstallationPlan(row, self.release.version, "planned", operation.plan)

    def _failed(self, row: Installation, code: str, message: str) -> InstallationPlan:
        return InstallationPlan(row, self.release.version, "failed", code=code, message=message)

    def _busy(self, row: Installation) -> InstallationPlan:
        message = "Another operation is changing this installation right now; ask again later."
        return self._failed(row, "update_in_progress", message)

    def _timed_out(self, row: Installation) -> InstallationPlan:
        return InstallationPlan(
            row,
            self.release.version,
            "timed_out",
            code="timed_out",
            message="The platform did not call the update function in time. Check that the server "
            "runs, and that the stack record's hostURI leads to it (manage.py publish). The "
            "installation stays marked: a late call plans, and changes nothing.",
        )


def refuse_during_rollouts(connector: Connector) -> None:
    """Raise `RolloutInTheWay` while a rollout is changing installations of *connector*."""
    rollout = Rollout.objects.unsettled().filter(connector=connector).first()
    if rollout:
        raise RolloutInTheWay(
            f"Rollout {rollout.pk} of {connector.slug} is changing installations, and a dry run "
            "would get in its way. Wait for it, or pause it and let its pushes end, or plan "
            "from the records with --offline."
        )


def _mark(row: Installation, release: Release, *, recreate_deleted: bool) -> bool:
    """Mark *row* to only plan; False when an operation holds it, which would undo the mark."""
    is_free = Q(lease_owner="") | Q(lease_until__lt=database_now())
    free = Installation.objects.filter(is_free, pk=row.pk)
    return bool(free.update(plan_only=True, target=release, recreate_deleted=recreate_deleted))


def _restore(row: Installation) -> None:
    """Put back what *row* said before it was marked, unless a rollout has taken it up since."""
    is_left_over = row.plan_only  # from a dry run that was never answered
    Installation.objects.filter(pk=row.pk).exclude(pushes__state__in=Push.IN_FLIGHT).update(
        plan_only=False,
        target_id=None if is_left_over else row.target_id,
        recreate_deleted=not is_left_over and row.recreate_deleted,
    )
