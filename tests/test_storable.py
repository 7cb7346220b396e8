"""What a store can hold: what is refused is named with its place, what is kept shows its gaps."""

import gc
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.storable import (
    DEEPEST,
    TooDeepError,
    cut,
    flaws,
    is_suspect,
    legible,
    read_json,
    text,
)

HALF = "x\ud83d"

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, categories=["L", "Cs", "Cc", "So"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner),
)


def nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "place", "words"),
    [
        (HALF, "", "half a character"),
        ("\ude00x", "", "half a character"),
        ("a\x00b", "", "NUL"),
        ({"a": [1, {"b": HALF}]}, "a[1].b", "half a character"),
        ({"a": {"k\x00": 1}}, "a", "NUL"),
        ([float("nan")], "[0]", "not finite"),
        ({"n": float("inf")}, "n", "not finite"),
        ({"n": 2**64}, "n", "64 bits"),
        ({"n": -(2**63) - 1}, "n", "64 bits"),
        ({"n": 10**5000}, "n", "64 bits"),
        (nested(100_000), "[0]" * DEEPEST, "more than 200 nested levels"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place_and_the_way_out(value, place, words):
    [flaw] = flaws(value)

    assert flaw.path == place
    assert words in flaw.words


@pytest.mark.parametrize(
    "value", ["", "ä", "😀", {"a": [1.5, None, True, -(2**63), 2**64 - 1]}, nested(DEEPEST - 1)]
)
def test_what_can_be_stored_is_left_alone(value):
    assert list(flaws(value)) == []
    assert legible(value) is value


def test_signs_stand_for_what_cannot_be_stored():
    assert text("a\x00b\ud83d") == "a␀b�"
    assert legible({"k\x00": [HALF, float("inf"), 2**64]}) == {
        "k␀": ["x�", "inf", "18446744073709551616"]
    }
    assert legible([10**5000]) == ["(an integer of about 5001 digits)"]


def test_a_text_that_is_cut_ends_in_an_ellipsis():
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
    assert cut("a\x00", 6) == "a␀"


@given(JSON)
def test_what_is_legible_can_be_written_and_read_and_has_no_flaws(value):
    shown = legible(value)

    assert list(flaws(shown)) == []
    assert orjson.loads(orjson.dumps(shown)) == json.loads(json.dumps(shown)) == shown
    assert list(flaws(value)) == [] or is_suspect(json.dumps(value)) or _is_big(value)


def _is_big(value):
    return any("64 bits" in flaw.words for flaw in flaws(value))


def test_json_text_is_refused_for_its_depth_before_it_is_read():
    """At the interpreter's limit of recursion, finalizers of whatever is collected fail."""
    finalized = []

    class Remains:
        def __init__(self):
            self.itself = self

        def __del__(self):
            finalized.append(room(400))

    def room(calls):
        return calls and room(calls - 1)

    for _ in range(100):
        Remains()
        with pytest.raises(TooDeepError, match="more than 200 levels"):
            read_json("[" * 100_000)

    gc.collect()
    assert len(finalized) == 100


def test_brackets_within_texts_and_beside_each_other_are_no_levels():
    beside = [{"[" * 300: "{\\" * 300, "quoted": '"[' * 300}] * 300

    assert read_json(json.dumps(beside)) == beside
    assert read_json(json.dumps(beside).encode("utf-16")) == beside
