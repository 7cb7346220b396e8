from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.rollouts.errors import RolloutError
from connector_kit.rollouts.waves import WaveSize, parse_wave, parse_waves, partition


def sizes_of(total, *texts):
    return [len(members) for _, members in partition(range(total), parse_waves(texts))]


def test_a_wave_is_a_count_a_share_or_the_rest():
    assert parse_wave("3") == WaveSize("3", count=3)
    assert parse_wave(" 25% ") == WaveSize("25%", share=Fraction(1, 4))
    assert parse_wave("2.5 %") == WaveSize("2.5%", share=Fraction(1, 40))
    assert parse_wave("REST") == WaveSize("rest")


@pytest.mark.parametrize("text", ["", "0", "-3", "0%", "101%", "a few", "3.5", "%", "٣"])
def test_anything_else_is_refused_with_the_way_out(text):
    with pytest.raises(RolloutError, match="Write a count"):
        parse_wave(text)


def test_no_wave_comes_after_the_rest():
    with pytest.raises(RolloutError, match="rest"):
        parse_waves(["rest", "3"])


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        pytest.param(0, [], id="no installation at all"),
        pytest.param(1, [1], id="one"),
        pytest.param(3, [3], id="three"),
        pytest.param(5, [3, 2], id="a quarter is rounded up"),
        pytest.param(300, [3, 75, 222], id="three hundred"),
    ],
)
def test_the_same_waves_fit_any_base(total, expected):
    assert sizes_of(total, "3", "25%", "rest") == expected


def test_what_the_sizes_leave_over_makes_a_last_wave():
    assert sizes_of(10, "3") == [3, 7]
    assert sizes_of(10) == [10]


wave_texts = st.lists(
    st.integers(1, 50).map(str) | st.integers(1, 100).map("{}%".format), max_size=6
).flatmap(lambda texts: st.sampled_from([texts, [*texts, "rest"]]))


@given(st.integers(0, 400), wave_texts)
def test_every_installation_is_in_exactly_one_wave_and_none_is_empty(total, texts):
    waves = partition(range(total), parse_waves(texts))

    assert [item for _, members in waves for item in members] == list(range(total))
    assert all(members for _, members in waves)
