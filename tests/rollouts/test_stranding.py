"""Nobody is left locked or half-updated, whatever the operator presses and when."""

import pytest

from connector_kit.integrator.errors import Unavailable
from connector_kit.models import Installation, Order, Push, Rollout, StaffAction
from connector_kit.rollouts import (
    RolloutError,
    RolloutOptions,
    abort,
    pause,
    release_locks,
    resume,
    retry_failed,
    start_rollout,
    status_of,
)
from connector_kit.rollouts.locks import describe_locked
from tests.rollouts.fixtures import started, state_of

pytestmark = pytest.mark.django_db


def halt(rollout_id):
    Rollout.objects.filter(pk=rollout_id).update(state=Rollout.State.HALTED)


def half_way(base, rollout, **told):
    """Have all that was pushed fail after its first write."""
    told = {"code": "platform_unavailable", "message": "503", **told}
    base.finish_all(rollout, "failed", locks=True, **told)
    base.settle(rollout)


def all_is_well(base, rollout):
    """The platform is well again, ticks go on: two minutes."""
    for _ in range(24):
        base.clock.forward(seconds=5)
        base.settle(rollout)
        base.finish_all(rollout)
    base.settle(rollout)


def locked():
    return Installation.objects.filter(update_in_progress=True).count()


@pytest.fixture
def begun(base, release):
    """Two of four installations are locked, between two attempts."""
    base.install(4)
    rollout = started(base.connector, window=2)
    base.settle(rollout)
    half_way(base, rollout)
    assert (locked(), rollout.pushes.filter(state="retrying").count()) == (2, 2)
    return rollout


@pytest.mark.parametrize("press", [pause, halt])
def test_what_has_begun_is_brought_to_its_end_while_the_rollout_stands(base, begun, press):
    press(begun.pk)

    all_is_well(base, begun)

    states = [*begun.pushes.order_by("pk").values_list("state", flat=True)]
    assert states == ["updated", "updated", "waiting", "waiting"]
    assert locked() == 0


def test_what_has_begun_is_undone_when_the_rollout_is_aborted(base, begun):
    abort(begun.pk, reason="wrong release")

    all_is_well(base, begun)

    assert {*begun.pushes.values_list("state", "code")} == {("skipped", "aborted")}
    assert {*base.marketplace.versions.values()} == {"1.0.0"}
    assert (locked(), base.marketplace.locked) == (0, set())


@pytest.mark.parametrize("press", [pause, halt, abort])
def test_what_has_begun_counts_as_in_flight_until_its_end(base, begun, press):
    press(begun.pk)

    assert begun in Rollout.objects.unsettled()
    all_is_well(base, begun)
    assert begun not in Rollout.objects.unsettled()


def test_a_failure_half_way_for_good_is_undone_and_says_why(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector, failure_limit=9)
    base.settle(rollout)
    half_way(base, rollout, code="component_deleted", message="The flow is gone.")
    assert status_of(rollout)["undoing"] == 1

    all_is_well(base, rollout)

    push = rollout.pushes.get()
    assert (push.state, push.code, push.message) == (
        "failed",
        "component_deleted",
        "The flow is gone.",
    )
    assert locked() == 0
    assert [*installation.orders.values_list("kind", "state")] == [
        ("rollout", "canceled"),
        ("undo", "done"),
    ]


def test_an_abort_takes_back_what_no_call_has_served(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    ordered = rollout.pushes.get().order

    abort(rollout.pk)

    ordered.refresh_from_db()
    assert ordered.state == Order.State.CANCELED
    late = base.finish(installation)
    base.settle(rollout)
    assert late.order.kind == Order.Kind.UNDO
    assert base.marketplace.versions[installation.integration_id] == "1.0.0"
    assert rollout.pushes.get().state == "skipped"


def test_after_an_abort_came_to_rest_a_late_call_finds_no_order(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    abort(rollout.pk)
    all_is_well(base, rollout)

    assert Order.objects.to_serve(installation) is None


def test_an_abort_whose_push_was_never_heard_of_undoes_within_the_minute(base, release):
    """The platform locks before it calls, and the call may have been lost on the way."""
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    abort(rollout.pk)

    base.clock.forward(seconds=31)
    base.settle(rollout)

    assert base.marketplace.pushed == [installation.integration_id] * 2


def test_an_update_that_runs_when_the_rollout_is_aborted_may_end_well(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    running = base.begin(installation)
    abort(rollout.pk)

    base.end(running)
    base.settle(rollout)

    assert state_of(rollout, installation) == Push.State.UPDATED


def test_an_update_that_runs_when_the_rollout_is_aborted_and_fails_is_undone(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    running = base.begin(installation)
    abort(rollout.pk)
    base.end(running, "failed", "platform_unavailable", locks=True)

    all_is_well(base, rollout)

    assert rollout.pushes.get().code == "aborted"
    assert locked() == 0


def test_undoing_keeps_trying_with_a_pause_that_stays_short(base, begun):
    abort(begun.pk)
    for _ in range(30):
        base.clock.forward(seconds=46)
        base.settle(begun)
        half_way(base, begun)
    assert locked() == 2

    all_is_well(base, begun)

    assert locked() == 0


def test_what_cannot_be_undone_gets_at_least_the_lock_back(base, release):
    (_,) = base.install(1)
    rollout = started(base.connector, failure_limit=9)
    base.settle(rollout)
    half_way(base, rollout, code="component_deleted", message="The flow is gone.")
    base.settle(rollout)
    half_way(base, rollout, code="component_untagged", message="Not ours.")

    order = rollout.pushes.get().order
    assert (order.kind, order.release) == ("undo", None)
    all_is_well(base, rollout)
    push = rollout.pushes.get()
    assert (push.state, push.code) == ("failed", "component_deleted")
    assert push.message == "The flow is gone. It could not be undone: Not ours."
    assert locked() == 0


def test_a_rollout_is_not_complete_before_its_last_undoing_is(base, release):
    base.install(1)
    rollout = started(base.connector, failure_limit=9)
    base.settle(rollout)
    half_way(base, rollout, code="component_deleted")

    base.settle(rollout)
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.RUNNING
    all_is_well(base, rollout)
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.COMPLETED


def test_resuming_while_failures_are_undone_does_not_halt_again(base, release):
    base.install(6)
    rollout = started(base.connector, window=2, failure_limit=2)
    base.settle(rollout)
    half_way(base, rollout, code="component_deleted")
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.HALTED

    resume(rollout.pk)
    base.settle(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.RUNNING


@pytest.mark.parametrize("press", [pause, abort])
def test_a_token_that_is_refused_leaves_what_was_not_begun_alone(base, release, press):
    base.install(2)
    rollout = started(base.connector)
    base.marketplace.troubles = [Unavailable("down")]
    base.settle(rollout)
    press(rollout.pk)

    all_is_well(base, rollout)

    assert locked() == 0
    assert not rollout.pushes.filter(state__in=Push.IN_FLIGHT).exists()


def give_up_on(base, rollout):
    """Leave the locked ones as a crash of everything would: failed, locked, nobody at it."""
    rollout.pushes.filter(state="retrying").update(state="failed", is_undo=False)


def test_a_status_says_who_is_locked_since_when_and_why(base, release):
    base.install(1, email="ana@example.com", tag="north")
    rollout = started(base.connector)
    base.settle(rollout)
    half_way(base, rollout)

    (described,) = describe_locked(rollout)

    assert described["email"] == "ana@example.com"
    assert (described["tag"], described["state"]) == ("north", "retrying")
    assert described["since"] == rollout.pushes.get().sent_at
    assert (described["code"], described["message"]) == ("platform_unavailable", "503")


def test_an_update_that_just_runs_is_not_called_locked(base, release):
    (installation,) = base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.begin(installation)

    assert status_of(rollout)["locked"] == 0


@pytest.mark.parametrize(("finish", "version"), [(True, "1.1.0"), (False, "1.0.0")])
@pytest.mark.parametrize("ends", [abort, halt, pause])
def test_the_locked_are_finished_or_undone_on_demand(base, begun, ends, finish, version):
    ends(begun.pk)
    give_up_on(base, begun)
    assert status_of(begun)["locked"] == 2

    assert release_locks(begun.pk, finish=finish, reason="customers wait") == 2
    all_is_well(base, begun)

    pushed = begun.pushes.exclude(claimed_at=None)
    assert {base.marketplace.versions[p.installation.integration_id] for p in pushed} == {version}
    assert (locked(), status_of(begun)["locked"]) == (0, 0)
    action = StaffAction.objects.get(action="rollout.unlock")
    assert action.after == {"installations": 2, "finish": finish, "reason": "customers wait"}


def test_one_that_is_locked_may_be_released_by_itself(base, begun):
    give_up_on(base, begun)
    first, second = begun.pushes.filter(state="failed").select_related("installation")

    assert release_locks(begun.pk, only=[first.installation.integration_id]) == 1

    assert [push["installation"] for push in describe_locked(begun)]
    second.refresh_from_db()
    assert second.state == "failed"


def test_releasing_whom_the_rollout_does_not_lock_is_refused_by_name(base, begun):
    with pytest.raises(RolloutError, match=f"does not lock {'f' * 24}") as caught:
        release_locks(begun.pk, only=["f" * 24])
    assert caught.value.field == "installations"

    all_is_well(base, begun)
    with pytest.raises(RolloutError, match="locks no installations"):
        release_locks(begun.pk)


def test_retrying_the_locked_goes_on_whatever_is_pressed_next(base, begun):
    give_up_on(base, begun)
    retry_failed(begun.pk)
    abort(begun.pk)

    all_is_well(base, begun)

    assert locked() == 0


def test_a_later_rollout_takes_over_who_is_locked(base, begun):
    abort(begun.pk)
    later = start_rollout(base.connector, options=RolloutOptions(waves=("rest",)))

    for _ in range(30):
        base.clock.forward(seconds=5)
        base.settle(later)
        base.settle(begun)
        base.finish_all(later)
        base.finish_all(begun)

    assert {*base.marketplace.versions.values()} == {"1.1.0"}
    assert locked() == 0
    later.refresh_from_db()
    assert later.state == Rollout.State.COMPLETED
