"""Licenses and policies of every sort."""

from datetime import date, datetime
from zoneinfo import available_timezones

from hypothesis import strategies as st

from connector_kit.licensing import LicensePolicy, Terms

ZONES = sorted(available_timezones())
zones = st.sampled_from(ZONES)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
numbers = st.integers(0, 60)
reminders = st.lists(numbers, max_size=4).map(lambda item: tuple(sorted(set(item), reverse=True)))

policies = st.builds(
    LicensePolicy,
    trial_days=numbers,
    grace_days=numbers,
    trial_grace_days=numbers,
    reminder_days=reminders,
    trial_reminder_days=reminders,
)
moments = st.datetimes(datetime(2019, 1, 1), datetime(2041, 1, 1)).map(  # noqa: DTZ001
    lambda item: item.astimezone()
)
terms = st.builds(Terms, ends=days, time_zone=zones, is_trial=st.booleans(), grace_days=numbers)
