"""What a rollout's form shows before the start is what the start then does."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connector_kit.models import Connector, Installation, Push, Release
from connector_kit.rollouts import RolloutError, Selection, start_rollout
from connector_kit.rollouts.outlook import outlook
from connector_kit.rollouts.selection import WHOLE_BASE

SIZES = st.sampled_from(["1", "2", "5", "10%", "34%", "50%", "100%"])
ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["1.0.0", "1.1.0"]), st.booleans()), max_size=12
)


class OutlooksComeTrue(TestCase):
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

        foretold = outlook(connector, release, sizes, WHOLE_BASE)

        with transaction.atomic():
            rollout = start_rollout(connector, release=release, waves=sizes)
        waves = [
            [*wave.pushes.select_related("installation").order_by("pk")]
            for wave in rollout.waves.all()
        ]
        assert [(wave.index, wave.total) for wave in foretold.waves] == [
            (index, len(pushes)) for index, pushes in enumerate(waves)
        ]
        for wave, pushes in zip(foretold.waves, waves, strict=True):
            current = [push for push in pushes if push.state == Push.State.CURRENT]
            others = [push.installation.sandbox for push in pushes if push not in current]
            assert wave.current == len(current)
            assert (wave.sandboxes, wave.production) == (others.count(True), others.count(False))
        everything = [push for pushes in waves for push in pushes]
        skipped = [push for push in everything if push.state == Push.State.SKIPPED]
        assert foretold.between == len(skipped)
        assert [each.pk for each in foretold.first] == [
            push.installation_id for push in everything if push.state != Push.State.CURRENT
        ]


@pytest.mark.django_db
def test_an_outlook_takes_two_queries_whatever_the_base(base, release, django_assert_num_queries):
    base.install(200)

    with django_assert_num_queries(2):
        outlook(base.connector, release, ["3", "25%", "rest"], WHOLE_BASE)


def test_sizes_that_make_no_sense_are_refused(base, release):
    with pytest.raises(RolloutError, match="not the size of a wave"):
        outlook(base.connector, release, ["half"], WHOLE_BASE)


def test_only_what_a_rollout_updated_can_be_chosen_to_be_taken_back(base, release):
    first, second, third = base.install(3)
    rollout = start_rollout(base.connector)
    rollout.pushes.filter(installation__in=[first, second]).update(state=Push.State.UPDATED)
    rollout.pushes.filter(installation=second).update(from_version="0.9.0")

    def chosen(**only):
        return set(Selection(updated_by=rollout.pk, **only).of(base.connector))

    assert chosen() == {first, second}
    assert chosen(came_from=("1.0.0",)) == {first}
    assert third not in chosen()
