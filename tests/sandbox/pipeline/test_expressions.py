"""Words of filters (docs/sandbox.md#flows-that-run)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.sandbox.http.errors import Refusal
from connector_kit.sandbox.pipeline.expressions import Scope, evaluate, holds
from connector_kit.sandbox.pipeline.lookups import RecordFailed

RECORD = {
    "name": "Ann",
    "total": "12.5",
    "paid": True,
    "none": None,
    "lines": [{"sku": "a"}, {"sku": "b"}],
    "at": "2026-01-01T00:00:00.000Z",
}
SCOPE = Scope(RECORD, {"integration": {"least": 10}}, {"lastExportDateTime": "2025-12-31"})


def of(kind, path):
    return [kind, ["extract", path]]


TRUE = [
    ["equals", of("string", "name"), "Ann"],
    ["equals", of("boolean", "paid"), "true"],
    ["equals", of("number", "total"), 12.5],
    ["notequals", of("string", "name"), "Bob"],
    ["greaterthan", of("number", "total"), ["number", ["settings", "integration.least"]]],
    ["greaterthanequals", of("number", "total"), 12.5],
    ["lessthan", of("number", "total"), 13],
    ["lessthanequals", of("number", "lines.length"), 2],
    ["greaterthan", of("epochtime", "at"), ["epochtime", ["context", "lastExportDateTime"]]],
    ["startswith", of("string", "name"), "A"],
    ["endswith", of("string", "name"), "nn"],
    ["contains", of("string", "name"), "n"],
    ["contains", ["extract", "lines[*].sku"], "b"],
    ["doesnotcontain", of("string", "name"), "x"],
    ["matches", of("string", "name"), "^A.n$"],
    ["empty", of("string", "none")],
    ["notempty", ["extract", "name"]],
    ["equals", ["lowercase", of("string", "name")], "ann"],
    ["equals", ["uppercase", of("string", "name")], "ANN"],
    ["equals", ["ceiling", of("number", "total")], 13],
    ["equals", ["floor", of("number", "total")], 12],
    ["equals", ["modulo", 7, 4], 3],
    ["and", ["notempty", ["extract", "name"]], ["not", ["empty", ["extract", "name"]]]],
    ["or", ["empty", ["extract", "name"]], ["equals", ["add", 1, 2], ["subtract", 5, 2]]],
    ["equals", ["multiply", 2, 3], ["divide", 12, 2]],
    ["equals", ["abs", -1], 1],
]


@pytest.mark.parametrize("rules", TRUE, ids=str)
def test_a_word_means_what_it_says(rules):
    assert holds(rules, SCOPE)
    assert not holds(["not", rules], SCOPE)


@pytest.mark.parametrize("rules", [None, [], ""], ids=repr)
def test_without_rules_every_record_passes(rules):
    assert holds(rules, SCOPE)


def test_nothing_is_neither_more_nor_less():
    assert not any(
        holds([word, of("number", "none"), 0], SCOPE) for word in ("greaterthan", "lessthan")
    )


@pytest.mark.parametrize(
    "rules",
    [
        ["greaterthan", of("number", "name"), 1],
        ["equals", of("boolean", "name"), True],
        ["equals", of("epochtime", "name"), 1],
        ["matches", of("string", "name"), "("],
        ["divide", 1, 0],
        ["equals", 1],
    ],
    ids=str,
)
def test_what_cannot_be_compared_fails_the_record(rules):
    with pytest.raises(RecordFailed):
        holds(rules, SCOPE)


def test_an_unknown_word_is_not_simulated():
    with pytest.raises(Refusal, match="501"):
        holds(["resembles", 1, 2], SCOPE)


values = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers())


@given(values, values)
def test_equal_and_unequal_are_opposites_and_take_no_side(left, right):
    scope = Scope({"l": left, "r": right})
    a, b = ["extract", "l"], ["extract", "r"]

    equal = evaluate(["equals", a, b], scope)

    assert equal is evaluate(["equals", b, a], scope)
    assert equal is not evaluate(["notequals", a, b], scope)
    assert evaluate(["empty", a], scope) is not evaluate(["notempty", a], scope)


@given(st.integers(), st.integers())
def test_numbers_are_ordered(left, right):
    scope = Scope({"l": str(left), "r": right})
    a, b = of("number", "l"), of("number", "r")

    less, equal, more = (
        evaluate([word, a, b], scope) for word in ("lessthan", "equals", "greaterthan")
    )

    assert [less, equal, more].count(True) == 1
