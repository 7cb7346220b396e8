"""What a rollout's form shows before the start is what the start then does."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connector_kit.blueprint import compile_connector
from connector_kit.models import Connector, Installation, Push, Release
from connector_kit.rollouts import RolloutError, RolloutOptions, Selection, start_rollout
from connector_kit.rollouts.preview import EXAMPLES, changes, examples, preview
from tests.publisher.declared import OrdersToSlack

SIZES = st.sampled_from(["1", "2", "5", "10%", "34%", "50%", "100%"])
ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["1.0.0", "1.1.0"]), st.booleans()), max_size=12
)


class PreviewsComeTrue(TestCase):
    @settings(max_examples=40)
    @given(rows=ROWS, sizes=st.lists(SIZES, max_size=3))
    def test_each_wave_is_as_it_was_foretold(self, rows, sizes):
        connector = Connector.objects.create(slug="c", name="C", connector_id="c" * 24)
        release = Release.objects.create(
            connector=connector, version="1.1.0", digest="1", manifest={}
        )
        for number, (sandbox, version, in_between) in enumerate(rows):
            Installation.objects.create(
                connector=connector,
                integration_id=f"{number:024x}",
                sandbox=sandbox,
                version=version,
                release=release if version == "1.1.0" else None,
                mode="install" if in_between else "settings",
            )

        foretold = preview(connector, release=release, waves=sizes)
        named = examples(foretold)

        with transaction.atomic():
            rollout = start_rollout(
                connector, release=release, options=RolloutOptions(waves=tuple(sizes))
            )
        waves = [
            [*wave.pushes.select_related("installation").order_by("pk")]
            for wave in rollout.waves.all()
        ]
        assert [(wave.index, wave.total) for wave in foretold.waves] == [
            (index, len(pushes)) for index, pushes in enumerate(waves)
        ]
        for wave, pushes in zip(foretold.waves, waves, strict=True):
            states = [push.state for push in pushes]
            assert wave.current == states.count(Push.State.CURRENT)
            assert wave.skipped == states.count(Push.State.SKIPPED)
            pushed = [push.installation.sandbox for push in pushes if is_pushed(push)]
            assert (wave.sandboxes, wave.production) == (pushed.count(True), pushed.count(False))
        everything = [push for pushes in waves for push in pushes]
        assert foretold.total == len(everything) == len(rows)
        assert [installation.pk for installation in foretold.first] == [
            push.installation_id for push in everything if is_pushed(push)
        ]
        assert list(named) == [
            tuple(push.installation.integration_id for push in pushes[:EXAMPLES])
            for pushes in waves
        ]


def is_pushed(push):
    return push.state == Push.State.WAITING


@pytest.mark.django_db
def test_a_preview_takes_three_queries_whatever_the_base(base, release, django_assert_num_queries):
    base.install(200)

    with django_assert_num_queries(3):
        seen = preview(base.connector, release=release)
    with django_assert_num_queries(1):
        examples(seen)


def test_what_is_not_pushed_takes_no_place_of_what_is(base, release):
    base.install(2, mode="install", sandbox=True)
    base.install(1, version="1.1.0", release=release, sandbox=True)
    base.install(4)

    first, rest = preview(base.connector, waves=("3", "rest")).waves

    assert (first.to_update, first.skipped, first.current) == (3, 0, 0)
    assert (rest.to_update, rest.skipped, rest.current) == (1, 2, 1)


def test_the_changes_are_told_once_for_each_release_that_is_left(base):
    declared = compile_connector(OrdersToSlack)
    old, other, newest = (
        Release.objects.record(base.connector, replace(declared, version=version))
        for version in ("2.0.0", "2.1.0", "2.2.0")
    )
    base.install(1, version="2.2.0", release=newest)
    base.install(1, version="2.0.0", release=old, mode="install")
    [first, _] = base.install(2, version="2.0.0", release=old)
    base.install(1)
    [second] = base.install(1, version="2.1.0", release=other)

    told = [*changes(preview(base.connector, release=newest))]

    assert [(item.from_version, item.installations, item.example) for item in told] == [
        ("2.0.0", 2, first.integration_id),
        ("2.1.0", 1, second.integration_id),
    ]
    assert all(item.summary["create"] and not item.blocked for item in told)


def test_sizes_that_make_no_sense_are_refused(base, release):
    with pytest.raises(RolloutError, match="not the size of a wave"):
        preview(base.connector, waves=("half",))


def test_what_a_rollout_pushed_to_can_be_chosen_whatever_came_of_it(base, release):
    first, second, third = base.install(3)
    rollout = start_rollout(base.connector)
    pushed = rollout.pushes.filter(installation__in=[first, second])
    pushed.update(state=Push.State.FAILED, claimed_at=timezone.now())
    rollout.pushes.filter(installation=second).update(from_version="0.9.0")

    def chosen(**only):
        return set(Selection(updated_by=rollout.pk, **only).of(base.connector))

    assert chosen() == {first, second}
    assert chosen(came_from=("1.0.0",)) == {first}
    assert third not in chosen()
