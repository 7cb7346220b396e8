"""The install base is counted by version, a day at a time."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from connector_kit.models import Connector, Installation, Operation, Release, VersionCount
from connector_kit.publisher.version_counts import count_versions, version_history

pytestmark = pytest.mark.django_db


@pytest.fixture
def connector():
    connector = Connector.objects.create(slug="orders", name="Orders")
    Connector.objects.update(created_at=timezone.now() - timedelta(days=3))
    connector.refresh_from_db()
    return connector


def install(connector: Connector, number: int, version: str = "1.0.0", **fields: object):
    return Installation.objects.create(
        connector=connector, integration_id=f"{number:024x}", version=version, **fields
    )


def counted(day: date) -> dict[str, int]:
    return dict(VersionCount.objects.filter(day=day).values_list("version", "count"))


def test_a_day_keeps_its_last_count(connector):
    today = timezone.now().date()
    one = install(connector, 1)
    install(connector, 2)
    install(connector, 3, vanished_at=timezone.now())
    count_versions()
    assert counted(today) == {"1.0.0": 2}

    one.note(version="1.1.0")
    count_versions()
    assert counted(today) == {"1.0.0": 1, "1.1.0": 1}


def test_a_version_that_nobody_has_any_more_leaves_the_day(connector):
    one = install(connector, 1)
    count_versions()

    one.note(version="1.1.0")
    count_versions()

    assert counted(timezone.now().date()) == {"1.1.0": 1}


def test_days_on_which_nobody_counted_follow_from_the_operations(connector):
    release = Release.objects.create(connector=connector, version="1.1.0", digest="1", manifest={})
    one = install(connector, 1, "1.1.0")
    install(connector, 2, "1.0.0")
    yesterday = timezone.now() - timedelta(days=1)
    Operation.objects.create(
        installation=one,
        kind="update",
        function="update",
        release=release,
        from_version="1.0.0",
        outcome="done",
        finished_at=yesterday,
    )

    count_versions()

    assert counted(yesterday.date()) == {"1.0.0": 1, "1.1.0": 1}
    assert counted(yesterday.date() - timedelta(days=1)) == {"1.0.0": 2}
    assert not counted(connector.created_at.date() - timedelta(days=1))


def test_what_was_counted_is_not_worked_out_again(connector):
    before = timezone.now().date() - timedelta(days=1)
    VersionCount.objects.create(connector=connector, day=before, version="1.0.0", count=7)

    install(connector, 1)
    count_versions()

    assert counted(before) == {"1.0.0": 7}


def test_a_history_ends_with_what_is_true_now(connector, django_assert_num_queries):
    today = timezone.now().date()
    for days in range(1, 4):
        VersionCount.objects.create(
            connector=connector, day=today - timedelta(days=days), version="1.0.0", count=days
        )

    with django_assert_num_queries(1):
        history = version_history(connector, now={"1.1.0": 5, "1.0.0": 1})

    assert history.days[today] == {"1.1.0": 5, "1.0.0": 1}
    assert history.versions == ("1.1.0", "1.0.0")
    assert len(history.days) == 4


def test_days_long_gone_are_forgotten(connector):
    long_ago = datetime(2020, 1, 1).date()  # noqa: DTZ001 - a day has no zone
    VersionCount.objects.create(connector=connector, day=long_ago, version="1.0.0", count=1)

    count_versions()

    assert not counted(long_ago)
