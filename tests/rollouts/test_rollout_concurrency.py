"""Several workers at once, on the databases that are used in production."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection

from connector_kit.models import Connector, Push, Release, Rollout
from connector_kit.rollouts import RolloutOptions, start_rollout, tick
from tests.rollouts.databases import KINDS, serving
from tests.rollouts.fixtures import CONNECTOR_ID, Base, Clock, Marketplace

WORKERS = 4


@pytest.fixture(scope="module", params=KINDS)
def database(request, tmp_path_factory, django_db_setup, django_db_blocker):
    kind = KINDS[request.param]
    with (
        django_db_blocker.unblock(),
        kind(tmp_path_factory.mktemp(request.param)) as configured,
        serving(configured),
    ):
        yield


@pytest.fixture
def many(database):
    """Forty installations that wait for a release."""
    Connector.objects.all().delete()
    connector = Connector.objects.create(
        slug="orders", name="Orders", class_path="", connector_id=CONNECTOR_ID
    )
    Release.objects.create(connector=connector, version="1.1.0", digest="1", manifest={})
    base = Base(connector, Marketplace(), Clock())
    base.install(40)
    return base


def at_once(work):
    """Run *work* in several threads that start together."""
    start = threading.Barrier(WORKERS)

    def worker(_):
        start.wait()
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(worker, range(WORKERS)))


def test_ticks_at_once_claim_nothing_twice(many):
    rollout = start_rollout(many.connector, options=RolloutOptions(waves=("rest",), window=10))

    at_once(lambda: many.tick(rollout))

    assert len(many.marketplace.pushed) == 10
    assert len(set(many.marketplace.pushed)) == 10


def test_workers_together_push_each_installation_once_and_keep_the_window(many):
    rollout = start_rollout(many.connector, options=RolloutOptions(waves=("5", "rest"), window=7))
    in_flight = []

    @contextmanager
    def connect():
        in_flight.append(rollout.pushes.filter(state__in=Push.IN_FLIGHT).count())
        yield many.marketplace

    def work():
        for _ in range(300):
            tick(rollout.pk, connect=connect, clock=many.clock)
            with many.marketplace.at_work:
                finish_one(many, rollout)
            if not rollout.pushes.filter(state__in=Push.UNSETTLED).exists():
                break

    at_once(work)
    many.settle(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.COMPLETED
    assert sorted(many.marketplace.pushed) == sorted(many.marketplace.versions)
    assert max(in_flight) <= 7


def finish_one(base, rollout):
    """Have one of the pushed updates run to its end."""
    sent = rollout.pushes.filter(state=Push.State.SENT, installation__release=None)
    if push := sent.select_related("installation").first():
        base.finish(push.installation)
