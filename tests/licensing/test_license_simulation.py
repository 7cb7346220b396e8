"""The policy over a clock that jumps."""

import time
from datetime import UTC, date, datetime, timedelta

from connector_kit.licensing import Event, Kind, LicensePolicy, Terms
from connector_kit.licensing.simulation import by_day, run, run_subscription

BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=400)
POLICY = LicensePolicy(grace_days=14, reminder_days=(7, 1), trial_reminder_days=(3,))


def test_a_license_takes_its_course_day_by_day():
    terms = Terms(date(2027, 3, 31), grace_days=14)

    happened = by_day(run("one", terms, POLICY, after=BEGIN, until=END))

    assert [(str(day), [happening.what for happening in group]) for day, group in happened] == [
        ("2027-03-24", ["expires-in-7"]),
        ("2027-03-30", ["expires-in-1"]),
        ("2027-04-01", ["grace"]),
        ("2027-04-14", ["expired"]),
    ]


def test_events_come_in_when_they_happen():
    def event(day, kind, **data):
        return Event(f"evt_{day}", BEGIN + timedelta(days=day, hours=1), "sub", Kind(kind), data)

    stream = [
        event(60, "cancelled"),
        event(0, "signed_up", email="a@example.com", trial_days=14),
        event(13, "subscribed", paid_through="2027-02-28"),
        event(40, "subscribed", paid_through="2027-03-31"),
    ]

    happened = run_subscription(
        stream, lambda _connector: lambda _edition: POLICY, after=BEGIN, until=END
    )

    assert [(happening.what, str(happening.day)) for happening in happened] == [
        ("signed_up", "2027-01-01"),
        ("expires-in-3", "2027-01-12"),
        ("subscribed", "2027-01-14"),
        ("subscribed", "2027-02-10"),
        ("cancelled", "2027-03-02"),
        ("expires-in-7", "2027-03-24"),
        ("expires-in-1", "2027-03-30"),
        ("grace", "2027-04-01"),
        ("expired", "2027-04-14"),
    ]


def test_four_hundred_days_of_two_thousand_licenses_take_seconds():
    began = time.perf_counter()

    happened = [
        happening
        for number in range(2000)
        for happening in run(
            str(number),
            Terms(date(2027, 1, 1) + timedelta(days=number % 380), "Asia/Tokyo", grace_days=14),
            POLICY,
            after=BEGIN,
            until=END,
        )
    ]

    assert len({happening.license for happening in happened}) == 2000
    assert time.perf_counter() - began < 10
