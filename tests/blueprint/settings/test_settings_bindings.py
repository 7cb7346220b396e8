"""What settings steer, and what happens to values on their way."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_kit import (
    Checkbox,
    Connector,
    Flow,
    Import,
    Step,
    as_map,
    inverted,
    joined,
    mapped,
    part,
    scaled,
    template,
)
from connector_kit.blueprint import INTEGRATION, Situation, compile_connector, tailored
from connector_kit.blueprint.settings.bindings import Binding, Way, merged
from tests.blueprint.accounts import Account
from tests.blueprint.settings.declared import Orders, Shops

ORDERS = compile_connector(Orders)

DOCUMENT = {
    "a": {"b": 1, "list": [{"generate": "x", "extract": 1}, {"name": "n", "map": {}}, "t"]},
    "steps": [{"_importId": {"$ref": "save"}, "flag": False}],
}


@pytest.mark.parametrize(
    ("path", "value", "way", "expected"),
    [
        ("a.b", 2, None, {"a.b": 2}),
        ("a.c", 2, None, {"a.c": 2}),
        ("new", 2, None, {"new": 2}),
        ("a.list[generate=x].extract", 2, None, {"a.list[0].extract": 2}),
        ("a.list[2]", "u", None, {"a.list[2]": "u"}),
        ("steps[save].flag", True, None, {"steps[0].flag": True}),
        ("a.list[name=n]", {"map": {"k": "v"}}, merged, {"a.list[1].map": {"k": "v"}}),
        ("a.b", True, inverted, {"a.b": False}),
        ("a.b", "x", template('{"c": "{value}", "j": {json}}'), {"a.b": '{"c": "x", "j": "x"}'}),
        ("a.b", "yes", mapped({"yes": 1, "no": 0}), {"a.b": 1}),
        ("a.b", "what", mapped({"yes": 1}, default=9), {"a.b": 9}),
        ("a.b", 2, scaled(1000), {"a.b": 2000}),
        ("a.b", 1, scaled(0.5), {"a.b": 0.5}),
        ("a.b", ["x", "y"], joined("|"), {"a.b": "x|y"}),
        ("a.b", {"k": 7}, part("k"), {"a.b": 7}),
        ("a.b", [{"key": "k", "value": 1}], as_map(), {"a.b": {"k": 1}}),
    ],
)
def test_a_value_is_written_where_and_how_the_binding_says(
    path: str, value: Any, way: Way | None, expected: dict[str, Any]
) -> None:
    written = Binding("x", path, way).written(DOCUMENT, value)

    [(place, found)] = expected.items()
    assert Binding("x", place).is_in(written)
    assert at(written, place) == found


@pytest.mark.parametrize(
    ("path", "value", "way"),
    [
        ("a.b", None, None),
        ("no.where", 1, None),
        ("a.list[generate=z].extract", 1, None),
        ("a.list[9]", 1, None),
        ("a.b.c", 1, None),
        ("a.b", "what", mapped({"yes": 1})),
        ("a.b", "text", scaled(2)),
    ],
)
def test_where_there_is_nothing_to_write_the_document_stays(
    path: str, value: Any, way: Way | None
) -> None:
    assert Binding("x", path, way).written(DOCUMENT, value) is DOCUMENT


def at(document: Any, path: str) -> Any:
    for step in Binding("x", path).steps():
        document = document[int(step[1:-1])] if step.startswith("[") else document[step]
    return document


@given(st.sampled_from(["a.b", "a.list[0].extract", "steps[save].flag"]), st.integers())
def test_a_binding_changes_one_place_and_writing_twice_is_writing_once(
    path: str, value: int
) -> None:
    binding = Binding("x", path)
    once = binding.written(DOCUMENT, value)

    assert binding.written(once, value) == once
    assert binding.written(once, at(DOCUMENT, path.replace("save", "0"))) == DOCUMENT


def test_bindings_survive_json() -> None:
    for way in (None, inverted, merged, template("x"), mapped({1: 2}), scaled(2), joined(",")):
        binding = Binding("save", "a.b", way)

        assert Binding.from_json(binding.to_json()) == binding


BOUND = {
    "loud": {"refunds"},
    "channel": {"save"},
    "lag": {"orders"},
    "extract": {"save"},
    "carriers": {"save"},
    "currency": set(),
    "status": set(),
}
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "loud": st.booleans(),
    "channel": st.text(),
    "lag": st.integers(0, 60),
    "extract": st.sampled_from(["code", "name"]),
    "carriers": st.dictionaries(st.text(), st.text()).map(
        lambda pairs: {"map": pairs, "default": None, "allowFailures": False}
    ),
    "currency": st.text(),
    "status": st.lists(st.sampled_from(["paid", "open"])),
}
_SETTINGS = st.fixed_dictionaries({}, optional=_VALUES)
_ONE = st.sampled_from(sorted(_VALUES)).flatmap(
    lambda name: st.tuples(st.just(name), _VALUES[name])
)


@given(_SETTINGS, _ONE)
def test_one_setting_touches_only_what_is_bound_to_it(
    settings: dict[str, Any], change: tuple[str, Any]
) -> None:
    name, value = change
    before = tailored(ORDERS, Situation(settings=settings))
    after = tailored(ORDERS, Situation(settings={**settings, name: value}))

    changed = {
        component.external_id
        for component in after.components
        if component != before.component(component.external_id)
    }
    assert changed <= BOUND[name]
    assert (after == before) or name in settings or after.integration != before.integration


@given(_SETTINGS, _SETTINGS)
def test_configured_accounts_are_what_their_settings_say_and_stay_so(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    account = Account.empty()
    for settings in (first, second):
        wanted = tailored(ORDERS, Situation(settings=settings))
        declared = (*wanted.components, wanted.integration)
        account.apply(account.plan(*declared))

        assert not account.plan(*declared)
    live = {live.external_id: live.document for live in account.live()}
    assert live["orders"]["delta"] == wanted.component("orders").document["delta"]
    assert live["save"]["http"] == wanted.component("save").document["http"]
    assert live[INTEGRATION]["settings"] == wanted.integration.document["settings"]


def test_a_setting_finds_the_step_of_its_own_store() -> None:
    sync = Flow(
        "Sync", source=Shops.orders, steps=[Step(save := own_save(), proceed_on_failure=False)]
    )
    sync.per_store = True
    body = {
        "save": save,
        "sync": sync,
        "Settings": type(
            "Settings",
            (),
            {"go": Checkbox("Go on", sets="sync.pageProcessors[save].proceedOnFailure")},
        ),
    }
    blueprint = compile_connector(type(Connector)("Spread", (Shops,), body))

    situation = Situation(stores=("s1", "s2"), settings={"s2": {"go": True}})
    steps = {
        component.external_id: component.document["pageProcessors"][0]["proceedOnFailure"]
        for component in tailored(blueprint, situation).components
        if component.resource == "flows"
    }

    assert steps == {"sync-s1": False, "sync-s2": True}


def own_save() -> Import:
    return Import(
        "Save",
        connection=Shops.shop,
        http={"relativeURI": ["/s"], "method": ["POST"]},
        per_store=True,
    )
