"""What may be set, and what is on record afterwards."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import Label, MultiSelect, Section, Text, setting_values
from connector_kit.blueprint import Situation, compile_connector, tailored
from connector_kit.blueprint.settings.judging import Judged, judge
from connector_kit.blueprint.settings.reading import changed_values
from connector_kit.blueprint.tailoring import settings_of
from connector_kit.documents import MASK
from tests.blueprint.settings.declared import Orders, Shops, declare
from tests.forms.documents import JSON

ORDERS, SHOPS = compile_connector(Orders), compile_connector(Shops)


def judged(stored: dict[str, Any], sent: dict[str, Any], **more: Any) -> Judged:
    [own] = settings_of(ORDERS, Situation(settings=stored))
    return judge(ORDERS.schema, own, stored, sent, **more)


def test_only_what_differs_goes_on_record() -> None:
    assert judged({}, {"currency": "EUR", "lag": "5"}).stored == {"lag": 5}
    assert judged({"lag": 5}, {"lag": None}).stored == {"lag": None}


def test_what_is_sent_decides_what_is_required() -> None:
    assert judged({}, {"loud": True, "channel": ""}).errors == {
        "channel": ["A value must be provided"]
    }
    assert judged({}, {"loud": False, "channel": ""}).errors == {}
    assert judged({"channel": ""}, {"loud": True}).errors == {
        "channel": ["A value must be provided"]
    }


def test_hidden_values_stay_whatever_is_sent() -> None:
    done = judged({}, {"loud": False, "channel": {"any": "thing"}})

    assert (done.errors, done.values["channel"], done.stored) == ({}, "#orders", {})


@pytest.mark.parametrize(("sent", "kept"), [(MASK, "s3cret"), ("new", "new"), ("", "s3cret")])
def test_a_secret_that_is_sent_back_as_it_was_shown_stays(sent: str, kept: str) -> None:
    blueprint = compile_connector(declare({"page": Section("Log in"), "api_key": Text("Key")}))
    stored = {"api_key": "s3cret"}
    [own] = settings_of(blueprint, Situation(settings=stored))

    done = judge(blueprint.schema, own, stored, {"api_key": sent})

    assert (done.errors, done.stored["api_key"]) == ({}, kept)


@pytest.mark.parametrize("value", [None, "", "About orders", False])
def test_a_label_that_is_sent_with_its_form_says_nothing(value: Any) -> None:
    settings = {"page": Section("All"), "note": Label("About orders"), "text": Text("Text")}
    blueprint = compile_connector(declare(settings))
    [own] = settings_of(blueprint, Situation())

    done = judge(blueprint.schema, own, {}, {"note": value, "text": "a"})

    assert (done.errors, done.unknown, done.stored) == ({}, (), {"text": "a"})
    assert done.values == {"text": "a"}


def test_a_list_may_come_as_what_was_added_and_removed() -> None:
    days = MultiSelect(
        "Days", options=[*"abc"], default=["a", "b"], wire={"useChangesAsValues": True}
    )
    blueprint = compile_connector(declare({"page": Section("All"), "days": days}))
    [own] = settings_of(blueprint, Situation())

    done = judge(blueprint.schema, own, {}, {"days_added": ["c"], "days_removed": ["a"]})

    assert (done.errors, done.unknown, done.stored) == ({}, (), {"days": ["b", "c"]})


def test_names_that_are_not_granted_are_unknown() -> None:
    assert judged({}, {"big": 5, "nobody": 1}).unknown == ("big", "nobody")


def test_names_of_a_store_are_those_of_its_page_or_of_the_class() -> None:
    own = settings_of(SHOPS, Situation(stores=("s1", "s2")))[1]
    for sent in ({"title-s2": "FR"}, {"title": "FR"}):
        done = judge(SHOPS.schema, own, {}, sent)

        assert (done.values, done.stored) == ({"title-s2": "FR"}, {"title": "FR"})


@pytest.mark.parametrize("said", ["Not nice", ["Not nice"], ("Not", "nice")])
def test_an_author_may_say_what_is_wrong(said: Any) -> None:
    def check(value: Any, values: dict[str, Any]) -> Any:
        assert values["loud"] is False
        return said if value == "XXX" else None

    validators = {"currency": check}

    assert judged({}, {"currency": "XXX"}, validators=validators).errors == {
        "currency": [said] if isinstance(said, str) else list(said)
    }
    assert judged({}, {"currency": "USD"}, validators=validators).errors == {}


_SENT = st.dictionaries(st.sampled_from(sorted(ORDERS.schema.by_name)), JSON)


@given(_SENT, _SENT)
def test_whatever_is_sent_what_is_recorded_is_valid(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    stored: dict[str, Any] = {}
    for sent in (first, second):
        done = judged(stored, sent)
        if not done.errors:
            stored = done.stored

            again = judged(stored, done.values)
            assert (again.errors, again.stored) == ({}, stored)


def test_hooks_read_settings_by_name() -> None:
    page = tailored(ORDERS, Situation(settings={"lag": 5})).integration.document["settings"]
    shops = tailored(
        SHOPS, Situation(stores=("s1", "s2"), settings={"s2": {"lag": 5}})
    ).integration.document["settings"]

    assert setting_values(page)["lag"] == 5
    assert setting_values(shops, store="s2") == {"title": "?", "loud": False, "lag": 5}
    assert setting_values(shops)["s1"]["lag"] == 1
    assert setting_values({"flat": 1}) == {"flat": 1}
    assert setting_values(None) == {}


@pytest.mark.parametrize(
    ("blueprint", "stores", "settings"),
    [
        (ORDERS, None, {"lag": 5, "status": ["paid"], "loud": True}),
        (SHOPS, ("s1", "s2"), {"s2": {"title": "FR"}}),
    ],
)
def test_lost_records_are_rebuilt_from_the_page(
    blueprint: Any, stores: tuple[str, ...] | None, settings: dict[str, Any]
) -> None:
    situation = Situation(settings=settings, stores=stores or ())
    page = tailored(blueprint, situation).integration.document["settings"]

    assert changed_values(blueprint.schema, page, stores) == settings
