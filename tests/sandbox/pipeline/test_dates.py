"""Date formats of mappings: Moment's words, zones, and what is refused."""

import pytest

from connector_kit.sandbox.pipeline.conversion import convert_value
from connector_kit.sandbox.pipeline.lookups import RecordFailed

MORNING = "2026-03-05T09:07:00Z"


@pytest.mark.parametrize(
    ("format_", "written"),
    [
        ("M/D/YYYY", "3/5/2026"),
        ("YYYY-MM-DDTHH:mm:ss.SSS", "2026-03-05T09:07:00.000"),
        ("YYYY-MM-DDTHH:mm:ssZ", "2026-03-05T09:07:00+00:00"),
        ("YYYY-MM-DDTHH:mm:ssZZ", "2026-03-05T09:07:00+0000"),
        ("h:mm a", "9:07 am"),
        ("hh:mm A", "09:07 AM"),
        ("dddd, MMMM Do YYYY", "Thursday, March 5th 2026"),
        ("ddd D MMM YY", "Thu 5 Mar 26"),
        ("X", "1772701620"),
        ("[on] D", "on 5"),
    ],
)
def test_a_date_is_written_in_the_words_of_moment(format_, written):
    assert convert_value(MORNING, {"generateDateFormat": format_}) == written


@pytest.mark.parametrize(
    ("text", "format_", "day"),
    [
        ("2026-03-05T09:07:00.123Z", "YYYY-MM-DDTHH:mm:ss.SSSZ", "2026-03-05 09:07"),
        ("March 5th 2026, 9:07 pm", "MMMM Do YYYY, h:mm a", "2026-03-05 21:07"),
        ("05.03.26", "DD.MM.YY", "2026-03-05 00:00"),
        ("1772701620", "X", "2026-03-05 09:07"),
        ("2026-03-05 09:07 +02:00", "YYYY-MM-DD HH:mm Z", "2026-03-05 07:07"),
    ],
)
def test_a_date_is_read_in_the_words_of_moment(text, format_, day):
    line = {"extractDateFormat": format_, "generateDateFormat": "YYYY-MM-DD HH:mm"}

    assert convert_value(text, line) == day


def test_a_date_is_read_in_one_zone_and_written_in_another():
    line = {
        "extractDateFormat": "MM/DD/YYYY HH:mm:ss",
        "extractDateTimezone": "America/New_York",
        "generateDateFormat": "YYYY-MM-DD HH:mm",
        "generateDateTimezone": "Europe/Berlin",
    }

    assert convert_value("03/05/2026 23:30:00", line) == "2026-03-06 05:30"


@pytest.mark.parametrize(
    "line",
    [
        {"generateDateFormat": "Q YYYY"},
        {"extractDateFormat": "gggg"},
        {"extractDateFormat": "YYYY"},
        {"generateDateFormat": "YYYY", "generateDateTimezone": "Nowhere/At_All"},
    ],
    ids=["a word not written", "a word not read", "another format", "an unknown zone"],
)
def test_what_cannot_be_converted_fails_the_record_and_says_why(line):
    with pytest.raises(RecordFailed, match="cannot be converted"):
        convert_value(MORNING, line)
