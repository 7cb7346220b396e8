"""Values: cleaned of what transport did to them, validated, and made ready to be stored."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.forms import (
    cleaned,
    read_fields,
    read_form,
    submitted,
    typed,
    validate,
)
from tests.forms.documents import METADATA

ONE_TO_TWO = [[1, "One"], ["2", "Two"], [True, "Yes"]]
MAP = {"map": {"a": "b"}, "default": None, "allowFailures": False}


def field(**raw: Any) -> Any:
    """A form of one field, called f."""
    return read_form({"fieldMap": {"f": raw}})


@pytest.mark.parametrize(
    ("raw", "sent", "value"),
    [
        ({"type": "text"}, "x", "x"),
        ({"type": "text"}, 5, "5"),
        ({"type": "text"}, ["x"], "x"),
        ({"type": "text", "trimValue": True, "uppercase": True}, " x ", "X"),
        ({"type": "text", "delimiter": ","}, "a,b", ["a", "b"]),
        ({"type": "text", "delimiter": ","}, "", []),
        ({"type": "text", "inputType": "number"}, "12", 12),
        ({"type": "text", "inputType": "number"}, "-1.5", 0),
        ({"type": "text", "inputType": "number"}, " ", None),
        ({"type": "text", "inputType": "number"}, "twelve", "twelve"),
        ({"type": "checkbox"}, "on", True),
        ({"type": "checkbox"}, "false", False),
        ({"type": "checkbox"}, ["", "on"], True),
        ({"type": "checkbox"}, None, False),
        ({"type": "checkbox"}, [[]], False),
        ({"type": "select", "options": ONE_TO_TWO}, "1", 1),
        ({"type": "select", "options": ONE_TO_TWO}, 2, "2"),
        ({"type": "select", "options": ONE_TO_TWO}, "true", True),
        ({"type": "select", "options": ONE_TO_TWO}, "9", "9"),
        ({"type": "select", "options": ONE_TO_TWO}, "", None),
        ({"type": "multiselect", "options": ONE_TO_TWO}, ["1", "2"], [1, "2"]),
        ({"type": "multiselect", "options": ONE_TO_TWO}, "1", [1]),
        ({"type": "multiselect", "options": ONE_TO_TWO}, "", []),
        ({"type": "multiselect", "valueDelimiter": ";"}, "a;b", ["a", "b"]),
        ({"type": "date"}, "2026-01-31", "2026-01-31"),
        ({"type": "date"}, "01/31/2026", "2026-01-31"),
        ({"type": "date"}, "31.01.2026", "2026-01-31"),
        ({"type": "date"}, "soon", "soon"),
        ({"type": "datetime"}, "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z"),
        ({"type": "datetime"}, "01/31/2026 02:30 PM", "2026-01-31T14:30:00"),
        ({"type": "editor", "saveMode": "json"}, '{"a": 1}', {"a": 1}),
        ({"type": "editor"}, '{"a": 1}', '{"a": 1}'),
        ({"type": "keyvalue"}, '[{"key": "a", "value": "b"}]', [{"key": "a", "value": "b"}]),
        ({"type": "staticMap"}, {"value": [{"a": 1}]}, [{"a": 1}]),
        ({"type": "staticMapWidget"}, '{"map": {"a": "b"}}', MAP),
        ({"type": "xmlMapper"}, '{"path": "/a", "value": []}', {"path": "/a", "value": []}),
        ({"type": "xmlMapper"}, "{", "{"),
        ({"type": "keyvalue"}, "", []),
        ({"type": "staticMapWidget"}, [], None),
        ({"type": "date"}, "", None),
    ],
)
def test_what_was_sent_becomes_a_value_of_the_type(
    raw: dict[str, Any], sent: Any, value: Any
) -> None:
    found = typed(field(**raw), {"f": sent})["f"]

    assert (found, type(found)) == (value, type(value))


def test_a_select_may_want_the_label_beside_the_value() -> None:
    wanting = {"type": "select", "options": ONE_TO_TWO, "properties": {"yieldValueAndLabel": True}}
    form = field(**wanting)

    assert typed(form, {"f": "1"})["f"] == {"id": 1, "label": "One"}
    assert typed(form, {"f": {"id": "2", "label": "forged"}})["f"] == {"id": "2", "label": "Two"}


def test_what_was_not_sent_stays_unless_the_form_is_complete() -> None:
    form = read_fields(
        [
            {"name": "a", "type": "checkbox", "value": True},
            {"name": "b", "type": "multiselect", "value": [1]},
            {"name": "c", "value": "x"},
        ]
    )

    assert typed(form, {}) == {"a": True, "b": [1], "c": "x"}
    assert typed(form, {}, is_complete=True) == {"a": False, "b": [], "c": "x"}


def test_what_a_form_does_not_have_is_left_out() -> None:
    assert typed(field(type="text"), {"f": "x", "stranger": 1}) == {"f": "x"}


HIDDEN: dict[str, Any] = {"visible": False}


@pytest.mark.parametrize(
    ("raw", "value", "stored"),
    [
        ({"type": "text"}, "x", {"f": "x"}),
        ({"type": "text", **HIDDEN}, "x", {"f": "x"}),
        ({"type": "text", "omitWhenHidden": True, **HIDDEN}, "x", {}),
        ({"type": "text", "omitWhenHidden": True}, "x", {"f": "x"}),
        ({"type": "text", "removeWhen": [{"field": "f", "is": ["x"]}]}, "x", {}),
        ({"type": "text", "omitWhenValueIs": ["x"]}, "x", {}),
        ({"type": "multiselect", "valueDelimiter": ","}, ["a", "b"], {"f": "a,b"}),
        (
            {"type": "multiselect", "useChangesAsValues": True, "defaultValue": ["a", "b"]},
            ["b", "c"],
            {"f_added": ["c"], "f_removed": ["a"]},
        ),
        ({"type": "labeltitle"}, "x", {}),
    ],
)
def test_values_are_stored_as_the_form_says(
    raw: dict[str, Any], value: Any, stored: dict[str, Any]
) -> None:
    assert submitted(field(**raw), {"f": value}) == stored


def test_cleaning_is_typing_and_submitting() -> None:
    assert cleaned(read_form(METADATA), {"mode": "all", "amounts.minimum": "9"}) == {"mode": "all"}


MISSING = "A value must be provided"
FRUIT = {"type": "select", "options": [["a", "A"]]}
ROWS = {
    "type": "staticMap",
    "optionsMap": [{"id": "x", "name": "X", "required": True}, {"id": "y"}],
}


@pytest.mark.parametrize(
    ("raw", "value", "messages"),
    [
        ({"required": True}, "", [MISSING]),
        ({"required": True}, None, [MISSING]),
        ({"required": True, "type": "multiselect"}, [], [MISSING]),
        ({"required": True, "missingValueMessage": "Say it"}, "", ["Say it"]),
        ({"required": True, "type": "checkbox"}, False, []),
        ({"required": True, "type": "number"}, 0, []),
        ({"required": True, "type": "staticMapWidget"}, MAP | {"map": {}}, [MISSING]),
        ({"required": True, "type": "staticMapWidget"}, MAP, []),
        ({"required": True, **HIDDEN}, "", []),
        ({"required": True, "removeWhen": [{"field": "f"}]}, "", []),
        ({"type": "text"}, {"a": 1}, ["Enter text"]),
        ({"type": "text", "maxLength": 2}, "abc", ["Enter at most 2 characters"]),
        ({"type": "number"}, "abc", ["Value must be a number"]),
        ({"type": "number"}, True, ["Value must be a number"]),
        ({"type": "number"}, float("inf"), ["Value must be a number"]),
        ({"type": "checkbox"}, "maybe", ["Select or clear the checkbox"]),
        (FRUIT, "b", ["'b' is not one of the options"]),
        (FRUIT, "a", []),
        (FRUIT, {"a": 1}, ["Choose one of the options"]),
        ({"type": "select"}, "b", []),
        ({"type": "refreshableselect"}, "b", []),
        ({**FRUIT, "type": "multiselect"}, ["a", "b"], ["'b' is not one of the options"]),
        ({**FRUIT, "type": "multiselect"}, "a", ["Choose from the options"]),
        ({"type": "date"}, "soon", ["Enter a date, such as 2026-01-31"]),
        (
            {"type": "date", "doNotAllowFutureDates": True},
            "2026-02-01",
            ["Enter a date that is not in the future"],
        ),
        ({"type": "date", "doNotAllowFutureDates": True}, "2026-01-31", []),
        ({"type": "editor", "saveMode": "json"}, "{", ["Enter valid JSON"]),
        ({"type": "keyvalue"}, "rows", ["Enter rows with columns"]),
        ({"type": "staticMapWidget"}, {"map": {"a": {}}}, ["Enter a map of values"]),
        (ROWS, [{"x": 1}, {"y": 2}], ["Row 2: X must be provided"]),
        ({"type": "xmlMapper"}, "x", ["Enter a path and rows"]),
        ({"type": "matchingCriteria"}, "x", ["Enter a list"]),
    ],
)
def test_values_are_held_to_requirement_type_and_options(
    raw: dict[str, Any], value: Any, messages: list[str]
) -> None:
    found = validate(field(**raw), {"f": value}, today=date(2026, 1, 31))

    assert found.get("f", []) == messages


def test_options_that_another_field_changes_are_not_held_against_the_document() -> None:
    form = read_fields(
        [{"name": "a", "type": "select", "autoPostBack": True}, {"name": "b", **FRUIT}]
    )

    assert validate(form, {"b": "z"}) == {}


LONG = "Should have more than 2 characters"


@pytest.mark.parametrize(
    ("check", "value", "messages"),
    [
        ({"matchesRegEx": {"pattern": "^a+$"}}, "aa", []),
        ({"matchesRegEx": {"pattern": "^a+$"}}, "ab", ["Invalid input provided"]),
        ({"matchesRegEx": {"pattern": "b", "message": "No b"}}, "aa", ["No b"]),
        ({"matchesRegEx": {"pattern": "["}}, "aa", []),
        ({"lengthIsGreaterThan": {"length": 2}}, "ab", [LONG]),
        ({"lengthIsLessThan": {"length": 2}}, "ab", [LONG]),
        ({"lengthIsLessThan": {"length": 3}}, "ab", []),
        ({"fallsWithinNumericalRange": {"min": 1, "max": 3}}, "2", []),
        ({"fallsWithinNumericalRange": {"min": 1}}, "0", ["Value cannot be less than 1"]),
        ({"fallsWithinNumericalRange": {"max": 3}}, "4", ["Value cannot be greater than 3"]),
        ({"fallsWithinNumericalRange": {"max": 3}}, "x", ["Value must be a number"]),
        ({"is": {"values": ["a", {"value": "b"}]}}, "b", []),
        ({"is": {"values": ["a"]}}, "b", ["Unacceptable value provided"]),
        ({"isNot": {"values": ["a"]}}, "a", ["Unacceptable value provided"]),
        ({"comparedTo": {"fields": ["g"], "is": "BIGGER"}}, "6", []),
        ({"comparedTo": {"fields": ["g"], "is": "BIGGER"}}, "5", ["Not the biggest field"]),
        ({"comparedTo": {"fields": ["g"], "is": "SMALLER"}}, "6", ["Not the smallest field"]),
        ({"comparedTo": {"fields": ["g"], "is": "LONGER"}}, "66", []),
        ({"comparedTo": {"fields": ["g"], "is": "SHORTER"}}, "66", ["Not the shortest field"]),
        ({"allAreTrue": {"conditions": [{"is": {"values": ["a"]}}]}}, "a", []),
        (
            {"allAreTrue": {"conditions": [{"is": {"values": ["a"]}}], "message": "a!"}},
            "b",
            ["a!"],
        ),
        (
            {"someAreTrue": {"conditions": [{"is": {"values": [v]}} for v in "ab"]}},
            "b",
            [],
        ),
        (
            {"noneAreTrue": {"conditions": [{"field": "g", "is": {"values": ["5"]}}]}},
            "b",
            ["Invalid input provided"],
        ),
        ({"isNice": {}, "matchesRegEx": None}, "b", []),
        ({"matchesRegEx": {"pattern": "x"}}, "", []),
    ],
)
def test_checks_say_what_is_wrong(check: dict[str, Any], value: Any, messages: list[str]) -> None:
    form = read_form({"fieldMap": {"f": {"validWhen": check}, "g": {}}})

    assert validate(form, {"f": value, "g": "5"}).get("f", []) == messages


_TYPED = st.fixed_dictionaries(
    {
        "text": st.text(),
        "flag": st.booleans(),
        "number": st.integers(0) | st.floats(0, allow_infinity=False) | st.none(),
        "one": st.sampled_from([1, "2", True]),
        "many": st.lists(st.sampled_from([1, "2", True]), unique_by=str),
        "day": st.dates().map(str),
        "rows": st.lists(st.fixed_dictionaries({"key": st.text(), "value": st.text()})),
        "map": st.dictionaries(st.text(), st.text()).map(lambda item: {**MAP, "map": item}),
        "data": st.dictionaries(st.text(), st.integers()),
    }
)
EVERYTHING = read_form(
    {
        "fieldMap": {
            "text": {"type": "text"},
            "flag": {"type": "checkbox"},
            "number": {"type": "text", "inputType": "number"},
            "one": {"type": "select", "options": ONE_TO_TWO},
            "many": {"type": "multiselect", "options": ONE_TO_TWO},
            "day": {"type": "date"},
            "rows": {"type": "keyvalue"},
            "map": {"type": "staticMapWidget"},
            "data": {"type": "editor", "saveMode": "json"},
        }
    }
)


@given(_TYPED)
def test_typed_values_are_left_as_they_are_and_valid(values: dict[str, Any]) -> None:
    assert typed(EVERYTHING, values) == values
    assert validate(EVERYTHING, values) == {}


def posted(value: Any) -> list[str]:
    """*value* as the controls of a page send it."""
    match value:
        case dict() | [{}, *_]:
            return [json.dumps(value)]
        case list():
            return [str(item).lower() for item in value]
        case None:
            return [""]
        case bool():
            return ["on"] if value else []
    return [str(value)]


@given(_TYPED)
def test_values_survive_the_way_through_a_browser(values: dict[str, Any]) -> None:
    raw = {name: posted(value) for name, value in values.items()}
    sent = {name: texts for name, texts in raw.items() if texts} | {
        "one": [str(values["one"]).lower()],
        "rows": [json.dumps(values["rows"])],
    }

    assert typed(EVERYTHING, sent, is_complete=True) == values


@given(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers() | st.none()))
def test_cleaning_twice_is_cleaning_once(raw: dict[str, Any]) -> None:
    form = read_fields([{"name": "a"}, {"name": "b", "type": "date"}, {"name": "c", **FRUIT}])
    once = typed(form, raw)

    assert typed(form, once) == once
