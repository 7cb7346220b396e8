import pytest

from connector_kit.models import Connector, Push, Release, Rollout
from connector_kit.rollouts import (
    RolloutError,
    RolloutOptions,
    Selection,
    abort,
    find_rollout,
    pause,
    resume,
    retry_failed,
    start_rollout,
)
from connector_kit.rollouts.options import NUMBERS
from tests.rollouts.fixtures import started, state_of

pytestmark = pytest.mark.django_db


def labels(rollout):
    return [(wave.label, wave.pushes.count()) for wave in rollout.waves.all()]


def test_a_rollout_brings_the_newest_release_in_waves(base, release):
    base.install(20)

    rollout = start_rollout(base.connector)

    assert rollout.release == release
    assert labels(rollout) == [("3", 3), ("25%", 5), ("rest", 12)]


def test_sandboxes_go_first(base, release):
    base.install(3)
    sandboxes = base.install(2, sandbox=True)

    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("2", "rest")))

    first = rollout.waves.get(index=0).pushes.values_list("installation", flat=True)
    assert set(first) == {sandbox.pk for sandbox in sandboxes}


def test_what_runs_the_release_already_is_current_and_never_pushed(base, release):
    (there,) = base.install(1, version="1.1.0", release=release)
    (behind,) = base.install(1)
    rollout = started(base.connector)

    base.complete(rollout)

    assert state_of(rollout, there) == Push.State.CURRENT
    assert base.marketplace.pushed == [behind.integration_id]


def test_an_update_that_was_cut_off_is_no_reason_to_be_left_out(base, release):
    (half,) = base.install(1, version="1.1.0", release=release, update_in_progress=True)

    assert state_of(started(base.connector), half) == Push.State.WAITING


def test_vanished_installations_are_left_out_and_unfinished_ones_skipped(base, release, clock):
    base.install(1, vanished_at=clock.now)
    (installing,) = base.install(1, mode="install")

    rollout = started(base.connector)

    push = rollout.pushes.get()
    assert (push.installation, push.state, push.code) == (installing, "skipped", "not_installed")


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        pytest.param(Selection(), {0, 1, 2}, id="everything"),
        pytest.param(Selection(sandbox=True), {1}, id="sandboxes"),
        pytest.param(Selection(sandbox=False), {0, 2}, id="production"),
        pytest.param(Selection(versions=("0.9.0",)), {2}, id="a version"),
        pytest.param(Selection(tags=("pilot", "early")), {1, 2}, id="tags"),
        pytest.param(Selection(integrations=(f"{0:024x}",)), {0}, id="one by one"),
        pytest.param(Selection(sandbox=True, versions=("1.0.0",)), {1}, id="all conditions"),
    ],
)
def test_a_rollout_may_be_for_a_part_of_the_base(base, release, only, expected):
    rows = [
        *base.install(1),
        *base.install(1, sandbox=True, tag="pilot"),
        *base.install(1, version="0.9.0", tag="early"),
    ]

    rollout = started(base.connector, only=only)

    chosen = set(rollout.pushes.values_list("installation", flat=True))
    assert chosen == {rows[number].pk for number in expected}


def test_one_rollout_of_a_connector_is_open_at_a_time(base, release):
    first = start_rollout(base.connector)

    with pytest.raises(RolloutError, match=f"Rollout {first.pk} .* is running.*rollout abort"):
        start_rollout(base.connector)

    abort(first.pk)
    assert start_rollout(base.connector).state == Rollout.State.RUNNING


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_out_of_its_range_is_refused_by_name(name):
    for wrong in (NUMBERS[name].least - 1, NUMBERS[name].most + 1):
        with pytest.raises(RolloutError, match=f"{name} cannot be {wrong:,}.") as caught:
            RolloutOptions(**{name: wrong})

        assert caught.value.field == name


def test_a_connector_without_release_or_record_cannot_be_rolled_out(connector):
    with pytest.raises(RolloutError, match="publish"):
        start_rollout(connector)

    unlisted = Connector.objects.create(slug="new", name="New", class_path="x:New")
    Release.objects.create(connector=unlisted, version="1.0.0", digest="9", manifest={})
    with pytest.raises(RolloutError, match="no marketplace record"):
        start_rollout(unlisted)


def test_the_release_of_another_connector_is_refused(base, release):
    other = Connector.objects.create(slug="b", name="B", class_path="x:B", connector_id="b" * 24)

    with pytest.raises(RolloutError, match="not a release of b"):
        start_rollout(other, release=release)


def test_a_paused_rollout_goes_on_where_it_was(base, release):
    base.install(4)
    rollout = started(base.connector, window=2)
    base.settle(rollout)
    pause(rollout.pk)
    base.finish_all(rollout)
    base.settle(rollout)

    resume(rollout.pk)
    base.complete(rollout)

    assert {push.state for push in rollout.pushes.all()} == {"updated"}
    assert len(base.marketplace.pushed) == 4


def test_resuming_after_a_halt_gives_a_new_budget_of_failures(base, release):
    base.install(6)
    rollout = started(base.connector, window=1, failure_limit=2)
    for _ in range(2):
        base.settle(rollout)
        base.finish_all(rollout, "failed", code="component_deleted")
    base.settle(rollout)
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.HALTED

    assert resume(rollout.pk).reason == ""
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_deleted")
    base.settle(rollout)

    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.RUNNING
    assert rollout.pushes.filter(state="failed").count() == 3


def test_an_abort_skips_what_waits_and_lets_running_updates_come_to_their_end(base, release):
    first, second, *_ = base.install(5)
    rollout = started(base.connector, window=2)
    base.settle(rollout)
    running = [base.begin(first), base.begin(second)]

    abort(rollout.pk)
    for operation in running:
        base.end(operation)
    base.settle(rollout)

    assert rollout.pushes.filter(state="updated").count() == 2
    assert rollout.pushes.filter(state="skipped", code="aborted").count() == 3
    assert len(base.marketplace.pushed) == 2
    assert not Rollout.objects.unsettled().exists()


def test_retry_pushes_the_failed_ones_again_even_after_the_end(base, release):
    bad, *_ = base.install(3)
    rollout = start_rollout(
        base.connector, options=RolloutOptions(waves=("1", "rest"), wave_failure_share=100)
    )
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_deleted", message="gone")
    base.complete(rollout)
    rollout.refresh_from_db()
    assert (rollout.state, state_of(rollout, bad)) == ("completed", "failed")

    retry_failed(rollout.pk)
    base.clock.forward(seconds=60)
    base.complete(rollout)

    rollout.refresh_from_db()
    assert (rollout.state, state_of(rollout, bad)) == ("completed", "updated")
    assert base.marketplace.pushed.count(bad.integration_id) == 2
    assert len(base.marketplace.pushed) == 4


def test_there_is_no_retry_without_a_failure(base, release):
    with pytest.raises(RolloutError, match="No installations failed"):
        retry_failed(start_rollout(base.connector).pk)


@pytest.mark.parametrize("control", [pause, resume, abort])
def test_doing_it_twice_is_doing_it_once(base, release, control):
    rollout = start_rollout(base.connector)

    once = control(rollout.pk)

    assert control(rollout.pk).state == once.state


@pytest.mark.parametrize("control", [pause, resume])
def test_what_ended_stays_ended(base, release, control):
    rollout = start_rollout(base.connector)
    abort(rollout.pk)

    with pytest.raises(RolloutError, match="is aborted and cannot be"):
        control(rollout.pk)


def test_a_rollout_is_found_by_number_by_connector_or_as_the_only_open_one(base, release):
    with pytest.raises(RolloutError, match="There are no rollouts yet"):
        find_rollout()
    old = start_rollout(base.connector)
    abort(old.pk)
    new = start_rollout(base.connector)

    assert find_rollout() == new
    assert find_rollout("orders") == new
    assert find_rollout(str(old.pk)) == old
    with pytest.raises(RolloutError, match="no connector or rollout 'nonsense'"):
        find_rollout("nonsense")
    with pytest.raises(RolloutError, match="no rollout 999"):
        find_rollout("999")
