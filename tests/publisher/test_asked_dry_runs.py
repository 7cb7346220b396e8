"""Dry runs as rows: asked once, carried out by whoever gets to it, never lost."""

import pytest

from connector_kit.conf import kit
from connector_kit.models import DryRun, Order, StaffAction
from connector_kit.publisher import PublisherError
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.dry_run_ticks import tick
from connector_kit.publisher.dry_runs import answers_of, ask, unfinished
from tests.publisher.test_dry_runs import EMPTY_PLAN, Stack, two

__all__ = ["two"]

pytestmark = pytest.mark.django_db

SOMEBODY = Actor("somebody")


def carry_out(dry_run, stack) -> None:
    """Take ticks until nothing is left to do, as workers do."""
    while tick(dry_run.pk, clock=stack.clock()):
        stack.wait(kit().push_timeout_seconds / 3)


def asked(orders, ids) -> DryRun:
    return ask(orders, orders.releases.get(), ids, by=SOMEBODY)


def test_every_answer_is_written_down(orders, two):
    first, second = two
    dry_run = asked(orders, two)
    refused = {"outcome": "failed", "code": "not_installed", "message": "Not yet."}
    stack = Stack({first: {"outcome": "done", "plan": EMPTY_PLAN}, second: refused})

    carry_out(dry_run, stack)

    planned, failed = answers_of(dry_run)
    assert (planned.outcome, planned.plan) == ("planned", EMPTY_PLAN)
    assert (failed.outcome, failed.code) == ("failed", "not_installed")
    dry_run.refresh_from_db()
    assert dry_run.finished_at
    assert not dry_run.trouble


def test_who_does_not_answer_in_time_ends_the_dry_run_all_the_same(orders, two):
    dry_run = asked(orders, two)

    carry_out(dry_run, Stack())

    assert {answer.outcome for answer in answers_of(dry_run)} == {"timed_out"}


def test_nobody_waits_while_installations_are_asked(orders, two):
    dry_run = asked(orders, two)

    assert tick(dry_run.pk, clock=Stack().clock())

    assert {answer.outcome for answer in answers_of(dry_run)} == {""}
    assert Order.objects.open().filter(kind=Order.Kind.PLAN).count() == 2


def test_a_dry_run_is_carried_out_once(orders, two):
    dry_run = asked(orders, two)
    carry_out(dry_run, Stack())

    assert not tick(dry_run.pk)
    assert not unfinished().exists()


def test_what_a_dead_worker_left_is_taken_up_where_it_stopped(orders, two):
    first, second = two
    stack = Stack({item: {"outcome": "done", "plan": {}} for item in two})
    dry_run = asked(orders, two)
    dry_run.answers.filter(installation__integration_id=first).update(outcome="planned")

    carry_out(dry_run, stack)

    assert [answer.outcome for answer in answers_of(dry_run)] == ["planned", "planned"]
    assert [order.installation.integration_id for order in Order.objects.all()] == [second]


def test_what_keeps_the_platform_from_being_asked_is_said(orders, two, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}
    dry_run = asked(orders, two)

    carry_out(dry_run, Stack())

    dry_run.refresh_from_db()
    assert dry_run.finished_at
    assert "401" in dry_run.trouble or "token" in dry_run.trouble
    assert not Order.objects.open().exists()


@pytest.mark.parametrize("ids", [[], ["f" * 24]], ids=["nobody", "somebody unknown"])
def test_only_known_installations_are_asked(orders, two, ids):
    with pytest.raises(PublisherError):
        asked(orders, ids)

    assert not DryRun.objects.exists()


def test_who_asked_is_recorded(orders, two):
    dry_run = asked(orders, two)

    action = StaffAction.objects.latest("pk")
    assert (action.action, action.subject) == ("dry_run.ask", f"dry_run/{dry_run.pk}")
    assert action.after["installations"] == two
