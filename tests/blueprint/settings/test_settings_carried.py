"""Settings over updates: new, renamed, removed and changed ones."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector_kit import Checkbox, Label, Number, Section, Select, Text
from connector_kit.blueprint import compile_connector
from connector_kit.blueprint.settings import Schema, carried
from connector_kit.blueprint.settings.setting import Setting
from tests.blueprint.settings.declared import declare


def schema(framework: int = 1, **settings: Setting) -> Schema:
    declared = declare({"page": Section("All"), **settings}, framework=framework)
    return compile_connector(declared).schema


def first(framework: int) -> Schema:
    state = Select("State", options=[*"ab"], default="a")
    return schema(framework, state=state, note=Text("Note"), gone=Text("Gone"))


def second(framework: int) -> Schema:
    return schema(
        framework,
        status=Select("Status", options=[*"bc"], default="c", was="state"),
        note=Number("Note"),
        fresh=Checkbox("Fresh", default=True),
    )


FIRST, SECOND = first(1), second(1)
BOTH = st.sampled_from([(FIRST, SECOND), (first(2), second(2))])
"""The two versions in either framework."""
THIRD = schema(
    status=Select("Status", options=[*"bc"], default="c"), returned=Text("R", was="gone")
)


def test_a_renamed_setting_carries_its_value() -> None:
    moved = carried(FIRST, SECOND, {"state": "b"}, version="2")

    assert moved.settings == {"status": "b"}
    assert moved.notes == ()


def test_a_new_setting_has_no_value_on_record_and_so_its_default() -> None:
    assert carried(FIRST, SECOND, {}, version="2").settings == {}


def test_a_value_that_the_new_version_does_not_accept_gives_way_and_is_noted() -> None:
    moved = carried(FIRST, SECOND, {"state": "a", "note": "twelve"}, version="2")

    assert moved.settings == {}
    assert [(note.setting, note.before, note.after, note.reason) for note in moved.notes] == [
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


def test_a_setting_that_becomes_a_label_gives_its_value_up_until_it_is_back() -> None:
    labeled = schema(note=Label("Note"))
    there = carried(FIRST, labeled, {"note": "x"}, version="2")
    back = carried(labeled, FIRST, there.settings, version="1", retired=there.retired)

    assert there.settings == {}
    assert [(note.setting, note.before) for note in there.notes] == [("note", "x")]
    assert back.settings == {"note": "x"}


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


@given(BOTH, _VALUES)
def test_carrying_over_twice_is_carrying_over_once(
    versions: tuple[Schema, Schema], settings: dict[str, Any]
) -> None:
    old, new = versions
    once = carried(old, new, settings, version="2")
    again = carried(new, new, once.settings, version="2", retired=once.retired)

    assert (again.settings, again.retired, again.notes) == (once.settings, once.retired, ())


@given(BOTH, _VALUES)
def test_carrying_over_to_the_same_settings_changes_nothing(
    versions: tuple[Schema, Schema], settings: dict[str, Any]
) -> None:
    old, _ = versions
    moved = carried(old, old, settings, version="2")

    assert (moved.settings, moved.retired, moved.notes) == (settings, {}, ())


def lag(framework: int = 1, **limits: Any) -> Schema:
    return schema(framework, lag=Number("Lag", default=1, **limits))


LOOSE, TIGHT, TIGHTER = lag(), lag(maximum=20), lag(maximum=10)
WITHOUT = schema(note=Text("Note"))


class Life:
    """An installation's settings, carried from version to version."""

    def __init__(self, settings: dict[str, Any], stores: tuple[str, ...] | None = None) -> None:
        self.schema, self.settings, self.stores = LOOSE, settings, stores
        self.retired: dict[str, Any] = {}
        self.notes = 0

    def to(self, version: str, other: Schema) -> dict[str, Any]:
        moved = carried(
            self.schema,
            other,
            self.settings,
            version=version,
            stores=self.stores,
            retired=self.retired,
        )
        self.schema, self.settings, self.retired = other, moved.settings, moved.retired
        self.notes += len(moved.notes)
        return self.settings


def test_going_back_brings_back_a_value_that_the_newer_version_refused() -> None:
    life = Life({"lag": 30})

    assert life.to("1.1.0", TIGHT) == {}
    assert life.to("1.0.0", LOOSE) == {"lag": 30}
    assert life.retired == {}


def test_values_come_back_over_several_versions_up_and_down() -> None:
    life = Life({"lag": 30})

    for version, other in (("1.1.0", TIGHT), ("1.2.0", TIGHTER), ("1.3.0", WITHOUT)):
        assert life.to(version, other) == {}
    for version, other in (("1.2.0", TIGHTER), ("1.1.0", TIGHT)):
        assert life.to(version, other) == {}
    assert life.to("1.0.0", LOOSE) == {"lag": 30}
    assert life.notes == 1


def test_going_back_several_versions_at_once_brings_back_what_each_of_them_refused() -> None:
    life = Life({"lag": 30})
    life.to("1.1.0", TIGHT)
    life.to("1.2.0", WITHOUT)

    assert life.to("1.0.0", LOOSE) == {"lag": 30}


def test_a_setting_that_two_versions_lack_is_there_again_in_the_one_before_them() -> None:
    life = Life({"lag": 30})
    life.to("1.1.0", WITHOUT)
    life.to("1.2.0", WITHOUT)

    assert life.to("1.3.0", LOOSE) == {}
    assert life.to("1.0.0", LOOSE) == {"lag": 30}


def test_what_was_set_in_the_meantime_comes_first() -> None:
    life = Life({"lag": 30})
    life.to("1.1.0", TIGHT)
    life.settings = {"lag": 5}

    assert life.to("1.0.0", LOOSE) == {"lag": 5}
    assert life.to("1.1.0", TIGHT) == {"lag": 5}
    assert life.retired == {}


def test_a_value_waits_for_a_version_that_takes_it() -> None:
    life = Life({"lag": 30})
    life.to("1.1.0", TIGHT)
    life.to("1.2.0", TIGHTER)

    assert life.to("1.3.0", LOOSE) == {"lag": 30}


def test_each_store_gets_back_its_own() -> None:
    life = Life({"s1": {"lag": 30}, "s2": {"lag": 15}, "s3": {}}, ("s1", "s2", "s3"))

    assert life.to("1.1.0", TIGHT) == {"s1": {}, "s2": {"lag": 15}, "s3": {}}
    life.settings["s2"] = {"lag": 3}
    assert life.to("1.2.0", TIGHTER) == {"s1": {}, "s2": {"lag": 3}, "s3": {}}
    assert life.to("1.0.0", LOOSE) == {"s1": {"lag": 30}, "s2": {"lag": 3}, "s3": {}}


_LIMITS = st.one_of(st.none(), st.integers(1, 40))


@given(st.sampled_from([1, 2]), st.integers(2, 40), st.lists(_LIMITS, min_size=1, max_size=5))
def test_going_up_through_any_versions_and_back_down_loses_nothing(
    framework: int, value: int, limits: list[int | None]
) -> None:
    life = Life({"lag": value})
    life.schema = lag(framework)
    schemas = [lag(framework, maximum=limit) for limit in limits]
    versions = [(f"1.{n}.0", other) for n, other in enumerate(schemas, start=1)]
    for version, other in (*versions, *reversed(versions[:-1])):
        life.to(version, other)

    assert life.to("1.0.0", lag(framework)) == {"lag": value}
