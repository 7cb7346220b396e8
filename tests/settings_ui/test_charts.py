"""Charts are values: what is drawn and what is told agree."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from connector_kit.publisher.version_counts import VersionHistory
from settings_ui.console.charts import HEIGHT, SERIES_AT_MOST, WIDTH, version_chart

COUNTS = st.dictionaries(st.sampled_from([f"1.{n}.0" for n in range(9)]), st.integers(0, 10**6))
HISTORIES = st.dictionaries(
    st.integers(0, 89).map(lambda n: date(2026, 1, 1) + timedelta(days=n)), COUNTS, min_size=1
)


def test_there_is_nothing_to_draw_of_nothing():
    assert version_chart(VersionHistory({})) is None
    assert version_chart(VersionHistory({date(2026, 1, 1): {}})) is None


@given(HISTORIES)
def test_every_installation_is_in_the_numbers_whatever_is_put_together(days):
    chart = version_chart(VersionHistory(days))
    assume(chart)

    assert {day: total for day, _, total in chart.rows} == {
        day: sum(counts.values()) for day, counts in days.items()
    }
    assert all(sum(counts) == total for _, counts, total in chart.rows)
    assert len(chart.series) == len(chart.paths) <= SERIES_AT_MOST


@given(HISTORIES)
def test_nothing_is_drawn_outside(days):
    chart = version_chart(VersionHistory(days))
    assume(chart)

    for _, outline in chart.paths:
        for bar in filter(None, outline.split("M")):
            place, _, rest = bar.partition("V")
            x, floor = map(float, place.split())
            ceiling, _, rest = rest.partition("h")
            assert 0 <= float(ceiling) <= floor <= HEIGHT
            assert 0 <= x + float(rest.partition("V")[0]) <= WIDTH + 1
