"""An install base in the database, the marketplace in memory, a clock that is moved by hand."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from connector_kit.integrator.errors import NotFound, Refused
from connector_kit.models import Connector, Installation, Operation, Order, Push, Release
from connector_kit.rollouts import RolloutOptions, start_rollout, tick
from connector_kit.rollouts.selection import WHOLE_BASE

CONNECTOR_ID = "c" * 24


class Clock:
    """A clock that only moves when it is told to; a little ahead of the one on the wall."""

    def __init__(self) -> None:
        self.now = timezone.now() + timedelta(minutes=10)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class Marketplace:
    """The publisher's calls of the platform, answered from memory.

    Remembers every batch it accepted; what an update does is up to the test (`finish`).
    """

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.versions: dict[str, str] = {}
        self.locked: set[str] = set()
        self.refusals: dict[str, Refused] = {}
        self.troubles: list[Exception | None] = []
        self.requests = 0
        self.connector_is_gone = False
        self.at_work = threading.Lock()

    def push_update(self, connector_id, integration_ids):
        self._request()
        self.get(connector_id)
        for integration_id in integration_ids:
            if integration_id in self.refusals:
                raise self.refusals[integration_id]
            if integration_id not in self.versions:
                raise Refused("no such integration", status=422, code="invalid_ref")
        self.batches.append(list(integration_ids))

    def install_base(self, connector_id):
        self._request()
        self.get(connector_id)
        for integration_id, version in self.versions.items():
            yield {
                "_integrationId": integration_id,
                "version": version,
                "updateInProgress": integration_id in self.locked,
            }

    def get(self, connector_id):
        if self.connector_is_gone or connector_id != CONNECTOR_ID:
            raise NotFound("no such connector")
        return {"_id": connector_id}

    @property
    def pushed(self) -> list[str]:
        """Every integration that was pushed, as often as it was."""
        return [integration_id for batch in self.batches for integration_id in batch]

    @contextmanager
    def connect(self):
        yield self

    def _request(self) -> None:
        self.requests += 1
        if self.troubles and (trouble := self.troubles.pop(0)):
            raise trouble


class Base:
    """The install base and what happens to it."""

    def __init__(self, connector: Connector, marketplace: Marketplace, clock: Clock) -> None:
        self.connector = connector
        self.marketplace = marketplace
        self.clock = clock

    def install(self, count: int, **fields) -> list[Installation]:
        """Have *count* more customers install version 1.0.0."""
        first = Installation.objects.count()
        rows = Installation.objects.bulk_create(
            Installation(
                connector=self.connector,
                integration_id=f"{number:024x}",
                **{"version": "1.0.0", "mode": "settings", **fields},
            )
            for number in range(first, first + count)
        )
        self.marketplace.versions |= {row.integration_id: row.version for row in rows}
        return rows

    def tick(self, rollout) -> bool:
        """Take one tick at the clock's time."""
        return tick(rollout.pk, connect=self.marketplace.connect, clock=self.clock)

    def settle(self, rollout) -> None:
        """Take ticks until there is nothing to do but wait."""
        for _ in range(1000):
            if not self.tick(rollout):
                return
        raise AssertionError("the rollout never comes to rest")

    def begin(
        self, installation: Installation, release: Release | None = None, *, lease: float = 60
    ) -> Operation:
        """Have the platform call the update function: it runs, trusted for *lease* seconds.

        It serves what is ordered; where nothing is, it is of *release* and no rollout's.
        """
        order = Order.objects.to_serve(installation)
        if order:
            order.begin()
        until = self.clock.now + timedelta(seconds=lease)
        Installation.objects.filter(pk=installation.pk).update(
            lease_owner="web", lease_until=until, update_in_progress=True
        )
        self.marketplace.locked.add(installation.integration_id)
        return Operation.objects.create(
            installation=installation,
            kind="update",
            function="update",
            order=order,
            release=order.release if order else release,
        )

    def end(
        self, operation: Operation, outcome="done", code="", message="", *, locks=False, **fields
    ) -> Operation:
        """Have a running update come to its end; where it *locks*, it failed half-way."""
        operation.outcome, operation.code, operation.message = outcome, code, message
        operation.finished_at = self.clock.now
        for name, value in fields.items():
            setattr(operation, name, value)
        operation.save()
        is_locked = locks or outcome == "checkpoint"
        Installation.objects.filter(pk=operation.installation_id).update(
            lease_owner="", lease_until=None, update_outcome=outcome, update_in_progress=is_locked
        )
        if not is_locked:
            self.marketplace.locked.discard(operation.installation.integration_id)
        if outcome in ("done", "current"):
            self._bring(operation)
        return operation

    def finish(
        self,
        installation: Installation,
        release: Release | None = None,
        outcome="done",
        code="",
        message="",
        **told,
    ) -> Operation:
        """Have the update function run from its call to its end."""
        return self.end(self.begin(installation, release), outcome, code, message, **told)

    def hear_twice(self, installation: Installation) -> None:
        """Have the platform call twice: the second one finds that nothing is ordered any more."""
        self.finish(installation)
        self.finish(installation, None, "ignored", code="not_ordered")

    def _bring(self, operation: Operation) -> None:
        """What an update leaves that was carried out: its order consumed, its version shown."""
        if release := operation.release:
            self.marketplace.versions[operation.installation.integration_id] = release.version
        if operation.order:
            Order.objects.filter(pk=operation.order.pk).consume()
            brought = {"release": release, "version": release.version} if release else {}
            Installation.objects.filter(pk=operation.installation_id).update(
                update_in_progress=False, **brought
            )

    def finish_all(self, rollout, outcome="done", **told) -> None:
        """Have every update run to its end that was pushed and is not heard of yet."""
        for push in rollout.pushes.filter(state=Push.State.SENT).select_related("installation"):
            self.finish(push.installation, None, outcome, **told)

    def complete(self, rollout) -> None:
        """Drive the rollout until it comes to rest; every update succeeds."""
        for _ in range(1000):
            self.settle(rollout)
            if not rollout.pushes.filter(state__in=Push.UNSETTLED).exists():
                return
            self.finish_all(rollout)
            self.clock.forward(seconds=5)
        raise AssertionError("the rollout never ends")


@pytest.fixture
def drive(platform, clock):
    """Takes the ticks of two minutes, while the platform calls whom it is to call."""

    def drive(rollout, seconds=120):
        for _ in range(0, seconds, 15):
            while tick(rollout.pk, clock=clock):
                assert platform.control("/drain", {"timeout_seconds": 30})["drained"]
            clock.forward(seconds=15)
        rollout.refresh_from_db()
        return rollout

    return drive


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def marketplace() -> Marketplace:
    return Marketplace()


@pytest.fixture
def connector(db) -> Connector:
    return Connector.objects.create(
        slug="orders", name="Orders", class_path="", connector_id=CONNECTOR_ID
    )


@pytest.fixture
def release(connector) -> Release:
    Release.objects.create(connector=connector, version="1.0.0", digest="0", manifest={})
    return Release.objects.create(connector=connector, version="1.1.0", digest="1", manifest={})


@pytest.fixture
def base(connector, marketplace, clock) -> Base:
    return Base(connector, marketplace, clock)


def state_of(rollout, installation) -> str:
    """The state of the installation's push."""
    return rollout.pushes.get(installation=installation).state


def started(connector, *, release=None, only=WHOLE_BASE, **options):
    """Start a rollout in one wave unless told otherwise; *options* are those of the rollout."""
    proceeding = RolloutOptions(**{"waves": ("rest",), **options})
    return start_rollout(connector, release=release, only=only, options=proceeding)
