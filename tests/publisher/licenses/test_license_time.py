"""What time does to licenses: reminders once, grace to its end, nothing sooner."""

from datetime import date, timedelta

import pytest
from django.core import mail

from connector_kit.licensing import end_of, stamp
from connector_kit.models import License, LicenseReminder
from connector_kit.publisher.licenses import license_reminded, renew
from connector_kit.publisher.licenses.ticks import MOVED_AT_ONCE, move_due
from tests.publisher.licenses.fixtures import BY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "email_url": "smtp://localhost",
        "email_from": "licenses@example.com",
    }


@pytest.fixture
def reminded():
    """Every reminder that was signaled."""
    told = []

    def hear(sender, reminder, **_):
        told.append((reminder.license.email, reminder.notice))

    license_reminded.connect(hear)
    yield told
    license_reminded.disconnect(hear)


def subjects():
    return [item.subject for item in mail.outbox]


def test_a_year_and_a_month_run_in_seconds_and_nobody_is_off_before_the_grace_ends(desk):
    """400 days, hour by hour where it matters: one clock for the kit and the platform."""
    row = desk.grant(90, time_zone="America/Los_Angeles")
    integration = desk.install()
    off_at = end_of(row.ends + timedelta(days=14), "America/Los_Angeles")
    stood = {}

    for _ in range(400):
        near = abs((off_at - desk.now).total_seconds()) < 86_400
        for _hour in range(24 if near else 1):
            desk.forward(hours=1 if near else 24)
            desk.tick()
            row.refresh_from_db()
            stood.setdefault(row.standing, desk.now)
            assert (row.standing == "expired") == (desk.now >= off_at)
            # The platform's clock has gone on by what the test has taken.
            if near and abs(off_at - desk.now) > timedelta(minutes=10):
                assert desk.is_off(integration) == (desk.now >= off_at)

    assert [*stood] == ["active", "expiring", "grace", "expired"]
    assert stood["expired"] - off_at < timedelta(hours=1)
    assert desk.live(row)["expires"] == stamp(off_at)
    assert len(subjects()) == 5


def test_each_reminder_is_sent_once(desk, reminded):
    desk.forward(hours=(12 - desk.now.hour) % 24)  # reminders are due from nine o'clock on
    row = desk.grant(8)
    for _ in range(30):
        desk.forward(days=1)
        desk.tick()
        desk.tick()

    notices = ["expires-in-7", "expires-in-1", "grace", "expired"]
    assert reminded == [(desk.email, notice) for notice in notices]
    assert [*row.reminders.order_by("pk").values_list("outcome", flat=True)] == ["sent"] * 4
    assert subjects() == [
        "Your license for Orders to Slack expires in 7 days",
        "Your license for Orders to Slack expires in 1 day",
        "Your license for Orders to Slack has expired",
        "Orders to Slack is suspended",
    ]


def test_a_mail_says_what_ends_when_and_what_to_do(desk):
    row = desk.grant(8)
    desk.forward(days=10)
    desk.tick()

    (sent,) = mail.outbox
    assert (sent.to, sent.from_email) == ([desk.email], "licenses@example.com")
    assert row.ends.strftime("%B") in sent.body or str(row.ends.year) in sent.body
    assert "Everything continues to run until the end of" in sent.body
    assert "&" not in sent.body


def test_after_a_long_silence_only_what_is_true_now_is_said(desk, reminded):
    desk.grant(60)
    desk.forward(days=65)
    desk.tick()

    assert reminded == [(desk.email, "grace")]


def test_who_renews_is_not_reminded_of_the_old_end_and_is_of_the_new(desk, reminded):
    row = desk.grant(8)
    desk.forward(days=2)
    move_due(clock=desk.clock)
    renew(row, until=desk.day(100), by=BY, clock=desk.clock)
    desk.tick()
    assert reminded == []
    assert row.reminders.get().outcome == "overtaken"

    desk.forward(days=94)
    desk.tick()
    assert reminded == [(desk.email, "expires-in-7")]


def test_a_reminder_that_cannot_be_sent_is_tried_again(desk, settings, reminded):
    right = settings.CONNECTOR_KIT
    settings.CONNECTOR_KIT = {item: right[item] for item in right if item != "email_url"}
    desk.grant(8)
    desk.forward(days=2)
    desk.tick()
    reminder = LicenseReminder.objects.get()
    assert (reminder.settled_at, reminder.attempts) == (None, 1)
    assert reminder.message == "EMAIL_URL is not set, so reminders cannot be mailed."

    settings.CONNECTOR_KIT = right
    desk.forward(minutes=2)
    desk.tick()

    assert reminded == [(desk.email, "expires-in-7")]


def test_another_channel_carries_reminders_instead(desk, settings, monkeypatch):
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "reminder_channel": "tests.publisher.licenses.channel:note",
    }
    from tests.publisher.licenses import channel

    desk.grant(8)
    desk.forward(days=2)
    desk.tick()

    assert channel.noted.pop() == (desk.email, 6)
    assert mail.outbox == []


def test_a_channel_that_does_not_exist_is_on_record(desk, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "reminder_channel": "nowhere:send"}
    desk.grant(8)
    desk.forward(days=2)
    desk.tick()

    assert "CONNECTOR_KIT_REMINDER_CHANNEL" in LicenseReminder.objects.get().message


def test_a_grant_that_waits_reminds_nobody(desk, reminded):
    desk.grant(8, "later@example.com")
    desk.forward(days=40)
    desk.tick()

    assert reminded == []


def test_a_platform_that_was_told_a_later_date_is_told_the_right_one_at_the_end(desk):
    row = desk.grant(8)
    desk.edit(row, expires="2099-01-01T00:00:00.000Z")
    License.objects.filter(pk=row.pk).update(expires=end_of(date(2099, 1, 1), "UTC"))

    desk.forward(days=30)
    desk.tick()

    assert desk.live(row)["expires"] == stamp(end_of(row.ends + timedelta(days=14), "UTC"))


def test_a_tick_moves_many_in_few_queries(desk, django_assert_max_num_queries):
    License.objects.bulk_create(
        License(
            connector=desk.connector,
            email=f"{number}@example.com",
            license_id=f"{number:024x}",
            ends=desk.day(-1),
            grace_days=14,
            next_at=desk.now,
        )
        for number in range(MOVED_AT_ONCE + 10)
    )

    with django_assert_max_num_queries(30):
        assert move_due(clock=desk.clock) == MOVED_AT_ONCE
    assert move_due(clock=desk.clock) == 10
    assert move_due(clock=desk.clock) == 0
    assert License.objects.filter(standing="grace").count() == MOVED_AT_ONCE + 10
