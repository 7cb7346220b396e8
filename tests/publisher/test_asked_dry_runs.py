"""Dry runs as rows: asked once, carried out by whoever gets to it, never lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connector_kit.models import DryRun, Installation, StaffAction
from connector_kit.publisher import PublisherError
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.dry_runs import answers_of, ask, carry_out, waiting
from tests.publisher.test_dry_runs import EMPTY_PLAN, Stack, two

__all__ = ["two"]

pytestmark = pytest.mark.django_db

SOMEBODY = Actor("somebody")


def asked(orders, ids) -> DryRun:
    return ask(orders, orders.releases.get(), ids, by=SOMEBODY)


def test_every_answer_is_written_down(orders, two):
    first, second = two
    dry_run = asked(orders, two)
    refused = {"outcome": "failed", "code": "not_installed", "message": "Not yet."}
    stack = Stack({first: {"outcome": "done", "plan": EMPTY_PLAN}, second: refused})

    assert carry_out(dry_run.pk, clock=stack.clock())

    planned, failed = answers_of(dry_run)
    assert (planned.outcome, planned.plan) == ("planned", EMPTY_PLAN)
    assert (failed.outcome, failed.code) == ("failed", "not_installed")
    dry_run.refresh_from_db()
    assert dry_run.finished_at
    assert not dry_run.trouble


def test_who_does_not_answer_in_time_ends_the_dry_run_all_the_same(orders, two):
    dry_run = asked(orders, two)

    carry_out(dry_run.pk, clock=Stack().clock())

    assert {answer.outcome for answer in answers_of(dry_run)} == {"timed_out"}


def test_a_dry_run_is_carried_out_once(orders, two):
    dry_run = asked(orders, two)
    carry_out(dry_run.pk, clock=Stack().clock())

    assert not carry_out(dry_run.pk)
    assert not waiting().exists()


def test_what_a_dead_worker_left_is_taken_up_where_it_stopped(orders, two):
    first, second = two
    dry_run = asked(orders, two)
    dry_run.answers.filter(installation__integration_id=first).update(outcome="planned")
    DryRun.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert not carry_out(dry_run.pk)

    DryRun.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert waiting().get() == dry_run
    carry_out(dry_run.pk, clock=Stack({second: {"outcome": "done", "plan": {}}}).clock())

    assert [answer.outcome for answer in answers_of(dry_run)] == ["planned", "planned"]


def test_what_keeps_the_platform_from_being_asked_is_said(orders, two, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}
    dry_run = asked(orders, two)

    carry_out(dry_run.pk, clock=Stack().clock())

    dry_run.refresh_from_db()
    assert dry_run.finished_at
    assert "401" in dry_run.trouble or "token" in dry_run.trouble
    assert not Installation.objects.filter(plan_only=True).exists()


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
