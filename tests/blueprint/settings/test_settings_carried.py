"""Settings over updates: new, renamed, removed and changed ones."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector_kit import Checkbox, Number, Section, Select, Text
from connector_kit.blueprint import compile_connector
from connector_kit.blueprint.settings import Schema, carried
from connector_kit.blueprint.settings.setting import Setting
from tests.blueprint.settings.declared import declare


def schema(**settings: Setting) -> Schema:
    return compile_connector(declare({"page": Section("All"), **settings})).schema


FIRST = schema(
    state=Select("State", options="ab", default="a"), note=Text("Note"), gone=Text("Gone")
)
SECOND = schema(
    status=Select("Status", options="bc", default="c", was="state"),
    note=Number("Note"),
    fresh=Checkbox("Fresh", default=True),
)
THIRD = schema(status=Select("Status", options="bc", default="c"), returned=Text("R", was="gone"))


def test_a_renamed_setting_carries_its_value() -> None:
    moved = carried(FIRST, SECOND, {"state": "b"}, version="2")

    assert moved.settings == {"status": "b"}
    assert moved.notes == ()


def test_a_new_setting_has_no_value_on_record_and_so_its_default() -> None:
    assert carried(FIRST, SECOND, {}, version="2").settings == {}


def test_a_value_that_the_new_version_does_not_accept_gives_way_and_is_noted() -> None:
    moved = carried(FIRST, SECOND, {"state": "a", "note": "twelve"}, version="2")

    assert moved.settings == {}
    assert [(each.setting, each.before, each.after, each.reason) for each in moved.notes] == [
        ("status", "a", "c", "'a' is not one of the options"),
        ("note", "twelve", None, "Value must be a number"),
    ]


def test_a_value_is_read_as_the_new_type_where_it_can_be() -> None:
    assert carried(FIRST, SECOND, {"note": "12"}, version="2").settings == {"note": 12}


def test_a_removed_setting_is_kept_until_the_release_after() -> None:
    second = carried(FIRST, SECOND, {"gone": "x"}, version="2")
    third = carried(SECOND, THIRD, second.settings, version="3", retired=second.retired)
    too_late = carried(
        SECOND, THIRD, {}, version="4", retired=carried(SECOND, SECOND, {}, version="3").retired
    )

    assert second.retired == {"version": "2", "settings": {"gone": "x"}}
    assert (third.settings, third.retired) == ({"returned": "x"}, {})
    assert too_late.settings == {}


def test_going_back_to_the_version_before_brings_everything_back() -> None:
    before = {"state": "b", "gone": "x", "note": "5"}
    there = carried(FIRST, SECOND, before, version="2")
    back = carried(SECOND, FIRST, there.settings, version="1", retired=there.retired)

    assert back.settings == before


def test_stores_carry_their_own_values() -> None:
    settings = {"s1": {"state": "b", "gone": "x"}, "s2": {}}
    moved = carried(FIRST, SECOND, settings, version="2", stores=("s1", "s2"))

    assert moved.settings == {"s1": {"status": "b"}, "s2": {}}
    assert moved.retired == {"version": "2", "settings": {"s1": {"gone": "x"}}}


_VALUES = st.fixed_dictionaries(
    {},
    optional={"state": st.sampled_from("ab"), "note": st.text(), "gone": st.text()},
)


@given(_VALUES)
def test_carrying_over_twice_is_carrying_over_once(settings: dict[str, Any]) -> None:
    once = carried(FIRST, SECOND, settings, version="2")
    again = carried(SECOND, SECOND, once.settings, version="2", retired=once.retired)

    assert (again.settings, again.retired, again.notes) == (once.settings, once.retired, ())


@given(_VALUES)
def test_carrying_over_to_the_same_settings_changes_nothing(settings: dict[str, Any]) -> None:
    moved = carried(FIRST, FIRST, settings, version="2")

    assert (moved.settings, moved.retired, moved.notes) == (settings, {}, ())
