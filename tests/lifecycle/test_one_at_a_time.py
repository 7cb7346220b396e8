"""Two operations on one installation: one works, the other is told so, and nothing is doubled."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.models import Installation
from tests.lifecycle.fixtures import FIRST, SECOND, Customer, Shop, problems_of
from tests.lifecycle.misfortunes import Death, run_leases_out
from tests.rollouts.databases import KINDS, serving


@pytest.fixture
def at_first_record(monkeypatch):
    """Do something in the middle of an operation, before its first write is recorded."""

    def arrange(act):
        record = DatabaseJournal.record

        def act_and_record(journal, step, resource_id):
            if step.action != "unchanged":
                monkeypatch.setattr(DatabaseJournal, "record", record)
                act()
            record(journal, step, resource_id)

        monkeypatch.setattr(DatabaseJournal, "record", act_and_record)

    return arrange


@pytest.fixture
def an_hour_passes(monkeypatch):
    """Let an operation find that an hour has passed since it took or renewed its lease."""

    def pass_by():
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 3600)
        monkeypatch.setattr("connector_kit.lifecycle.lease.time", later)

    return pass_by


def test_a_call_that_comes_in_the_middle_is_refused(customer, upgraded, at_first_record):
    replies = []
    at_first_record(lambda: replies.append(customer.press("update")))

    assert customer.push().outcome == "done"

    [reply] = replies
    code, message = reply.error
    assert code == "update_in_progress"
    assert "Try again in a minute" in message
    assert problems_of(customer, upgraded) == []
    assert customer.installation.operations.filter(kind="update").count() == 1


@pytest.mark.parametrize("press", ["verify_shop", "update", "install"])
def test_whoever_holds_the_installation_holds_it_against_every_function(customer, press):
    row, before = customer.installation, customer.untouched()
    row.take_lease("somebody", now=timezone.now(), seconds=60)

    assert customer.press(press).error[0] == "update_in_progress"
    assert customer.begin_uninstall().error[0] == "update_in_progress"

    assert customer.untouched() == before


def test_a_dead_process_holds_it_until_its_lease_runs_out(customer, upgraded, at_first_record):
    def die():
        raise Death

    at_first_record(die)
    customer.push()
    assert customer.push().finished_at is None

    run_leases_out()

    assert customer.push().outcome == "done"
    assert problems_of(customer, upgraded) == []


def test_an_operation_that_stalled_writes_and_records_nothing_more(
    shop, customer, upgraded, at_first_record, an_hour_passes
):
    first = shop.connector.releases.get(version="1.0.0")
    written = []

    def somebody_else_takes_over():
        customer.order(first)
        run_leases_out()
        assert customer.press("update").status == 200
        written.append(len(customer.requests()))
        an_hour_passes()

    at_first_record(somebody_else_takes_over)

    customer.push()

    stalled, other = customer.installation.operations.filter(kind="update").order_by("pk")
    assert (stalled.outcome, stalled.code) == ("failed", "lease_lost")
    assert other.outcome == "done"
    assert written == [len(customer.requests())]
    assert problems_of(customer, first) == []


def test_an_operation_that_stalled_before_a_request_does_not_send_it(
    customer, upgraded, an_hour_passes, monkeypatch
):
    renew = Installation.renew_lease

    def renew_too_late(row, owner, **term):
        Installation.objects.update(lease_owner="somebody else")
        return renew(row, owner, **term)

    monkeypatch.setattr(Installation, "renew_lease", renew_too_late)
    an_hour_passes()
    before, sent = customer.untouched(), len(customer.requests())

    operation = customer.push()

    assert operation.code == "lease_lost"
    shown = ("GET", f"/integrations/{customer.integration_id}")
    assert customer.requests(since=sent) == [shown]  # what the call showed, without a lease
    assert customer.untouched() == before


def test_a_lease_that_was_taken_and_given_back_meanwhile_cannot_be_renewed(customer):
    row, now = customer.installation, timezone.now()
    row.take_lease("slow", now=now - timedelta(seconds=61), seconds=60)
    row.take_lease("quick", now=now, seconds=60)
    row.release_lease("quick")

    assert not row.renew_lease("slow", now=now, seconds=60)


@pytest.fixture(params=KINDS)
def production(request, tmp_path, platform, settings):
    """The publisher's side, with a stack of many threads over a real database."""
    with KINDS[request.param](tmp_path) as configured, serving(configured):
        server = LiveServer("127.0.0.1")
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "host_uri": server.url}
        yield Shop(platform, server.url)
        server.stop()


def at_once(number, work):
    """What *work* returns in each of a *number* of threads that start together."""
    start = threading.Barrier(number)

    def worker(_):
        start.wait()
        return work()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(worker, range(number)))


def test_many_at_once_do_it_once(production):
    production.publish(FIRST)
    customer = Customer(production.platform, 0).install(production.connector)
    release = production.publish(SECOND)
    customer.order(release)

    replies = at_once(8, lambda: customer.press("update"))

    codes = {reply.error[0] for reply in replies if reply.status != 200}
    assert codes <= {"update_in_progress"}
    assert problems_of(customer, release) == []
    updates = customer.installation.operations.filter(kind="update")
    held = updates.filter(outcome="failed", code="update_in_progress")
    outcomes = [update.outcome for update in updates.exclude(pk__in=held)]
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "ignored"}
