"""A license's day ends when the customer's day ends, wherever that is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.licensing import day_of, end_of, stamp
from connector_kit.licensing.days import day, zone

ZONES = sorted(available_timezones())
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
TICK = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("where", "when", "end"),
    [
        ("UTC", date(2027, 1, 31), "2027-01-31T23:59:59.999Z"),
        ("Europe/Berlin", date(2027, 1, 31), "2027-01-31T22:59:59.999Z"),
        ("Pacific/Kiritimati", date(2027, 1, 31), "2027-01-31T09:59:59.999Z"),
        ("Pacific/Pago_Pago", date(2027, 1, 31), "2027-02-01T10:59:59.999Z"),
        # The clock goes forward, then back, on these days.
        ("Europe/Berlin", date(2027, 3, 28), "2027-03-28T21:59:59.999Z"),
        ("Europe/Berlin", date(2027, 10, 31), "2027-10-31T22:59:59.999Z"),
        # The next day begins at 1:00, because midnight is skipped.
        ("Africa/Cairo", date(2027, 4, 29), "2027-04-29T21:59:59.999Z"),
        # At midnight it is 23:00 again: the day has 25 hours.
        ("America/Havana", date(2026, 10, 31), "2026-11-01T03:59:59.999Z"),
    ],
)
def test_a_day_ends_as_clocks_there_show_it(where, when, end):
    assert stamp(end_of(when, where)) == end


def test_a_day_that_a_country_skipped_ends_as_it_begins():
    before, skipped = date(2011, 12, 29), date(2011, 12, 30)

    assert end_of(before, "Pacific/Apia") == end_of(skipped, "Pacific/Apia")


@given(st.sampled_from(ZONES), days)
def test_days_follow_each_other_without_gap_or_overlap(where, when):
    end = end_of(when, where)

    assert day_of(end, where) <= when < day_of(end + TICK, where)
    assert end_of(when - timedelta(days=1), where) <= end


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_no_moment_is_after_the_end_of_its_own_day(where, moment):
    assert moment <= end_of(day_of(moment, where), where) + timedelta(microseconds=999)


@pytest.mark.parametrize("name", ["Nowhere/Atall", "", "../etc/passwd", "Europe/Berlin\0"])
def test_a_time_zone_that_does_not_exist_is_refused_by_name(name):
    with pytest.raises(ValueError, match="is not a time zone"):
        zone(name)


@pytest.mark.parametrize("word", ["soon", "2027-02-30", "0001-01-01", "9999-12-31"])
def test_what_is_no_usable_day_is_refused(word):
    with pytest.raises(ValueError, match="day"):
        day(word)


def test_the_zones_come_with_their_rules():
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")
