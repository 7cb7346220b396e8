"""Several workers at once, on the databases that are used in production."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from connector_kit.licensing import Event, Kind
from connector_kit.models import Connector, License, ProvisioningEvent, Subscription
from connector_kit.publisher import publish
from connector_kit.publisher.licenses import extend, process, receive
from connector_kit.publisher.licenses.reminders import send_due
from connector_kit.publisher.licenses.ticks import move_due
from tests.publisher.fixtures import ORDERS
from tests.publisher.licenses import channel
from tests.publisher.licenses.fixtures import BY, Desk
from tests.rollouts.databases import KINDS, serving

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
def shared(database, platform, settings):
    """A desk in a database that all threads see."""
    Connector.objects.all().delete()
    Subscription.objects.all().delete()
    return Desk(platform, Connector.objects.get(slug=publish(ORDERS).slug))


def at_once(work):
    """Run *work* in several threads that start together."""
    start = threading.Barrier(WORKERS)

    def worker(number):
        start.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(worker, range(WORKERS)))


def test_an_event_that_arrives_several_times_at_once_makes_one_license(shared):
    event = Event("evt_1", shared.now, "sub_1", Kind.SIGNED_UP, {"email": shared.email})

    def arrive(_):
        receipt = receive(event, source="test", clock=shared.clock)
        process(receipt.event.subscription_id, clock=shared.clock)
        return receipt.is_new

    assert sum(at_once(arrive)) == 1
    assert ProvisioningEvent.objects.count() == License.objects.count() == 1
    assert len(shared.at_platform()) == 1


def test_events_that_arrive_at_once_all_count(shared):
    receive(
        Event("evt_0", shared.now, "sub_1", Kind.SIGNED_UP, {"email": shared.email}),
        source="test",
        clock=shared.clock,
    )
    words = ["basic", "standard", "premium", "enterprise"]

    def arrive(number):
        moment = shared.now + timedelta(minutes=number + 1)
        event = Event(
            f"evt_{number + 1}", moment, "sub_1", Kind.CHANGED, {"edition": words[number]}
        )
        receipt = receive(event, source="test", clock=shared.clock)
        process(receipt.event.subscription_id, clock=shared.clock)

    at_once(arrive)
    shared.tick()

    (live,) = shared.at_platform()
    assert live["opts"] == {"connectorEdition": "enterprise"}


def test_the_same_customer_is_given_one_license(shared):
    at_once(lambda _: shared.grant(30))

    assert License.objects.count() == 1
    assert len(shared.at_platform()) == 1


def test_changes_at_once_all_reach_the_platform(shared):
    row = shared.grant(30)

    at_once(lambda number: extend(row, days=number + 1, by=BY, clock=shared.clock))
    shared.tick()

    row.refresh_from_db()
    assert (row.drift, row.deliver_at) == ([], None)
    assert shared.live(row)["expires"].startswith(str(row.ends + timedelta(days=14)))


def test_ticks_at_once_move_each_license_once_and_remind_once(shared, settings):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "reminder_channel": "tests.publisher.licenses.channel:note",
    }
    row = shared.grant(8)
    shared.forward(days=2)
    channel.noted.clear()

    def work(_):
        move_due(clock=shared.clock)
        send_due(clock=shared.clock)

    at_once(work)
    shared.tick()

    assert channel.noted == [(shared.email, 6)]
    assert row.reminders.count() == 1
