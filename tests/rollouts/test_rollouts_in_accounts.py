"""Rollouts in real accounts of the local integrator.io: what they leave there, in every state."""

import pytest

from connector_kit.models import Rollout
from connector_kit.rollouts import (
    RolloutOptions,
    abort,
    pause,
    release_locks,
    roll_back,
    start_rollout,
)
from tests.lifecycle.fixtures import (
    customer,
    doorway,
    no_waiting,
    problems_of,
    server,
    shop,
    stack_address,
    upgraded,
)
from tests.lifecycle.frameworks import IN_BOTH
from tests.publisher.fixtures import platform

__all__ = [
    "customer",
    "doorway",
    "no_waiting",
    "platform",
    "server",
    "shop",
    "stack_address",
    "upgraded",
]

pytestmark = pytest.mark.django_db(transaction=True)

HALF_WAY = {"kinds": ["503"], "methods": ["DELETE"]}
REFUSED = {"kinds": ["422"], "paths": "/v1/(connections|scripts|imports|exports|flows)"}


@pytest.fixture
def first(shop):
    return shop.connector.releases.get(version="1.0.0")


@pytest.fixture
def trouble(customer):
    """Has the platform misbehave towards updates of the account, or be well again."""

    def trouble(**wanted):
        chosen = {"tokens": ["one_time"], "accounts": [customer.account.account_id]}
        customer.platform.control("/faults", {"rate": 1, **chosen, **wanted} if wanted else {})

    return trouble


def is_locked(customer):
    return customer.integration["updateInProgress"] or customer.installation.update_in_progress


def begun(connector, drive, trouble, **options):
    """A rollout whose update stopped half-way and is between two attempts."""
    trouble(**HALF_WAY)
    rollout = start_rollout(connector, options=RolloutOptions(waves=("rest",), **options))
    drive(rollout, seconds=15)
    assert rollout.pushes.get().state == "retrying"
    return rollout


@IN_BOTH
def test_a_rollout_brings_the_release(customer, upgraded, drive):
    rollout = drive(start_rollout(upgraded.connector))

    assert rollout.state == Rollout.State.COMPLETED
    assert rollout.pushes.get().state == "updated"
    assert problems_of(customer, upgraded) == []


@IN_BOTH
def test_production_and_sandbox_installations_get_the_release_and_the_one_before(
    shop, customer, first, drive
):
    customers = [customer, shop.customer().install(shop.connector, sandbox=True)]
    upgraded = shop.publish(shop.framework.second)

    # One after the other: two calls at once would share the test's database connection.
    rollout = drive(start_rollout(shop.connector, options=RolloutOptions(window=1)))

    assert {push.state for push in rollout.pushes.all()} == {"updated"}
    assert [problems_of(customer, upgraded) for customer in customers] == [[], []]
    drive(roll_back(rollout.pk))
    assert [problems_of(customer, first) for customer in customers] == [[], []]


def test_a_release_that_the_platform_refuses_changes_and_locks_nobody(
    customer, upgraded, first, drive, trouble
):
    trouble(**REFUSED)

    rollout = drive(start_rollout(upgraded.connector, options=RolloutOptions(failure_limit=1)))

    push = rollout.pushes.get()
    assert (rollout.state, push.state, push.code, push.attempts) == (
        "halted",
        "failed",
        "invalid_field",
        1,
    )
    assert not is_locked(customer)
    assert problems_of(customer, first) == []


def test_an_update_cut_short_is_finished_while_the_rollout_is_paused(
    customer, upgraded, drive, trouble
):
    rollout = begun(upgraded.connector, drive, trouble)
    assert is_locked(customer)
    pause(rollout.pk)
    trouble()

    drive(rollout)

    assert not is_locked(customer)
    assert problems_of(customer, upgraded) == []


def test_an_update_cut_short_is_undone_when_the_rollout_is_aborted(
    customer, upgraded, first, drive, trouble
):
    rollout = begun(upgraded.connector, drive, trouble)
    abort(rollout.pk)
    trouble()

    drive(rollout)

    assert not is_locked(customer)
    assert customer.integration["version"] == "1.0.0"
    assert problems_of(customer, first) == []


def test_an_update_that_fails_for_good_half_way_is_undone(
    customer, upgraded, first, drive, trouble
):
    rollout = begun(upgraded.connector, drive, trouble, max_attempts=2)
    drive(rollout)
    assert rollout.pushes.get().is_undo
    trouble()

    drive(rollout)

    assert rollout.pushes.get().state == "failed"
    assert not is_locked(customer)
    assert problems_of(customer, first) == []


def test_an_update_cut_short_is_finished_on_demand(customer, upgraded, drive, trouble):
    rollout = begun(upgraded.connector, drive, trouble)
    abort(rollout.pk)
    drive(rollout, seconds=15)
    trouble()

    assert release_locks(rollout.pk, finish=True) == 1
    drive(rollout)

    assert not is_locked(customer)
    assert problems_of(customer, upgraded) == []


def test_a_halted_rollout_is_rolled_back_half_written_accounts_included(
    customer, upgraded, first, drive, trouble
):
    rollout = begun(upgraded.connector, drive, trouble)
    Rollout.objects.filter(pk=rollout.pk).update(state=Rollout.State.HALTED)
    trouble()

    back = drive(roll_back(rollout.pk))

    assert back.state == Rollout.State.COMPLETED
    assert not is_locked(customer)
    assert problems_of(customer, first) == []


def test_a_call_that_comes_after_an_abort_changes_nothing(customer, upgraded, drive):
    rollout = start_rollout(upgraded.connector)
    drive(rollout, seconds=0)
    abort(rollout.pk)
    before = customer.untouched()

    late = customer.push_unordered()

    assert late.outcome == "ignored"
    assert customer.untouched() == before


def test_calls_that_come_twice_are_rolled_back_like_any_other(customer, upgraded, first, drive):
    rollout = drive(start_rollout(upgraded.connector))
    assert customer.push_unordered().outcome == "ignored"

    drive(roll_back(rollout.pk))

    assert problems_of(customer, first) == []
    upgraded.connector.refresh_from_db()
    assert upgraded.connector.default_release == first
