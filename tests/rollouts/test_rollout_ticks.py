from contextlib import contextmanager

import pytest
from django.db import connection

from connector_kit.integrator.errors import RateLimited, Refused, Unauthorized, Unavailable
from connector_kit.models import Order, Push, Release, Rollout
from connector_kit.rollouts import RolloutError, RolloutOptions, pause, start_rollout, tick
from tests.rollouts.fixtures import started, state_of

pytestmark = pytest.mark.django_db


def counts(rollout):
    states = list(rollout.pushes.values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}


@pytest.mark.parametrize("size", [0, 1, 3, 40])
def test_every_installation_reaches_the_release_whatever_the_size_of_the_base(base, release, size):
    base.install(size)
    rollout = start_rollout(base.connector)

    base.complete(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.COMPLETED
    assert counts(rollout) == ({"updated": size} if size else {})
    assert sorted(base.marketplace.pushed) == sorted(base.marketplace.versions)


def test_waves_follow_each_other_and_the_window_is_kept(base, release):
    base.install(12)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("2", "rest"), window=4))

    base.settle(rollout)
    assert counts(rollout) == {"sent": 2, "waiting": 10}

    base.finish_all(rollout)
    base.settle(rollout)
    assert counts(rollout) == {"updated": 2, "sent": 4, "waiting": 6}
    assert [len(batch) for batch in base.marketplace.batches] == [2, 4]


def test_what_an_update_brings_is_ordered_before_it_is_pushed(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector, recreate_deleted=True)
    assert not Order.objects.exists()

    base.tick(rollout)

    order = Order.objects.to_serve(installation)
    assert (order.kind, order.release, order.recreate_deleted) == ("rollout", release, True)
    assert order == rollout.pushes.get().order


def test_an_order_is_carried_out_once_however_often_its_push_is_repeated(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.clock.forward(seconds=91)
    base.settle(rollout)

    base.hear_twice(installation)
    base.settle(rollout)

    assert state_of(rollout, installation) == Push.State.UPDATED
    assert [*Order.objects.values_list("state", flat=True)] == ["done"]


def test_a_call_that_came_twice_is_counted_as_updated(base, release):
    """The second call finds nothing to do; what the order came to is what counts."""
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    first = base.begin(installation)
    base.end(first)
    second = base.begin(installation)
    second.order = first.order  # it had begun to serve the order when the first one carried it out
    base.end(second, "current")

    base.settle(rollout)

    assert state_of(rollout, installation) == Push.State.UPDATED


def test_a_wave_of_many_is_verified_by_reading_the_install_base_once(base, release):
    base.install(20)
    rollout = started(base.connector, window=20)
    base.settle(rollout)
    base.finish_all(rollout)
    before = base.marketplace.requests

    base.settle(rollout)

    assert base.marketplace.requests == before + 1
    assert not rollout.pushes.filter(verified_at=None).exists()


def test_an_update_that_did_not_arrive_is_pushed_again(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout)
    base.marketplace.versions[installation.integration_id] = "1.0.0"

    base.settle(rollout)
    assert state_of(rollout, installation) == Push.State.RETRYING
    base.clock.forward(seconds=10)
    base.complete(rollout)

    assert state_of(rollout, installation) == Push.State.UPDATED
    assert len(base.marketplace.pushed) == 2


def test_a_failure_that_may_pass_is_tried_again_until_the_attempts_are_used_up(base, release):
    base.install(1)
    rollout = started(base.connector, max_attempts=3)

    for _ in range(3):
        base.settle(rollout)
        base.finish_all(rollout, "failed", code="platform_unavailable", message="503")
        base.tick(rollout)
        base.clock.forward(minutes=5)
    base.settle(rollout)

    push = rollout.pushes.get()
    assert (push.state, push.attempts, push.code) == ("failed", 3, "platform_unavailable")
    assert len(base.marketplace.pushed) == 3


def test_a_failure_for_good_is_pushed_once(base, release):
    base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_untagged", message="not ours")

    base.settle(rollout)

    push = rollout.pushes.get()
    assert (push.state, push.code, push.message) == ("failed", "component_untagged", "not ours")
    assert len(base.marketplace.pushed) == 1


def test_failures_halt_the_rollout_and_leave_the_others_alone(base, release):
    base.install(10)
    rollout = started(base.connector, window=2, failure_limit=2)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_deleted")

    base.settle(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.HALTED
    assert "2 installations failed" in rollout.reason
    assert counts(rollout) == {"failed": 2, "waiting": 8}
    assert len(base.marketplace.pushed) == 2


def test_checkpoints_go_on_at_once_as_often_as_it_takes(base, release):
    base.install(1)
    rollout = started(base.connector, max_attempts=2)

    for _ in range(7):
        base.settle(rollout)
        base.finish_all(rollout, "checkpoint", code="checkpoint")
    base.complete(rollout)

    assert counts(rollout) == {"updated": 1}
    assert len(base.marketplace.pushed) == 8


def test_what_was_begun_is_finished_before_more_is_begun(base, release):
    first, *_ = base.install(3)
    rollout = started(base.connector, window=1)
    base.settle(rollout)
    base.finish_all(rollout, "checkpoint")

    base.settle(rollout)

    assert base.marketplace.pushed == [first.integration_id] * 2


def test_a_push_without_an_answer_is_repeated_after_its_time(base, release):
    base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.clock.forward(seconds=89)
    base.settle(rollout)
    assert len(base.marketplace.pushed) == 1

    base.clock.forward(seconds=2)
    base.settle(rollout)
    assert len(base.marketplace.pushed) == 2


def test_an_update_that_runs_for_long_is_left_to_run(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.begin(installation, lease=10_000)

    base.clock.forward(seconds=1000)
    base.settle(rollout)

    assert len(base.marketplace.pushed) == 1


def test_an_update_whose_process_died_is_pushed_again_and_not_taken_for_the_next_one(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.begin(installation, lease=60)

    base.clock.forward(seconds=61)
    base.settle(rollout)
    assert len(base.marketplace.pushed) == 2
    base.clock.forward(seconds=61)
    base.settle(rollout)
    assert len(base.marketplace.pushed) == 2

    base.complete(rollout)
    assert state_of(rollout, installation) == Push.State.UPDATED


def test_what_an_installation_did_before_its_push_settles_nothing(base, release):
    (installation,) = base.install(1)
    base.finish(installation, release, "failed", code="component_deleted")
    rollout = started(base.connector)

    base.settle(rollout)

    assert state_of(rollout, installation) == Push.State.SENT


def test_a_push_whose_order_was_superseded_is_settled_and_leaves_the_other_alone(base, release):
    (installation,) = base.install(1)
    other = Release.objects.create(
        connector=base.connector, version="1.2.0", digest="2", manifest={}
    )
    rollout = started(base.connector, release=release)
    base.settle(rollout)
    order = Order.objects.place(installation, Order.Kind.DEPLOYMENT, other)

    base.complete(rollout)

    push = rollout.pushes.get()
    assert (push.state, push.code) == ("skipped", "superseded")
    order.refresh_from_db()
    assert order.state == Order.State.OPEN


def test_an_expired_license_and_a_lost_installation_are_skipped_and_touch_nobody_else(
    base, release
):
    expired, lost, *others = base.install(6)
    base.marketplace.refusals[expired.integration_id] = Refused(
        "The license has expired.", status=422, code="license_expired"
    )
    del base.marketplace.versions[lost.integration_id]
    rollout = started(base.connector, failure_limit=1)

    base.complete(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.COMPLETED
    assert counts(rollout) == {"updated": 4, "skipped": 2}
    told = dict(rollout.pushes.filter(state="skipped").values_list("installation", "code"))
    assert told == {expired.pk: "license_expired", lost.pk: "installation_vanished"}
    assert {*base.marketplace.pushed} == {other.integration_id for other in others}


@pytest.mark.parametrize("trouble", [Unavailable("down"), RateLimited("slow down")])
def test_trouble_of_the_platform_costs_time_and_no_attempt(base, release, trouble):
    base.install(3)
    rollout = started(base.connector, max_attempts=1)
    base.marketplace.troubles = [trouble] * 5

    for _ in range(6):
        base.settle(rollout)
        base.clock.forward(seconds=6)
    base.complete(rollout)

    assert counts(rollout) == {"updated": 3}
    assert base.marketplace.troubles == []


def test_a_refused_token_halts_with_the_reason_and_touches_nothing(base, release):
    base.install(3)
    rollout = started(base.connector)
    base.marketplace.troubles = [Unauthorized("The publisher's token is refused.", status=401)]

    base.settle(rollout)

    rollout.refresh_from_db()
    assert (rollout.state, rollout.reason) == ("halted", "The publisher's token is refused.")
    assert set(rollout.pushes.values_list("state", "attempts")) == {("waiting", 0)}


def test_settings_without_a_token_halt_with_the_way_out(base, release, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    base.install(3)
    rollout = started(base.connector)

    tick(rollout.pk, clock=base.clock)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.HALTED
    assert "CONNECTOR_KIT_TOKEN" in rollout.reason


def test_trouble_while_verifying_is_waited_out(base, release):
    base.install(2)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout)
    base.marketplace.troubles = [Unavailable("down")]

    base.settle(rollout)
    assert rollout.waves.get().state == "running"
    base.clock.forward(seconds=6)
    base.settle(rollout)

    assert rollout.waves.get().state == "completed"


class WorkerDied(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


def test_a_worker_that_dies_before_the_push_loses_nothing(base, release):
    base.install(3)
    rollout = started(base.connector, max_attempts=1)
    base.marketplace.troubles = [WorkerDied()]
    with pytest.raises(WorkerDied):
        base.tick(rollout)
    assert counts(rollout) == {"claimed": 3}

    base.settle(rollout)
    assert base.marketplace.pushed == []
    base.clock.forward(seconds=61)
    base.complete(rollout)

    assert counts(rollout) == {"updated": 3}
    assert len(base.marketplace.pushed) == 3


def test_a_worker_that_dies_after_the_push_duplicates_nothing(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)

    @contextmanager
    def connect():
        yield base.marketplace
        raise WorkerDied

    with pytest.raises(WorkerDied):
        tick(rollout.pk, connect=connect, clock=base.clock)
    base.finish(installation)
    base.settle(rollout)

    assert state_of(rollout, installation) == Push.State.UPDATED
    assert len(base.marketplace.pushed) == 1


def test_an_update_may_report_before_the_push_returns(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)

    @contextmanager
    def connect():
        yield base.marketplace
        base.finish(installation)
        base.tick(rollout)

    tick(rollout.pk, connect=connect, clock=base.clock)

    assert state_of(rollout, installation) == Push.State.UPDATED


def test_a_pause_keeps_everything_back_and_still_settles_what_is_in_flight(base, release):
    base.install(4)
    rollout = started(base.connector, window=2)
    base.settle(rollout)
    pause(rollout.pk)
    base.finish_all(rollout)

    base.settle(rollout)

    assert counts(rollout) == {"updated": 2, "waiting": 2}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_platform_is_asked(base, release):
    base.install(1)
    rollout = started(base.connector)
    seen = []

    @contextmanager
    def connect():
        seen.append(connection.in_atomic_block)
        yield base.marketplace
        seen.append(connection.in_atomic_block)

    while tick(rollout.pk, connect=connect, clock=base.clock):
        base.finish_all(rollout)

    assert set(seen) == {False}
    assert len(seen) == 4


def test_a_rollout_that_does_not_exist_is_named():
    with pytest.raises(RolloutError, match="There is no rollout 77"):
        tick(77)


def test_a_tick_costs_the_same_number_of_queries_for_any_base(
    base, release, django_assert_max_num_queries
):
    base.install(200)
    rollout = started(base.connector, window=5)

    with django_assert_max_num_queries(30):
        base.tick(rollout)

    assert Order.objects.open().count() == 5
