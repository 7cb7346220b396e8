import io
from datetime import timedelta

import pytest
from rich.console import Console

from connector_kit.rollouts import RolloutOptions, abort, pause, start_rollout, status_of
from connector_kit.rollouts.display import line, page
from connector_kit.rollouts.watching import is_success, needs_attention, watch
from tests.rollouts.fixtures import started

pytestmark = pytest.mark.django_db


def shown(status):
    console = Console(width=160, record=True, file=io.StringIO(), markup=False)
    console.print(page(status))
    return console.export_text()


def test_the_status_counts_each_wave_by_state(base, release):
    base.install(8)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("2", "rest"), window=2))
    base.settle(rollout)
    base.finish_all(rollout)
    base.settle(rollout)

    status = status_of(rollout, now=base.clock.now)

    first, rest = status["waves"]
    assert (first["label"], first["state"], first["counts"]["updated"]) == ("2", "completed", 2)
    assert (rest["total"], rest["counts"]["sent"], rest["counts"]["waiting"]) == (6, 2, 4)
    assert (status["total"], status["settled"], status["counts"]["updated"]) == (8, 2, 2)


def test_the_remaining_time_follows_from_the_speed_of_the_last_minutes(base, release):
    base.install(8)
    rollout = started(base.connector, window=2)
    base.settle(rollout)
    base.finish_all(rollout)
    base.settle(rollout)

    status = status_of(rollout, now=base.clock.now + timedelta(seconds=30))

    assert status["pushes_per_minute"] == 1.0
    assert status["seconds_remaining"] == 360


def test_there_is_no_telling_the_remaining_time_without_speed(base, release):
    base.install(1)

    assert status_of(started(base.connector))["seconds_remaining"] is None


def test_failures_are_grouped_by_code_with_an_example(base, release):
    base.install(3)
    rollout = started(base.connector, failure_limit=9)
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_deleted", message="The [flow] is gone.")
    base.settle(rollout)

    (group,) = status_of(rollout)["failures"]

    assert (group["code"], group["state"], group["count"]) == ("component_deleted", "failed", 3)
    assert group["message"] == "The [flow] is gone."


def test_a_line_and_a_page_say_what_matters(base, release):
    base.install(8)
    rollout = start_rollout(
        base.connector, options=RolloutOptions(waves=("2", "rest"), failure_limit=1)
    )
    base.settle(rollout)
    base.finish_all(rollout, "failed", code="component_deleted", message="The [flow] is gone.")
    base.settle(rollout)
    rollout.refresh_from_db()
    status = status_of(rollout)

    assert f"rollout {rollout.pk}, orders to 1.1.0: halted, wave 2 of 2 (rest)" in line(status)
    text = shown(status)
    for words in ("halted", "wave 1", "2/2", "2 failed", "component_deleted", "The [flow] is gone"):
        assert words in text
    assert "'rollout retry'" in text


def test_watching_ends_where_the_rollout_comes_to_rest(base, release):
    base.install(5)
    rollout = start_rollout(base.connector, options=RolloutOptions(waves=("2", "rest")))
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        base.finish_all(rollout)

    statuses = list(watch(rollout.pk, every=0.5, drive=lambda _: base.tick(rollout), sleep=sleep))

    assert is_success(statuses[-1])
    assert [status["settled"] for status in statuses] == sorted(
        status["settled"] for status in statuses
    )
    assert set(pauses) == {0.5}


def test_watching_waits_for_what_is_in_flight_when_it_was_paused(base, release):
    base.install(2)
    rollout = started(base.connector)
    base.settle(rollout)
    pause(rollout.pk)

    def sleep(_):
        base.finish_all(rollout)
        base.settle(rollout)

    first, *_, last = watch(rollout.pk, every=1, sleep=sleep)

    assert first["counts"]["sent"] == 2
    assert last["counts"]["updated"] == 2
    assert not is_success(last)


def test_a_rollout_without_failures_needs_no_attention(base, release):
    base.install(1)
    rollout = started(base.connector)
    assert not needs_attention(status_of(rollout))

    assert needs_attention(status_of(abort(rollout.pk)))
