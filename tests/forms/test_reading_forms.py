"""Form metadata of 2.0 as forms."""

from typing import Any

import pytest
from hypothesis import given

from connector_kit.forms import (
    flattened,
    nested,
    read_form,
    state_of,
    submitted,
    typed,
    validate,
)
from tests.forms.documents import FORMS, JSON, METADATA


def test_a_settings_form_is_read_with_its_layout() -> None:
    form = read_form(METADATA)

    assert form.oddities == ()
    assert form.layout.style == "collapse"
    assert [(box.label, box.fields) for box in form.layout.boxes] == [
        ("Orders", ("mode", "minimum"))
    ]
    assert [(option.value, option.label) for option in form.fields["mode"].options] == [
        ("all", "all"),
        ("paid", "Paid ones"),
    ]
    assert form.fields["minimum"].type.name == "number"


def test_stored_values_go_before_defaults() -> None:
    form = read_form(METADATA, {"mode": "paid", "amounts": {"minimum": 7}})

    assert form.values() == {"mode": "paid", "amounts.minimum": 7}
    assert read_form(METADATA).values() == {"mode": "all", "amounts.minimum": None}


def test_without_a_layout_all_fields_are_shown_in_order() -> None:
    form = read_form({"fieldMap": {"b": {"type": "text"}, "a": {"type": "text"}}})

    assert list(form.layout.shown()) == ["b", "a"]


def test_a_field_that_the_layout_lacks_is_not_shown() -> None:
    form = read_form(
        {"fieldMap": {"a": {}, "b": {}}, "layout": {"fields": ["b", "nobody"], "containers": None}}
    )

    assert list(form.layout.shown()) == ["b"]
    assert form.oddities == ("layout: It shows the field 'nobody', which the form does not have.",)


@pytest.mark.parametrize(
    ("raw", "type_"),
    [
        ({"type": "text"}, "text"),
        ({"type": "text", "multiline": True}, "textarea"),
        ({"type": "text", "inputType": "number"}, "number"),
        ({"type": "exportSelect"}, "select"),
        ({"type": "exportSelect", "multiselect": True}, "multiselect"),
        ({"type": "refreshableselect"}, "select"),
        ({"type": "keyvalue"}, "table"),
        ({"type": "editor", "mode": "json"}, "editor"),
        ({"type": "labeltitle"}, "label"),
    ],
)
def test_types_are_shown_as(raw: dict[str, Any], type_: str) -> None:
    assert read_form({"fieldMap": {"f": raw}}).fields["f"].type.name == type_


def test_a_dot_in_a_name_nests_the_value() -> None:
    form = read_form(METADATA)
    stored = nested({"mode": "paid", "amounts.minimum": 7})

    assert stored == {"mode": "paid", "amounts": {"minimum": 7}}
    assert flattened(form, stored) == {"mode": "paid", "amounts.minimum": 7}


@given(FORMS, JSON)
def test_no_form_is_too_strange_to_be_shown_and_saved(metadata: Any, sent: Any) -> None:
    form = read_form(metadata, sent if isinstance(sent, dict) else {})

    assert set(form.layout.shown()) <= set(form.fields)
    for raw in ({}, {field.name: sent for field in form.fields.values()}):
        values = typed(form, raw)
        assert set(state_of(form, values)) == set(form.fields)
        validate(form, values)
        submitted(form, values)
