"""What is wrong with declared settings, found all at once."""

from typing import Any

import pytest

from connector_kit import (
    Checkbox,
    Connection,
    Connector,
    Flow,
    FlowSettings,
    Import,
    Number,
    Section,
    Select,
    Tab,
    Table,
    Text,
    any_of,
)
from connector_kit.blueprint import problems
from tests.blueprint.settings.declared import HTTP, Orders, Shops, declare, found

OTHER = Text("Other")
OTHER.name = "other"
TWICE = Text("Twice")
PICK = Select("Pick", options="ab")
FREE = Text("Free")


def visible(name: str, *others: Text) -> Text:
    made = Text(name, visible_when=any_of(*(each.is_("x") for each in others)))
    made.name = name
    return made


A = visible("a")
B = visible("b", A)
A.conditions = {**A.conditions, "visible": B.is_("x")}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"a": Text("")}, [("E101", "Settings.a")]),
        ({"page": Section("  ")}, [("E101", "Settings.page")]),
        ({"disabled": Text("D")}, [("E102", "Settings.disabled")]),
        ({"a": Select("A", options=5)}, [("E103", "Settings.a")]),  # type: ignore[arg-type]
        ({"a": Table("A", columns=["x"])}, [("E103", "Settings.a")]),  # type: ignore[list-item]
        ({"a": Select("A", options="xy", default="z")}, [("E104", "Settings.a")]),
        ({"a": Number("A", default="5")}, [("E104", "Settings.a")]),
        ({"a": Number("A", default=5, maximum=4)}, [("E104", "Settings.a")]),
        ({"a": Text("A", default="x", pattern="y")}, [("E104", "Settings.a")]),
        ({"a": Text("A", default=object())}, [("E022", "Settings.a")]),
        ({"a": Text("A", visible_when=OTHER.is_("x"))}, [("E105", "Settings.a")]),
        ({"a": Text("A", visible_when="x")}, [("E105", "Settings.a")]),
        (
            {"pick": PICK, "s": Section("S"), "a": Text("A", visible_when=PICK.is_("a"))},
            [("E105", "Settings.a")],
        ),
        ({"a": A, "b": B}, [("E106", "Settings.a")]),
        (
            {"free": FREE, "a": Text("A", visible_when=FREE.is_not("x"))},
            [("E107", "Settings.a")],
        ),
        (
            {
                "free": FREE,
                "pick": PICK,
                "a": Text("A", required_when=any_of(FREE.is_("x"), PICK.is_("a"))),
            },
            [("E107", "Settings.a")],
        ),
        ({"a": Text("A", sets="svae.name")}, [("E108", "Settings.a")]),
        ({"a": Text("A", sets="save.http.bdoy")}, [("E109", "Settings.a")]),
        (
            {"a": Text("A", sets="save.mapping.fields[generate=no].extract")},
            [("E109", "Settings.a")],
        ),
        ({"a": Text("A", sets="sync.schedule")}, []),
        (
            {"a": Text("A", sets="save.http"), "b": Text("B", sets="save.http.body[0]")},
            [("E110", "Settings.b")],
        ),
        ({"a": Text("A", sets="save")}, [("E111", "Settings.a")]),
        ({"a": Text("A", sets={"sync.schedule": str.upper})}, [("E111", "Settings.a")]),
        ({"a": Text("A", was="b"), "b": Text("B")}, [("E114", "Settings.a")]),
        ({"a": Text("A", was="x"), "b": Text("B", was="x")}, [("E114", "Settings.b")]),
        ({"f": FlowSettings("snyc")}, [("E115", "Settings.f")]),
        ({"a": TWICE, "b": TWICE}, [("E116", "Settings.b")]),
        ({"a": Text("A", under=Section("Lost"))}, [("E117", "Settings.a")]),
        ({"a": Text("A", validate="x")}, [("E118", "Settings.a")]),  # type: ignore[arg-type]
        ({"a": Section("A b"), "b": Section("Ab")}, [("E119", "Settings.b")]),
        ({"s": Section("S"), "a": Tab("A"), "b": Tab("A")}, [("E119", "Settings.b")]),
        ({"a": Text("A", edition="gold")}, [("E072", "Settings.a")]),
        ({"s": Section("S", add_on="gold")}, [("E072", "Settings.s")]),
        ({"a": Text("A", requird=True)}, [("E020", "Settings.a")]),  # type: ignore[call-arg]
    ],
)
def test_mistakes_are_found_where_they_are(
    settings: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert found(settings) == expected


def test_settings_need_a_class() -> None:
    assert [each.attribute for each in problems(_with(Settings="x"))] == ["Settings"]
    assert [each.attribute for each in problems(_with(channel=Text("Channel")))] == ["channel"]


def _with(**attributes: Any) -> type[Connector]:
    return type(Connector)("Declared", (Orders,), attributes)


def test_a_setting_of_every_store_cannot_steer_what_they_share() -> None:
    class Settings:
        name = Text("Name", sets="shared.description")

    shared = Connection("Shared", type="http", http=HTTP)
    mixed = type(Connector)("Mixed", (Shops,), {"shared": shared, "Settings": Settings})

    assert [each.id for each in problems(mixed)] == ["connector_kit.E113"]


def test_settings_of_flows_steer_nothing_in_framework_two() -> None:
    settings = {"f": FlowSettings("sync"), "a": Text("A", sets="sync.schedule")}

    assert found(settings) == []
    assert found(settings, framework=2) == [("E121", "Settings.a")]


def test_mappings_that_an_import_names_are_there() -> None:
    named = Import(
        "Save",
        connection=Orders.shop,
        mapping={"fields": [{"generate": "text"}], "lists": [{"generate": "l", "fields": []}]},
        required_mappings=["text", "txet"],
        locked_mappings=["l[*].sku"],
    )

    assert found({}, save=named) == [("E120", "save"), ("E120", "save")]


def test_a_path_that_customers_own_is_warned_of() -> None:

    owned = Flow("Sync", source=Orders.orders, steps=[Orders.save], customer_owns=["disabled"])

    assert found({"a": Checkbox("A", sets="sync.disabled")}, sync=owned) == [("W100", "Settings.a")]


def test_a_problem_names_the_way_out() -> None:
    [problem] = problems(declare({"a": Text("A", sets="svae.name")}))

    assert "Did you mean 'save'?" in str(problem)
