"""Reminders say what is true when they are sent."""

import pytest
from django.core import mail

from connector_kit.models import License

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(desk, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "email_url": "smtp://mail.example.com"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return desk


@pytest.mark.parametrize(("silence", "left"), [(25, 15), (34, 6), (39, 1)])
def test_after_a_silence_one_mail_says_how_many_days_are_left(desk, silence, left):
    desk.grant(40)
    desk.tick()
    desk.forward(days=silence)
    desk.tick()

    [message] = mail.outbox
    days = f"{left} day" if left == 1 else f"{left} days"
    assert f"expires in {days}" in message.subject
    others = {f"in {number} day" for number in (30, 7, 1) if number != left}
    assert not any(other in message.subject + message.body for other in others)


def test_a_reminder_that_could_not_be_mailed_for_days_says_what_is_left_then(desk, settings):
    desk.grant(40)
    desk.forward(days=10, hours=23)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "reminder_channel": "no.such:channel"}
    desk.tick()
    assert mail.outbox == []
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "reminder_channel": "connector_kit.publisher.licenses.mail:send",
    }
    desk.forward(days=10)
    desk.tick()

    left = (License.objects.get().ends - desk.day(0)).days
    [message] = mail.outbox
    assert f"expires in {left} days" in message.subject
    assert left != 30


def test_who_was_told_today_by_a_late_reminder_is_not_told_once_more(desk):
    desk.now = desk.now.replace(hour=8, minute=0)
    desk.grant(40)
    desk.now = desk.now.replace(hour=8, minute=30)
    desk.forward(days=33)  # before the reminder of seven days is due
    desk.tick()
    desk.forward(hours=2)
    desk.tick()

    assert len(mail.outbox) == 1
    assert "expires in 7 days" in mail.outbox[0].subject
