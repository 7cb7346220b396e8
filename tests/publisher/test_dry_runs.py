"""Dry runs: installations are asked what would change, and left as they were."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from connector_kit import Flow
from connector_kit.models import Installation, Operation, Order, Rollout
from connector_kit.publisher import (
    PublisherError,
    choose_installations,
    plan_live,
    plan_offline,
    publish,
)
from connector_kit.publisher.dry_run_ticks import Clock
from connector_kit.publisher.errors import DryRunFailed, RolloutInTheWay
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, recorded

pytestmark = pytest.mark.django_db

EMPTY_PLAN = {
    "steps": [],
    "summary": {"create": 0, "update": 0, "delete": 0, "unchanged": 5, "conflict": 0},
}


@dataclass
class Stack:
    """Plays the stack's part while a dry run waits: stores what each update function planned."""

    outcomes: dict = field(default_factory=dict)
    moment: datetime = field(default_factory=timezone.now)

    def clock(self):
        return Clock(now=lambda: self.moment, sleep=self.wait)

    def wait(self, seconds):
        self.moment += timedelta(seconds=seconds)
        for order in Order.objects.open().filter(kind=Order.Kind.PLAN):
            if outcome := self.outcomes.get(order.installation.integration_id):
                Operation.objects.create(
                    installation=order.installation,
                    kind=Operation.Kind.PLAN,
                    function="update",
                    order=order,
                    release=order.release,
                    finished_at=timezone.now(),
                    **outcome,
                )


@pytest.fixture
def two(orders, platform):
    """Two installations."""
    ids = sorted([platform.install(orders, 0), platform.install(orders, 1)])
    for id_ in ids:
        Installation.objects.get_or_create(connector=orders, integration_id=id_)
    return ids


def ask(orders, ids, stack, **options):
    return list(plan_live(orders, ids, orders.releases.get(), clock=stack.clock(), **options))


def nothing_is_ordered():
    return not Order.objects.open().exists()


def test_each_installation_answers_with_its_plan(orders, two):
    stack = Stack({item: {"outcome": "done", "plan": EMPTY_PLAN} for item in two})

    answers = ask(orders, two, stack)

    assert {answer.installation.integration_id for answer in answers} == set(two)
    assert all(answer.outcome == "planned" and answer.plan == EMPTY_PLAN for answer in answers)
    assert nothing_is_ordered()


def test_a_failed_plan_is_reported_with_its_reason(orders, two):
    failure = {"outcome": "failed", "code": "connection_missing", "message": "No shop."}
    stack = Stack({two[0]: failure, two[1]: {"outcome": "done", "plan": EMPTY_PLAN}})

    answers = {item.installation.integration_id: item for item in ask(orders, two, stack)}

    assert (answers[two[0]].outcome, answers[two[0]].code) == ("failed", "connection_missing")
    assert answers[two[1]].outcome == "planned"
    assert nothing_is_ordered()


def test_a_call_that_comes_too_late_finds_nothing_to_do(orders, two):
    stack = Stack({two[0]: {"outcome": "done", "plan": EMPTY_PLAN}})

    answers = {item.installation.integration_id: item for item in ask(orders, two, stack)}

    assert answers[two[1]].outcome == "timed_out"
    locked = Installation.objects.filter(update_in_progress=True)
    assert [*locked.values_list("integration_id", flat=True)] == [two[1]]
    assert nothing_is_ordered()


def test_what_was_ordered_of_an_installation_stays_ordered(orders, two):
    release = orders.releases.get()
    rows = Installation.objects.filter(integration_id__in=two)
    placed = {Order.objects.place(row, Order.Kind.ROLLOUT, release) for row in rows}

    ask(orders, two, Stack({item: {"outcome": "done", "plan": EMPTY_PLAN} for item in two}))

    assert set(Order.objects.open()) == placed


def test_an_installation_that_the_platform_refuses_does_not_spoil_the_others(orders, two):
    unknown = Installation.objects.create(connector=orders, integration_id="f" * 24)
    stack = Stack({item: {"outcome": "done", "plan": EMPTY_PLAN} for item in two})

    answers = ask(orders, [*two, unknown.integration_id], stack)

    outcomes = {answer.installation.integration_id: answer.outcome for answer in answers}
    assert outcomes == {two[0]: "planned", two[1]: "planned", "f" * 24: "failed"}
    assert nothing_is_ordered()


def test_an_installation_that_is_being_changed_is_not_asked(orders, two):
    busy = Installation.objects.get(integration_id=two[0])
    busy.take_lease("somebody", now=timezone.now(), seconds=60)
    stack = Stack({two[1]: {"outcome": "done", "plan": EMPTY_PLAN}})

    answers = {item.installation.integration_id: item for item in ask(orders, two, stack)}

    assert answers[two[0]].code == "update_in_progress"
    assert answers[two[1]].outcome == "planned"
    assert nothing_is_ordered()


def test_a_running_rollout_is_not_disturbed(orders, two):
    Rollout.objects.create(
        connector=orders,
        release=orders.releases.get(),
        window=1,
        failure_limit=1,
        max_attempts=1,
    )

    with pytest.raises(RolloutInTheWay, match="--offline"):
        ask(orders, two, Stack())


def test_a_refused_token_leaves_every_installation_as_it_was(orders, two, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}

    with pytest.raises(DryRunFailed, match="401"):
        ask(orders, two, Stack())

    assert nothing_is_ordered()


def test_from_the_records_a_release_that_is_applied_changes_nothing(orders):
    release = orders.releases.get()
    installation = recorded(orders, release)

    [answer] = plan_offline(orders, [installation.integration_id], release)

    summary = answer.plan["summary"]
    assert summary["create"] == summary["update"] == summary["delete"] == 0
    assert not answer.is_blocked


def test_from_the_records_a_new_release_shows_what_it_declares_differently(orders, monkeypatch):
    installation = recorded(orders, orders.releases.get())
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    renamed = Flow(
        "Every order", source=OrdersToSlack.new_orders, steps=[OrdersToSlack.post_message]
    )
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", renamed)
    publish(ORDERS)

    [answer] = plan_offline(
        orders, [installation.integration_id], orders.releases.get(version="1.1.0")
    )

    assert answer.plan["summary"]["update"] == 1
    assert "Every order" in str(answer.plan)


def test_unknown_and_vanished_installations_are_named(orders):
    Installation.objects.create(
        connector=orders, integration_id="a" * 24, vanished_at=timezone.now()
    )

    with pytest.raises(PublisherError, match=f"{'a' * 24}, {'b' * 24}"):
        choose_installations(orders, ["a" * 24, "b" * 24])
