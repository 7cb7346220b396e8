"""A bad release reaches few: what counts as a failure, when, and what no longer begins."""

import pytest

from connector_kit.models import Rollout
from connector_kit.rollouts import RolloutOptions, resume, retry_failed, start_rollout
from tests.rollouts.fixtures import started

pytestmark = pytest.mark.django_db


def fresh(rollout):
    rollout.refresh_from_db()
    return rollout


def test_an_attempt_that_failed_and_waits_keeps_its_place_in_the_window(base, release):
    base.install(10)
    rollout = started(base.connector, window=3, failure_limit=9)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="platform_unavailable")

    base.settle(rollout)

    assert rollout.pushes.filter(state="retrying").count() == 3
    assert len(base.marketplace.pushed) == 3


def test_two_failures_with_one_code_of_the_release_count_before_the_last_attempt(base, release):
    base.install(10)
    rollout = started(base.connector, window=2, failure_limit=2)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="hook_missing")

    base.settle(rollout)

    assert fresh(rollout).state == Rollout.State.HALTED
    assert len(base.marketplace.pushed) == 2


def test_trouble_of_the_platform_counts_when_all_attempts_are_used_up(base, release):
    base.install(10)
    rollout = started(base.connector, window=2, failure_limit=2)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="platform_unavailable")

    base.settle(rollout)

    assert fresh(rollout).state == Rollout.State.RUNNING


def test_a_document_that_the_platform_refuses_fails_at_once(base, release):
    base.install(1)
    rollout = started(base.connector)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="invalid_field", is_refused=True)

    base.settle(rollout)

    assert rollout.pushes.get().state == "failed"
    assert len(base.marketplace.pushed) == 1


def test_a_release_that_is_refused_everywhere_reaches_a_window_and_locks_nobody(base, release):
    base.install(60)
    rollout = start_rollout(base.connector)

    for _ in range(30):
        base.settle(rollout)
        base.finish_all(rollout, "failed", code="invalid_field", is_refused=True)
        base.clock.forward(seconds=5)

    assert fresh(rollout).state == Rollout.State.HALTED
    assert len(base.marketplace.pushed) == 3
    assert base.marketplace.locked == set()


@pytest.fixture
def bad_canary(base, release):
    """A first wave of three in which two failed, and a second one."""
    first, second, _ = base.install(3)
    base.install(4)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("3", "rest")))
    base.settle(rollout)
    for installation in (first, second):
        base.finish(installation, None, "failed", code="component_deleted")
    base.settle(rollout)
    base.finish_all(rollout)
    base.settle(rollout)
    return fresh(rollout)


def test_a_wave_in_which_too_many_failed_is_no_base_for_the_next(base, bad_canary):
    assert bad_canary.state == Rollout.State.HALTED
    assert "2 of 3 installations failed in this wave" in bad_canary.reason
    assert [wave.state for wave in bad_canary.waves.all()] == ["running", "waiting"]
    assert len(base.marketplace.pushed) == 3


def test_resuming_goes_past_a_wave_in_which_too_many_failed(base, bad_canary):
    resume(bad_canary.pk)

    base.complete(bad_canary)

    assert fresh(bad_canary).state == Rollout.State.COMPLETED
    assert bad_canary.pushes.filter(state="updated").count() == 5


def test_retrying_does_a_wave_over_in_which_too_many_failed(base, bad_canary):
    retry_failed(bad_canary.pk)
    base.clock.forward(seconds=1)

    base.complete(bad_canary)

    assert fresh(bad_canary).state == Rollout.State.COMPLETED
    assert set(bad_canary.pushes.values_list("state", flat=True)) == {"updated"}


@pytest.mark.parametrize(("share", "state"), [(66, "halted"), (67, "completed")])
def test_the_share_that_may_fail_is_the_starters_to_say(base, release, share, state):
    base.install(5)
    rollout = start_rollout(
        base.connector, options=RolloutOptions(waves=("3", "rest"), wave_failure_share=share)
    )
    base.settle(rollout)
    for push in rollout.pushes.filter(state="sent").order_by("pk")[:2]:
        base.finish(push.installation, None, "failed", code="component_deleted")
    base.settle(rollout)
    for _ in range(3):
        base.finish_all(rollout)
        base.settle(rollout)

    assert fresh(rollout).state == state


def test_an_installation_that_is_held_by_others_uses_up_no_attempt(base, release):
    base.install(1)
    rollout = started(base.connector, max_attempts=1)
    for _ in range(5):
        base.settle(rollout)
        base.finish_all(rollout, "failed", code="update_in_progress")
        base.settle(rollout)
        base.clock.forward(seconds=4)

    base.complete(rollout)

    assert rollout.pushes.get().state == "updated"
