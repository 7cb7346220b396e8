"""Every type of field is shown, and what a browser sends of it is what was shown."""

import re

import pytest
from django.template.loader import render_to_string

from connector_kit.forms import read_fields, read_form
from settings_ui import forms
from tests.settings_pages.browser_form import sent_by_a_browser

PAIRS = [["paid", "Paid"], ["open", "Open"]]
COLUMNS = [
    {"id": "from", "label": "From", "type": "input", "required": True},
    {"id": "to", "label": "To", "type": "select", "options": [{"id": "1", "text": "One"}]},
    {"id": "note", "label": "Note", "type": "input", "multiline": True},
]
IN_1_0 = [
    {"name": "line", "label": "Line", "type": "input", "value": 'a "quoted" & <b>'},
    {"name": "untyped", "label": "Untyped", "value": "text"},
    {"name": "long", "label": "Long", "type": "textarea", "value": "one\ntwo"},
    {"name": "on", "label": "On", "type": "checkbox", "value": True},
    {"name": "off", "label": "Off", "type": "checkbox", "value": False},
    {"name": "radio", "label": "Radio", "type": "radio", "options": PAIRS, "value": "open"},
    {"name": "select", "label": "Select", "type": "select", "options": PAIRS, "value": "paid"},
    {"name": "stray", "label": "Stray", "type": "select", "options": PAIRS, "value": "gone"},
    {
        "name": "labeled",
        "label": "Labeled",
        "type": "select",
        "options": PAIRS,
        "value": {"id": "paid", "label": "Paid"},
        "properties": {"yieldValueAndLabel": True},
    },
    {
        "name": "several",
        "label": "Several",
        "type": "multiselect",
        "options": PAIRS,
        "value": ["paid", "open"],
    },
    {"name": "day", "label": "Day", "type": "date", "value": "2026-01-31"},
    {
        "name": "moment",
        "label": "Moment",
        "type": "datetime",
        "value": "2026-01-31T10:00:00.000Z",
    },
    {"name": "filter", "label": "Filter", "type": "expression", "value": [["a", "is", "b"]]},
    {"name": "names", "label": "Names", "type": "referencedFieldsDialog", "value": ["a", "b"]},
    {
        "name": "related",
        "label": "Related",
        "type": "relatedListsDialog",
        "value": [
            {
                "sObjectType": "Order",
                "parentField": "Id",
                "referencedFields": "a,b",
                "filter": "",
                "orderBy": "",
            }
        ],
    },
    {
        "name": "map",
        "label": "Map",
        "type": "staticMapWidget",
        "map": {"a": "1", "b": "2"},
        "default": "x",
        "allowFailures": True,
    },
    {"name": "table", "label": "Table", "type": "staticMap", "optionsMap": COLUMNS,
     "value": [{"from": "x", "to": "1", "note": "n"}]},
    {"name": "pairs", "label": "Pairs", "type": "staticMap", "map": {"k": "v"}},
    {"name": "csv", "label": "CSV", "type": "csvColumnMapper",
     "value": [{"fieldName": "a", "column": "1", "columnName": "A", "regexExpression": ""}]},
    {"name": "xml", "label": "XML", "type": "xmlMapper",
     "value": {"path": "/a", "value": [{"fieldName": "b", "path": "b", "regexExpression": ""}]}},
    {
        "name": "match",
        "label": "Match",
        "type": "matchingCriteria",
        "value": [
            {
                "accountType": "bank",
                "matched": {"amount": True, "date": False},
                "partiallyMatched": {"amount": False},
            }
        ],
    },
]  # fmt: skip
IN_2_0 = {
    "fieldMap": {
        "number": {"name": "number", "type": "text", "inputType": "number", "value": 5},
        "mode": {"type": "radiogroup", "options": [{"items": ["all", "paid"]}], "value": "all"},
        "toggle": {
            "type": "toggle",
            "options": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}],
            "value": "b",
        },
        "code": {"type": "editor", "mode": "json", "saveMode": "json", "value": {"a": [1, 2]}},
        "words": {"type": "keyvalue", "value": [{"key": "a", "value": "b"}]},
        "nested": {"name": "deep.er", "type": "text", "value": "x"},
        "title": {"type": "labeltitle", "label": "Just words"},
    }
}


def html_of(shown: forms.ShownForm) -> str:
    return render_to_string("settings_ui/form/box.html", {"box": shown.layout})


@pytest.mark.parametrize("field", IN_1_0, ids=lambda document: document["name"])
def test_what_is_shown_and_not_touched_is_sent_back_as_it_was(field):
    form = read_fields([field])
    sent = forms.read(form, sent_by_a_browser(html_of(forms.show(form))))
    assert sent.errors == ({} if field["name"] != "stray" else sent.errors)
    assert dict(sent.values) == form.values()


@pytest.mark.parametrize("name", IN_2_0["fieldMap"])
def test_what_is_shown_of_a_form_of_2_0_is_sent_back_as_it_was(name):
    form = read_form({"fieldMap": {name: IN_2_0["fieldMap"][name]}})
    sent = forms.read(form, sent_by_a_browser(html_of(forms.show(form))))
    assert sent.errors == {}
    assert dict(sent.values) == form.values()


def test_every_control_has_a_name_that_a_screen_reader_can_say():
    html = html_of(forms.show(read_fields(IN_1_0)))
    ids = set(re.findall(r'<label for="([^"]+)"', html)) | set(
        re.findall(r'<label class="beside" for="([^"]+)"', html)
    )
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", html):
        if 'type="hidden"' in tag:
            continue
        found = re.search(r'id="([^"]+)"', tag)
        assert (
            "aria-label" in tag
            or (found and found[1] in ids)
            or "radio" in tag
            or ("checkbox" in tag)
        ), tag


def test_an_option_that_is_no_longer_offered_is_shown_and_refused():
    form = read_fields([item for item in IN_1_0 if item["name"] == "stray"])
    shown = forms.show(form)
    assert "gone" in html_of(shown)
    sent = forms.read(form, sent_by_a_browser(html_of(shown)))
    assert "not one of the options" in sent.errors["stray"][0]


def test_a_disabled_field_keeps_its_value_whatever_is_sent():
    form = read_fields(
        [
            {"name": "fixed", "label": "Fixed", "value": "kept", "disabled": True},
            {"name": "flag", "label": "Flag", "type": "checkbox", "value": True, "disabled": True},
        ]
    )
    sent = forms.read(form, sent_by_a_browser('<input name="f-fixed" value="other">'))
    assert dict(sent.values) == {"fixed": "kept", "flag": True}


def test_what_was_typed_is_still_there_beside_the_errors():
    form = read_fields(
        [
            {"name": "mail", "label": "Mail", "value": "", "required": True},
            {"name": "rest", "label": "Rest", "value": ""},
        ]
    )
    page = '<input name="f-mail" value=""><input name="f-rest" value="typed">'
    shown = forms.read(form, sent_by_a_browser(page))
    html = html_of(shown)
    assert shown.errors == {"mail": ["A value must be provided"]}
    assert 'value="typed"' in html
    assert 'aria-invalid="true"' in html
    assert "id_f-mail_error" in html
    assert shown.summary == [("id_f-mail", "Mail", "A value must be provided")]


def test_a_table_gets_another_row_without_scripts():
    form = read_fields([item for item in IN_1_0 if item["name"] == "table"])
    page = sent_by_a_browser(html_of(forms.show(form)))
    page["_more"] = "f-table"
    more = forms.read(form, page, more=page["_more"])
    assert html_of(more).count("<tr>") == html_of(forms.show(form)).count("<tr>") + 2


def test_rows_may_be_taken_away_and_left_empty():
    form = read_fields([item for item in IN_1_0 if item["name"] == "table"])
    page = sent_by_a_browser(
        '<input name="f-table:rows" value="1">'
        '<input name="f-table:4:from" value="z"><input name="f-table:1:from" value="">'
    )
    assert forms.read(form, page).values["table"] == [{"from": "z"}]


@pytest.mark.parametrize(
    "field",
    [
        {"name": "a", "label": None, "type": "select", "options": None},
        {"name": "b", "type": "nobody knows it", "value": {"x": 1}},
        {"name": "c", "type": "multiselect", "options": [None, ["x"], "y"], "value": None},
        {"name": "d", "type": "date", "value": "yesterday"},
        {"name": "e", "type": "datetime", "value": 17},
        {"name": "f", "type": "staticMapWidget", "map": None},
        {"name": "g", "type": "matchingCriteria", "value": "none"},
        {"name": "h", "type": "xmlMapper", "value": None},
        {"name": "i", "type": "checkbox", "value": "yes"},
        {"name": "j", "type": "file", "value": {"name": "old.csv"}},
        {"type": "input"},
        {},
    ],
    ids=str,
)
def test_an_odd_field_is_shown_as_well_as_it_can_be(field):
    form = read_fields([field])
    html = html_of(forms.show(form))
    assert "data-field" in html
    forms.read(form, sent_by_a_browser(html))
