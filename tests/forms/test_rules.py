"""Visible, required, disabled, removed: dependencies of 1.0 and rules of 2.0."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit.forms import read_fields, read_form, state_of
from connector_kit.forms.rules import Combined, Condition, Rule
from tests.forms.documents import DEPENDENT


def shown(values: dict[str, Any]) -> set[str]:
    """The dependent fields that are visible for *values*."""
    states = state_of(read_fields(DEPENDENT), {"isLoud": True, **values})
    return {name for name in ("channelName", "personName") if states[name].visible}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"sendTo": "channel"}, {"channelName"}),
        ({"sendTo": "person"}, {"personName"}),
        ({"sendTo": "both"}, {"channelName", "personName"}),
        ({"sendTo": "nobody"}, set()),
        ({"sendTo": {"id": "channel", "label": "A channel"}}, {"channelName"}),
        ({"sendTo": "channel", "isLoud": False}, set()),
    ],
)
def test_values_are_alternatives_and_controlling_fields_must_agree(
    values: dict[str, Any], names: set[str]
) -> None:
    assert shown(values) == names


def test_what_dependencies_govern_ignores_what_the_field_itself_says() -> None:
    states = state_of(read_fields(DEPENDENT), {"sendTo": "both", "isLoud": True})

    assert states["channelName"].visible  # its own hidden is true
    assert not states["personName"].required  # its own required is true


def test_a_field_that_no_dependency_governs_keeps_its_own_hidden() -> None:
    fields = [
        {"name": "a", "type": "checkbox", "dependencies": {"enabled": {"fields": _HIDING}}},
        {"name": "b"},
        {"name": "c", "hidden": True},
    ]

    states = state_of(read_fields(fields), {"a": True})

    assert (states["b"].visible, states["c"].visible) == (True, False)


_HIDING = [{"name": "b", "hidden": True}, {"name": "c", "hidden": True}]


@pytest.mark.parametrize(("is_loud", "is_disabled"), [(True, False), (False, True), (None, True)])
def test_a_checkbox_controls_by_enabled_and_disabled(
    is_loud: bool | None, is_disabled: bool
) -> None:
    states = state_of(read_fields(DEPENDENT), {"isLoud": is_loud})

    assert states["volume"].disabled is is_disabled


def state(raw: dict[str, Any], values: dict[str, Any]) -> Any:
    """The state of a field that says *raw*, beside the fields a and b."""
    form = read_form({"fieldMap": {"a": {}, "b": {}, "f": raw}})
    return state_of(form, values)["f"]


A1, B1 = {"field": "a", "is": [1]}, {"field": "b", "is": [{"value": "1"}]}


@pytest.mark.parametrize(
    ("raw", "values", "is_visible"),
    [
        ({}, {}, True),
        ({"visible": True}, {}, True),
        ({"visible": False, "visibleWhen": [A1]}, {"a": 1}, False),
        ({"visible": True, "visibleWhen": [A1]}, {"a": 2}, False),
        ({"visibleWhen": [A1, B1]}, {"a": 1, "b": 2}, True),
        ({"visibleWhenAll": [A1, B1]}, {"a": 1, "b": 2}, False),
        ({"visibleWhenAll": [A1, B1]}, {"a": "1", "b": 1}, True),
        ({"visibleWhen": [A1], "visibleWhenAll": [B1]}, {"a": 1, "b": 2}, True),
        ({"visibleWhen": [{"AND": [A1, B1]}]}, {"a": 1, "b": 2}, False),
        ({"visibleWhen": [{"OR": [A1, B1]}]}, {"a": 1, "b": 2}, True),
        ({"visibleWhen": [{"field": "a", "isNot": [1]}]}, {"a": 2}, True),
        ({"visibleWhen": [{"field": "a", "is": [1, 2], "isNot": [1]}]}, {"a": 1}, False),
        ({"visibleWhen": [{"field": "a", "is": []}]}, {"a": 9}, True),
        ({"visibleWhen": [{"field": "nobody", "is": [1]}]}, {}, True),
        ({"visibleWhen": [{"field": "a", "is": ["true"]}]}, {"a": True}, True),
        ({"visibleWhen": [{"field": "a", "is": [""]}]}, {"a": None}, False),
        ({"visibleWhen": [{"field": "a", "is": [[]]}]}, {"a": ""}, False),
        ({"visibleWhen": [{"field": "a", "is": [""]}]}, {"a": ""}, True),
    ],
)
def test_visibility_is_decided_in_order(
    raw: dict[str, Any], values: dict[str, Any], is_visible: bool
) -> None:
    assert state(raw, values).visible is is_visible


@pytest.mark.parametrize(
    ("raw", "values", "expected"),
    [
        ({}, {}, (False, False, False)),
        ({"required": True, "defaultDisabled": True}, {}, (True, True, False)),
        ({"requiredWhen": [A1], "disabledWhenAll": [A1]}, {"a": 1}, (True, True, False)),
        ({"required": True, "requiredWhen": [A1]}, {"a": 2}, (False, False, False)),
        ({"requiredWhen": [{"field": "nobody"}]}, {}, (False, False, False)),
        ({"removeWhen": [A1]}, {"a": 1}, (False, False, True)),
        ({"deleteWhen": [A1]}, {"a": 1}, (False, False, True)),
    ],
)
def test_required_disabled_and_removed_default_to_no(
    raw: dict[str, Any], values: dict[str, Any], expected: tuple[bool, bool, bool]
) -> None:
    found = state(raw, values)

    assert (found.required, found.disabled, found.removed) == expected


_CONDITIONS = st.builds(
    Condition,
    st.sampled_from(["a", "b", "nobody"]),
    st.lists(st.integers(0, 2), max_size=2).map(tuple),
    st.lists(st.integers(0, 2), max_size=2).map(tuple),
)
_RULES: st.SearchStrategy[Rule] = st.recursive(
    _CONDITIONS,
    lambda inside: st.builds(
        Combined,
        st.sampled_from(["AND", "OR"]),
        st.lists(inside, min_size=1, max_size=3).map(tuple),
    ),
    max_leaves=5,
)
_VALUES = st.fixed_dictionaries({"a": st.integers(0, 2), "b": st.integers(0, 2)})


@given(_RULES, _RULES, _VALUES, st.booleans())
def test_rules_combine_as_logic_does(
    one: Rule, other: Rule, values: dict[str, int], default: bool
) -> None:
    both = one.holds(values, default), other.holds(values, default)

    assert Combined("AND", (one, other)).holds(values, default) is all(both)
    assert Combined("OR", (one, other)).holds(values, default) is any(both)


@given(_RULES, _VALUES, st.booleans())
def test_rules_look_only_at_the_fields_they_name(
    rule: Rule, values: dict[str, int], default: bool
) -> None:
    others = {
        name: 9 if name not in set(rule.fields()) else value for name, value in values.items()
    }

    assert rule.holds(others, default) is rule.holds(values, default)
