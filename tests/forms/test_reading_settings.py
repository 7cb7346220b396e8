"""Settings documents of 1.0 as forms, the protocol's own and those that somebody made by hand."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from connector_kit.forms import (
    Form,
    read_fields,
    read_settings_document,
    state_of,
    submitted,
    typed,
    validate,
)
from connector_kit.forms.field_types import SELECT
from tests.forms.documents import JSON, MULTI_STORE, SETTINGS, SINGLE_STORE


def test_a_single_store_has_general_settings_sections_and_flows() -> None:
    pages = read_settings_document(SINGLE_STORE)

    [store] = pages.stores
    assert (pages.edition, pages.is_multi_store, pages.oddities) == ("standard", False, ())
    assert store.general.description == "Whole installation"
    assert store.general.tabs[0].form.values() == {"general_currency": "EUR"}
    assert [(section.title, section.columns) for section in store.sections] == [
        ("New & paid orders", 2),
        ("Refunds", 1),
    ]
    assert store.sections[0].address == "New_paidorders"
    [entry] = store.sections[0].flows
    assert (entry.id, entry.shows_mapping, entry.has_switch) == (
        "64a1f0c2b3d4e5f607182930",
        True,
        True,
    )
    channel = entry.form.named("imports_64a1_channel")
    assert channel is not None
    assert (channel.type, channel.is_refreshable, channel.options[0].label) == (
        SELECT,
        True,
        "orders",
    )


def test_a_multi_store_installation_has_a_page_for_every_store() -> None:
    pages = read_settings_document(MULTI_STORE)

    assert (pages.is_multi_store, pages.store_label) == (True, "Shop")
    assert [(store.id, store.mode, len(store.sections)) for store in pages.stores] == [
        ("s1", "settings", 2),
        ("s2", "install", 0),
    ]
    first = pages.store("s1")
    assert first is not None
    assert first.general.tabs[0].form.values() == {"general_s1_name": "DE"}
    assert pages.store() is None


def test_a_flow_is_found_with_its_store() -> None:
    found = read_settings_document(MULTI_STORE).flow("64a1f0c2b3d4e5f607182930")

    assert found is not None
    assert found[0].id == "s1"


def test_a_general_entry_is_found_in_a_list_by_its_title() -> None:
    general = [{"title": "Other", "fields": []}, {"title": "General", "fields": [{"name": "a"}]}]

    [store] = read_settings_document({"general": general}).stores

    assert [tab.form.values() for tab in store.general.tabs] == [{"a": None}]


def test_tabs_of_a_section_are_forms_and_those_of_a_flow_are_one() -> None:
    tabs = [
        {"title": "One", "fields": [{"name": "a"}]},
        {"title": "Two", "collapsed": True, "fields": [{"name": "b"}]},
    ]
    document = {"sections": [{"title": "S", "sections": tabs, "flows": [{"sections": tabs}]}]}

    [section] = read_settings_document(document).stores[0].sections

    assert [(tab.title, tab.is_collapsed, list(tab.form.fields)) for tab in section.tabs] == [
        ("One", False, ["a"]),
        ("Two", True, ["b"]),
    ]
    [flow] = section.flows
    assert list(flow.form.fields) == ["a", "b"]
    assert flow.form.layout.style == "tab"
    assert [(box.label, list(box.shown())) for box in flow.form.layout.boxes] == [
        ("One", ["a"]),
        ("Two", ["b"]),
    ]


def test_fields_with_a_heading_share_a_box() -> None:
    form = read_fields(
        [
            {"name": "a"},
            {"name": "b", "title": "More"},
            {"name": "c"},
            {"name": "d", "title": "No", "properties": {"sectionName": "More"}},
        ]
    )

    assert [(box.label, box.fields) for box in form.layout.boxes] == [
        ("", ("a",)),
        ("More", ("b", "d")),
        ("", ("c",)),
    ]


@pytest.mark.parametrize(
    ("raw", "type_", "value", "columns"),
    [
        ({}, "text", None, []),
        ({"type": "input", "value": "x"}, "text", "x", []),
        ({"type": "multiselect"}, "multiselect", [], []),
        (
            {"type": "staticMapWidget", "map": {"a": "b"}, "default": "", "allowFailures": True},
            "staticMap",
            {"map": {"a": "b"}, "default": "", "allowFailures": True},
            ["extract", "generate"],
        ),
        (
            {"type": "staticMap", "optionsMap": [{"id": "x"}], "value": {"value": [{"x": 1}]}},
            "table",
            [{"x": 1}],
            ["x"],
        ),
        (
            {"type": "staticMap", "keyName": "from", "valueName": "to", "map": {"a": "b"}},
            "table",
            [{"from": "a", "to": "b"}],
            ["from", "to"],
        ),
        (
            {"type": "csvColumnMapper", "value": [{"fieldName": "a"}]},
            "table",
            [{"fieldName": "a"}],
            ["fieldName", "column", "columnName", "regexExpression"],
        ),
        (
            {"type": "xmlMapper", "value": {"path": "/a", "value": []}},
            "xml",
            {"path": "/a", "value": []},
            ["fieldName", "path", "regexExpression"],
        ),
        ({"type": "matchingCriteria", "value": [{}]}, "matching", [{}], []),
        ({"type": "referencedFieldsDialog", "value": ["Id"]}, "names", ["Id"], []),
        ({"type": "link"}, "label", None, []),
        ({"type": "hologram", "value": True}, "checkbox", True, []),
        ({"type": "hologram", "value": {"a": 1}}, "editor", {"a": 1}, []),
        ({"type": "hologram", "value": "x"}, "text", "x", []),
        ({"type": "toggle", "value": "x"}, "toggle", "x", []),
    ],
)
def test_every_type_is_shown_as_something(
    raw: dict[str, Any], type_: str, value: Any, columns: list[str]
) -> None:
    [field] = read_fields([{"name": "f", **raw}]).fields.values()

    assert (field.type.name, field.value) == (type_, value)
    assert [column.id for column in field.columns] == columns


@pytest.mark.parametrize(
    ("options", "read"),
    [
        (None, []),
        ("all", []),
        ([["a", "A"], ["b"], ["c", None]], [("a", "A"), ("b", "b"), ("c", "c")]),
        (["a", 1], [("a", "a"), (1, "1")]),
        ([{"id": "a", "text": "A"}, {"value": 1}], [("a", "A"), (1, "1")]),
        ([{"items": ["a", {"label": "B", "value": "b"}]}], [("a", "a"), ("b", "B")]),
        ({"a": "A"}, [("a", "A")]),
        ([None, ["a", "A"], []], [("a", "A")]),
    ],
)
def test_options_are_read_however_they_are_written(
    options: Any, read: list[tuple[Any, str]]
) -> None:
    [field] = read_fields([{"name": "f", "type": "select", "options": options}]).fields.values()

    assert [(option.value, option.label) for option in field.options] == read


def test_what_is_strange_is_noted_with_its_place() -> None:
    pages = read_settings_document(
        {
            "general": "none",
            "sections": [
                None,
                {
                    "title": "S",
                    "fields": [
                        {"type": "select", "name": "a", "options": None},
                        {"name": "a"},
                        {"label": "?"},
                        {"name": "b", "type": "hologram"},
                    ],
                },
            ],
        }
    )

    assert pages.oddities == (
        "general: It must be an object, not text.",
        "sections[0]: It must be an object, not null.",
        "sections[0]: The section has no list of flows.",
        "sections[0].fields[0].options: The options are null.",
        "sections[0].fields[1]: Another field has the same name, 'a'.",
        "sections[0].fields[2]: The field has no name, so it cannot be saved.",
        "sections[0].fields[3]: The type 'hologram' is unknown.",
    )
    [tab] = pages.stores[0].sections[0].tabs
    assert len(tab.form.fields) == 4


@given(SETTINGS)
def test_no_document_is_too_strange_to_be_shown_and_saved(document: Any) -> None:
    pages = read_settings_document(document)

    assert pages.stores or pages.is_multi_store
    for store in pages.stores:
        for form in store.forms():
            _everything_works(form)


@given(SETTINGS, JSON)
def test_whatever_a_browser_sends_is_judged_and_not_tripped_over(document: Any, sent: Any) -> None:
    for store in read_settings_document(document).stores:
        for form in store.forms():
            raw = {field.name: sent for field in form.fields.values()}
            values = typed(form, raw, is_complete=True)
            validate(form, values)
            submitted(form, values)


def _everything_works(form: Form) -> None:
    values = form.values()
    assert set(state_of(form, values)) == set(form.fields)
    assert set(form.layout.shown()) == set(form.fields)
    validate(form, values)
    submitted(form, typed(form, values))


@pytest.mark.skipif(
    not Path("../shared/real").is_dir(), reason="there are no real documents to try"
)
def test_real_documents_can_be_read() -> None:
    import json

    for path in Path("../shared/real").rglob("integration.json"):
        document = json.loads(path.read_text())
        integration = document if isinstance(document, dict) else {}
        pages = read_settings_document(integration.get("settings"))
        assert pages.stores
