"""What declared settings compile to, and how that reads as forms."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector_kit import (
    Checkbox,
    Connector,
    CsvColumns,
    Date,
    DateTime,
    Editor,
    KeyValue,
    MultiSelect,
    Number,
    RadioGroup,
    Section,
    Select,
    Table,
    Text,
    TextArea,
    Toggle,
    XmlPaths,
)
from connector_kit.blueprint import Blueprint, Situation, compile_connector, problems, tailored
from connector_kit.blueprint.settings import Column
from connector_kit.blueprint.settings.setting import Setting
from connector_kit.forms import (
    flattened,
    read_form,
    read_settings_document,
    state_of,
)
from tests.blueprint.settings.declared import OnTwo, Orders, Shops, declare

ORDERS, ON_TWO, SHOPS = map(compile_connector, (Orders, OnTwo, Shops))
PREMIUM = Situation(edition="premium", add_ons=frozenset({"payouts"}))


def page(blueprint: Blueprint) -> dict[str, Any]:
    return blueprint.integration.document["settings"]


def test_the_examples_have_no_problems() -> None:
    assert [problems(item) for item in (Orders, Shops)] == [[], []]
    lost = {problem.id for problem in problems(OnTwo)}
    assert lost == {"connector_kit.W091", "connector_kit.W092"}


def test_settings_stand_where_they_were_declared() -> None:
    [store] = read_settings_document(page(tailored(ORDERS, PREMIUM))).stores

    assert [list(tab.form.fields) for tab in store.general.tabs] == [["currency"]]
    assert [
        (section.title, section.description, section.columns) for section in store.sections
    ] == [
        ("Orders", "About orders", 2),
        ("Money", "", 1),
        ("Refunds", "", 1),
    ]
    orders, money, refunds = store.sections
    [tab] = orders.tabs
    assert list(tab.form.fields) == ["loud", "channel", "lag", "big", "status"]
    assert [(box.label, box.fields) for box in tab.form.layout.boxes if box.label] == [
        ("More", ("big",))
    ]
    assert [(flow.id, flow.has_switch, list(flow.form.fields)) for flow in orders.flows] == [
        ("sync", False, ["extract", "carriers"])
    ]
    assert [box.label for box in orders.flows[0].form.layout.boxes] == ["First", "Second"]
    assert [list(tab.form.fields) for tab in money.tabs] == [["book"]]
    assert [flow.id for flow in refunds.flows] == ["refunds"]


def test_a_page_of_the_kit_has_nothing_strange_about_it() -> None:
    for blueprint in (ORDERS, SHOPS):
        assert read_settings_document(page(tailored(blueprint, Situation()))).oddities == ()


def test_what_edition_and_add_ons_do_not_grant_is_not_on_the_page() -> None:
    pages = read_settings_document(page(tailored(ORDERS, Situation())))
    names = [name for form in pages.stores[0].forms() for name in form.fields]

    assert "big" not in names
    assert "book" not in names
    assert [section.title for section in pages.stores[0].sections] == ["Orders", "Refunds"]


def test_conditions_work_on_the_page_as_they_were_written() -> None:
    form = read_settings_document(page(ORDERS)).stores[0].sections[0].tabs[0].form

    assert state_of(form, {"loud": True})["channel"].required
    assert not state_of(form, {"loud": False})["channel"].visible


def test_every_store_has_settings_of_its_own() -> None:
    situation = Situation(
        stores=("s1", "s2"), settings={"s2": {"title": "FR", "lag": 5, "loud": True}}
    )
    blueprint = tailored(SHOPS, situation)
    pages = read_settings_document(page(blueprint))

    assert [store.general.tabs[0].form.values() for store in pages.stores] == [
        {"title-s1": "?"},
        {"title-s2": "FR"},
    ]
    second = pages.stores[1].sections[0].tabs[0].form
    assert second.values() == {"loud-s2": True, "lag-s2": 5}
    assert state_of(second, second.values())["lag-s2"].visible
    assert [blueprint.component(f"orders-{store}").document["delta"] for store in ("s1", "s2")] == [
        {"lagOffset": 1},
        {"lagOffset": 5},
    ]


def test_settings_of_framework_two_are_a_form_with_values() -> None:
    settings = {"channel": "#x", "loud": True, "extract": "name"}
    blueprint = tailored(ON_TWO, Situation(settings=settings))
    integration = blueprint.integration.document
    form = read_form(integration["settingsForm"], integration["settings"])

    assert form.oddities == ()
    assert form.values()["channel"] == "#x"
    assert "big" not in form.fields
    assert "extract" not in form.fields
    assert state_of(form, {"loud": False})["channel"].visible is False
    assert integration["preSave"] == {"function": "preSave", "_stackId": {"$ref": "@stack"}}
    flow = blueprint.component("sync").document
    assert flow["settings"]["extract"] == "name"
    assert [box.label for box in read_form(flow["settingsForm"]).layout.boxes] == [
        "First",
        "Second",
    ]


def test_a_connector_without_settings_is_the_document_it_always_was() -> None:
    class Bare(Connector):
        name = "Bare"
        version = "1.0.0"

    blueprint = compile_connector(Bare)

    assert "settings" not in blueprint.to_json()
    assert page(blueprint) == {"sections": [{"title": "Bare", "flows": []}]}
    assert tailored(blueprint, Situation(settings={"x": 1})) == blueprint


def test_a_blueprint_with_settings_survives_json_byte_for_byte() -> None:
    for blueprint in (ORDERS, ON_TWO, SHOPS):
        read = Blueprint.from_json(json.loads(json.dumps(blueprint.to_json())))

        assert (read, read.digest) == (blueprint, blueprint.digest)
        assert tailored(read, PREMIUM).digest == tailored(blueprint, PREMIUM).digest


def test_a_subclass_adds_replaces_and_drops_settings() -> None:
    class Settings(Orders.Settings):
        channel = TextArea("Channel")
        lag = None
        fresh = Text("Fresh", under=Orders.Settings.page)

    class Next(Orders):
        version = "1.1.0"

    Next.Settings = Settings  # type: ignore[misc]
    blueprint = compile_connector(Next)
    [tab] = read_settings_document(page(blueprint)).stores[0].sections[0].tabs

    assert list(tab.form.fields) == ["loud", "channel", "big", "status", "fresh"]
    assert tab.form.fields["channel"].type.name == "textarea"


WAYS: dict[str, tuple[Setting, st.SearchStrategy[Any]]] = {
    "a_text": (Text("Text"), st.text()),
    "an_area": (TextArea("Area"), st.text()),
    "a_number": (Number("Number", minimum=-9), st.integers(-9, 9)),
    "a_flag": (Checkbox("Flag"), st.booleans()),
    "a_choice": (Select("Choice", options=["a", "b"]), st.sampled_from("ab")),
    "a_radio": (RadioGroup("Radio", options=["a", "b"]), st.sampled_from("ab")),
    "a_toggle": (Toggle("Toggle", options=[(1, "One"), (2, "Two")]), st.sampled_from([1, 2])),
    "many": (MultiSelect("Many", options=[*"abc"]), st.lists(st.sampled_from("abc"), unique=True)),
    "a_day": (Date("Day"), st.dates().map(str)),
    "a_moment": (DateTime("Moment"), st.datetimes().map(lambda item: item.isoformat())),
    "data": (Editor("Data", mode="json", parsed=True), st.dictionaries(st.text(), st.integers())),
    "pairs": (
        KeyValue("Pairs"),
        st.lists(st.fixed_dictionaries({"key": st.text(), "value": st.text()})),
    ),
    "rows": (
        Table("Rows", columns=[Column("x", "X"), Column("y", options=["1", "2"])]),
        st.lists(st.fixed_dictionaries({"x": st.text(), "y": st.sampled_from("12")})),
    ),
}
VALUES = st.fixed_dictionaries({}, optional={name: way for name, (_, way) in WAYS.items()})
SETTINGS: dict[str, Setting] = {name: setting for name, (setting, _) in WAYS.items()}
ONE = compile_connector(declare({"s": Section("All"), **SETTINGS}))
TWO = compile_connector(declare({"s": Section("All"), **SETTINGS}, framework=2))


@given(VALUES)
def test_what_is_set_reads_back_from_either_page(values: dict[str, Any]) -> None:
    situation = Situation(settings=values)
    one = read_settings_document(page(tailored(ONE, situation))).stores[0].sections[0].tabs[0].form
    document = tailored(TWO, situation).integration.document
    two = read_form(document["settingsForm"], document["settings"])
    defaults = {name: setting.start() for name, setting in SETTINGS.items()}

    assert one.values() == defaults | values
    assert {**two.values(), **flattened(two, document["settings"])} == defaults | values


def test_types_of_one_framework_only_are_refused_in_the_other() -> None:
    settings = {"columns": CsvColumns("Columns"), "paths": XmlPaths("Paths")}

    assert problems(declare(settings)) == []
    assert [problem.id for problem in problems(declare(settings, framework=2))] == [
        "connector_kit.E112",
        "connector_kit.E112",
    ]
