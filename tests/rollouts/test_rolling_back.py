"""Rolling back reaches everybody whom the rollout touched, in one act."""

import pytest

from connector_kit.models import Installation, Order, Release, Rollout, StaffAction
from connector_kit.rollouts import (
    RolloutError,
    RolloutOptions,
    Selection,
    abort,
    pause,
    retry_failed,
    roll_back,
    start_rollout,
)
from tests.rollouts.fixtures import started

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(connector, release):
    return Release.objects.create(connector=connector, version="0.9.0", digest="9", manifest={})


def fresh(rollout):
    rollout.refresh_from_db()
    return rollout


def drive(base, rollout):
    """Go on until the rollout comes to rest; all that is pushed works."""
    for _ in range(40):
        base.clock.forward(seconds=31)
        base.settle(rollout)
        base.finish_all(rollout)
        base.settle(rollout)


def versions(base):
    return {*base.marketplace.versions.values()}


@pytest.fixture
def everything(base, release):
    """A running rollout whose pushes came to whatever a push can come to; one was not begun."""
    rows = base.install(7)
    rollout = started(base.connector, window=6, failure_limit=9)
    base.settle(rollout)
    updated, twice, failed, half, running, _unheard, _ = rows
    base.finish(updated)
    base.finish(twice, None, "current")
    base.finish(failed, None, "failed", "component_deleted")
    base.finish(half, None, "failed", "platform_unavailable", locks=True)
    running_operation = base.begin(running)
    base.tick(rollout)
    rollout.pushes.filter(installation=rows[6]).update(state="waiting", claimed_at=None, order=None)
    Order.objects.filter(installation=rows[6]).delete()
    states = dict(rollout.pushes.values_list("installation", "state"))
    assert [states[row.pk] for row in rows] == [
        *("updated", "current", "failed", "retrying", "sent", "sent", "waiting")
    ]
    return rollout, rows, running_operation


@pytest.mark.parametrize("state", [*Rollout.State])
def test_whatever_came_of_a_push_it_is_rolled_back_in_one_act(base, everything, state):
    rollout, rows, running = everything
    Rollout.objects.filter(pk=rollout.pk).update(state=state)

    back = roll_back(rollout.pk, reason="orders doubled")
    base.end(running)
    drive(base, back)

    assert (fresh(back).state, back.reverses) == (Rollout.State.COMPLETED, rollout)
    assert {*back.pushes.values_list("installation", flat=True)} == {row.pk for row in rows[:6]}
    assert versions(base) == {"1.0.0"}
    assert not Installation.objects.filter(update_in_progress=True).exists()
    assert base.marketplace.pushed.count(rows[6].integration_id) <= 1
    assert fresh(rollout).state not in Rollout.OPEN
    assert not rollout.pushes.filter(state__in=("claimed", "sent", "retrying")).exists()
    action = StaffAction.objects.get(action="rollout.rollback")
    assert action.after == {
        "rollout": back.pk,
        "installations": 6,
        "reason": "orders doubled",
    }


def test_each_installation_goes_back_to_its_own_version(base, release, older):
    base.install(2)
    base.install(1, version="0.9.0")
    rollout = started(base.connector, release=release)
    base.complete(rollout)
    assert versions(base) == {"1.1.0"}

    drive(base, roll_back(rollout.pk))

    assert [*base.marketplace.versions.values()] == ["1.0.0", "1.0.0", "0.9.0"]


def test_what_a_later_rollout_has_pushed_is_left_alone(base, release):
    first, _second = base.install(2)
    rollout = started(base.connector)
    base.complete(rollout)
    Release.objects.create(connector=base.connector, version="1.2.0", digest="2", manifest={})
    base.marketplace.versions[first.integration_id] = "1.1.0"
    later = start_rollout(base.connector, options=RolloutOptions(waves=("1", "rest")))
    base.settle(later)
    base.finish_all(later)
    abort(later.pk)
    drive(base, later)

    back = roll_back(rollout.pk)
    drive(base, back)

    moved = later.pushes.exclude(claimed_at=None).get().installation
    assert not back.pushes.filter(installation=moved).exists()
    assert sorted(versions(base)) == ["1.0.0", "1.2.0"]


def test_a_version_that_is_not_recorded_here_is_named_among_the_skipped(base, release):
    base.install(1)
    lost, unknown = *base.install(1, version="0.8.0"), *base.install(1, version="")
    rollout = started(base.connector)
    base.complete(rollout)

    back = roll_back(rollout.pk)
    drive(base, back)

    skipped = back.pushes.filter(state="skipped").order_by("installation")
    assert [push.installation for push in skipped] == [lost, unknown]
    assert {push.code for push in skipped} == {"not_published"}
    assert "had 0.8.0 before, but no such release" in skipped[0].message
    assert "had no version" in skipped[1].message


def test_what_cannot_go_back_is_brought_to_its_end(base, release):
    """A rolled back rollout leaves nobody locked whose old version is not recorded."""
    base.install(1)
    base.install(1, version="0.8.0")
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="platform_unavailable", locks=True)
    base.settle(rollout)

    back = roll_back(rollout.pk)
    for _ in range(20):
        drive_both(base, back, rollout)

    assert not Installation.objects.filter(update_in_progress=True).exists()


def drive_both(base, *rollouts):
    base.clock.forward(seconds=10)
    for rollout in rollouts:
        base.settle(rollout)
        base.finish_all(rollout)


def test_the_default_release_moves_back_with_it(base, release):
    base.install(2)
    rollout = started(base.connector)
    base.complete(rollout)
    base.connector.refresh_from_db()
    assert base.connector.default_release == release

    drive(base, roll_back(rollout.pk))

    base.connector.refresh_from_db()
    assert base.connector.default_release.version == "1.0.0"


def test_a_rollout_to_a_part_of_the_base_leaves_the_default_release_alone(base, release):
    base.install(1, tag="north")
    base.install(1)
    only = Selection(tags=("north",))

    base.complete(started(base.connector, only=only))

    base.connector.refresh_from_db()
    assert base.connector.default_release is None


@pytest.mark.parametrize("ends", [abort, pause])
def test_a_rollout_that_does_not_complete_leaves_the_default_release_alone(base, release, ends):
    base.install(4)
    rollout = started(base.connector, window=1)
    base.settle(rollout)
    base.finish_all(rollout)
    ends(rollout.pk)
    drive(base, rollout)

    base.connector.refresh_from_db()
    assert base.connector.default_release is None


def test_a_rollout_that_touched_nobody_cannot_be_rolled_back(base, release):
    base.install(2)
    rollout = started(base.connector)

    with pytest.raises(RolloutError, match="has no installations to roll back"):
        roll_back(rollout.pk)

    assert fresh(rollout).state == Rollout.State.RUNNING


def test_rolling_back_an_old_rollout_while_another_is_open_changes_nothing(base, release):
    base.install(2)
    rollout = started(base.connector)
    base.complete(rollout)
    Release.objects.create(connector=base.connector, version="1.2.0", digest="2", manifest={})
    start_rollout(base.connector)

    with pytest.raises(RolloutError, match="Only one rollout per connector"):
        roll_back(rollout.pk)

    assert fresh(rollout).reason == ""


def test_a_roll_back_that_fails_half_way_is_retried_like_any_rollout(base, release):
    base.install(1)
    rollout = started(base.connector)
    base.complete(rollout)
    back = roll_back(rollout.pk)
    base.settle(back)
    base.finish_all(back, "failed", code="component_deleted")
    base.settle(back)

    base.clock.forward(seconds=1)
    retry_failed(back.pk)
    drive(base, back)

    assert versions(base) == {"1.0.0"}
    assert fresh(back).state == Rollout.State.COMPLETED


@pytest.fixture
def failed_once(base, release):
    """A completed rollout of 1.1.0 in which one of two installations failed."""
    bad, _ = base.install(2)
    rollout = started(base.connector, wave_failure_share=100)
    base.settle(rollout)
    base.finish(bad, None, "failed", "component_deleted")
    base.settle(rollout)
    base.complete(rollout)
    return rollout, bad


def test_retrying_an_older_rollout_downgrades_nobody(base, failed_once):
    rollout, bad = failed_once
    Release.objects.create(connector=base.connector, version="1.2.0", digest="2", manifest={})
    base.complete(started(base.connector))
    pushes = len(base.marketplace.pushed)

    with pytest.raises(RolloutError, match="A later rollout updated"):
        retry_failed(rollout.pk)

    drive(base, rollout)
    assert base.marketplace.versions[bad.integration_id] == "1.2.0"
    assert len(base.marketplace.pushed) == pushes


def test_retrying_leaves_alone_what_was_brought_to_another_version_by_other_means(
    base, failed_once
):
    rollout, bad = failed_once
    Installation.objects.filter(pk=bad.pk).update(version="1.2.0")
    rollout.pushes.exclude(installation=bad).update(state="failed")

    retry_failed(rollout.pk)

    push = rollout.pushes.get(installation=bad)
    assert (push.state, push.code) == ("skipped", "overtaken")
    assert "1.2.0" in push.message


@pytest.mark.parametrize("press", [pause, abort])
def test_who_is_locked_is_brought_back_whatever_becomes_of_the_roll_back(base, release, press):
    half, unheard, running = base.install(3)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish(half, None, "failed", "platform_unavailable", locks=True)
    base.marketplace.locked.add(unheard.integration_id)
    operation = base.begin(running)
    base.tick(rollout)

    back = roll_back(rollout.pk)
    press(back.pk)
    base.end(operation, "failed", "platform_unavailable", locks=True)
    drive(base, back)

    assert versions(base) == {"1.0.0"}
    assert not base.marketplace.locked
    assert not Installation.objects.filter(update_in_progress=True).exists()
    assert not Order.objects.open().exists()


def test_retrying_an_older_rollout_leaves_the_default_release_where_a_later_one_put_it(
    base, release
):
    failed, _ = base.install(2)
    older = started(base.connector, wave_failure_share=100)
    base.settle(older)
    base.finish(failed, None, "failed", "component_deleted")
    base.complete(older)
    newer = Release.objects.create(
        connector=base.connector, version="1.2.0", digest="2", manifest={}
    )
    later = started(base.connector, wave_failure_share=100)
    base.settle(later)
    base.finish(failed, None, "failed", "component_deleted")
    base.complete(later)
    base.connector.refresh_from_db()
    assert base.connector.default_release == newer

    retry_failed(older.pk)
    base.complete(older)

    base.connector.refresh_from_db()
    assert fresh(older).state == Rollout.State.COMPLETED
    assert base.connector.default_release == newer
