"""What is wrong with declared settings, found all at once."""

from typing import Any

import pytest

from connector_kit import (
    Checkbox,
    Column,
    Connection,
    Connector,
    Date,
    Editor,
    Export,
    Flow,
    FlowSettings,
    Import,
    KeyValue,
    Label,
    MultiSelect,
    Number,
    Section,
    Select,
    Tab,
    Table,
    Text,
    any_of,
    as_map,
    inverted,
    joined,
    mapped,
    part,
    scaled,
    template,
)
from connector_kit.blueprint import problems
from connector_kit.blueprint.settings import declared_settings
from connector_kit.blueprint.settings.bindings import merged
from connector_kit.blueprint.settings.compiling import compile_settings
from tests.blueprint.settings.declared import HTTP, Orders, Shops, declare, found

OTHER = Text("Other")
OTHER.name = "other"
TWICE = Text("Twice")
PICK = Select("Pick", options=[*"ab"])
FREE = Text("Free")


def visible(name: str, *others: Text) -> Text:
    made = Text(name, visible_when=any_of(*(other.is_("x") for other in others)))
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
        ({"a": Select("A", options="xy")}, [("E103", "Settings.a")]),
        ({"a": Table("A", columns=["x"])}, [("E103", "Settings.a")]),  # type: ignore[list-item]
        ({"a": Select("A", options=[*"xy"], default="z")}, [("E104", "Settings.a")]),
        ({"a": Number("A", default="5")}, [("E104", "Settings.a")]),
        ({"a": Number("A", default=5, maximum=4)}, [("E104", "Settings.a")]),
        ({"a": Text("A", default="x", pattern="y")}, [("E104", "Settings.a")]),
        ({"a": Checkbox("A", secret=True)}, [("E125", "Settings.a")]),
        ({"a": Text("A", secret=True, default="x")}, [("E126", "Settings.a")]),
        ({"api_key": Text("A", default="x")}, [("E126", "Settings.api_key")]),
        ({"api_key": Text("A", default="x", secret=False)}, []),
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
        ({"a": Text("A", pattern="^(a+)+$")}, [("E127", "Settings.a")]),
        (
            {"a": Text("A", wire={"validWhen": {"matchesRegEx": {"pattern": "(x*)*y"}}})},
            [("E127", "Settings.a")],
        ),
        ({"a": Text("A", pattern="^[A-Z]{3}$")}, []),
        ({"a": TWICE, "b": TWICE}, [("E116", "Settings.b")]),
        ({"a": Text("A", under=Section("Lost"))}, [("E117", "Settings.a")]),
        ({"a": Text("A", under="Orders")}, [("E117", "Settings.a")]),  # type: ignore[typeddict-item]
        ({"a": Text("A", was=5)}, [("E128", "Settings.a")]),  # type: ignore[typeddict-item]
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
    assert [problem.attribute for problem in problems(_with(Settings="x"))] == ["Settings"]
    assert [problem.attribute for problem in problems(_with(channel=Text("Channel")))] == [
        "channel"
    ]


def _with(**attributes: Any) -> type[Connector]:
    return type(Connector)("Declared", (Orders,), attributes)


def test_a_setting_of_every_store_cannot_steer_what_they_share() -> None:
    class Settings:
        name = Text("Name", sets="shared.description")

    shared = Connection("Shared", type="http", http=HTTP)
    mixed = type(Connector)("Mixed", (Shops,), {"shared": shared, "Settings": Settings})

    assert [problem.id for problem in problems(mixed)] == ["connector_kit.E113"]


def test_in_framework_two_a_setting_is_of_the_installation_or_of_each_store() -> None:
    class Settings:
        whole = Text("Whole", sets="shared.description")
        own = Text("Own", sets="orders.http.relativeURI", visible_when=whole.is_("x"))
        both = Text("Both", sets=["shared.name", "orders.name"])

    shared = Connection("Shared", type="http", http=HTTP)
    mixed = type(Connector)(
        "Mixed", (Shops,), {"framework": 2, "shared": shared, "Settings": Settings}
    )

    found = [(problem.id, problem.attribute) for problem in problems(mixed)]
    assert ("connector_kit.E113", "Settings.both") in found
    assert ("connector_kit.E105", "Settings.own") in found
    assert not any(attribute == "Settings.whole" for _, attribute in found)


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


def fitting(setting: Any, way: Any, target: str = "sync.description") -> list[str]:
    """The problems of a setting that is written in a *way*."""
    setting.sets = {target: way}
    return [problem for problem, _ in found({"a": setting})]


ROWS = Table("T", columns=[Column("carrier"), Column("note")])


@pytest.mark.parametrize(
    ("setting", "way", "expected"),
    [
        (Checkbox("A"), scaled(1), ["E122"]),
        (Text("A"), scaled(10), ["E122"]),
        (Select("A", options=[*"ab"]), scaled(10), ["E122"]),
        (Select("A", options={"1": "One"}), scaled(10), ["E122"]),
        (Number("A"), scaled(10), []),
        (Select("A", options=len), scaled(10), []),  # whose options nobody knows here
        (Text("A"), merged, ["E122"]),
        (Checkbox("A"), part("x"), ["E122"]),
        (Select("A", options=[*"ab"], with_label=True), part("label"), ["W101"]),
        (Select("A", options=[*"ab"], with_label=True), part("id"), []),
        (Select("A", options=[*"ab"], with_label=True), part("name"), ["E122"]),
        (Checkbox("A"), mapped({"yes": 1, "no": 0}), ["E122"]),
        (Checkbox("A"), mapped({True: 1}), []),
        (Select("A", options=[*"ab"]), mapped({"c": 1}), ["E122"]),
        (Select("A", options=[*"ab"]), mapped({"c": 1}, default=2), []),
        (Text("A"), mapped({"x": 1}), []),
        (Number("A"), mapped({5: "five"}), []),
        (Date("A"), scaled(2), ["E122"]),
        (Label("A"), None, ["E122"]),
        (Text("A"), as_map(), ["W101"]),
        (KeyValue("A"), as_map(), []),
        (ROWS, as_map("carrier", "note"), []),
        (Text("A"), template("fixed"), ["W101"]),
        (Checkbox("A"), inverted, []),
        (Number("A"), inverted, ["W101"]),
        (MultiSelect("A", options=[*"ab"]), joined(","), []),
        (Editor("A", mode="json"), part("deep"), []),
    ],
)
def test_a_way_that_writes_nothing_of_such_values_is_found(
    setting: Any, way: Any, expected: list[str]
) -> None:
    assert fitting(setting, way) == expected


def test_a_template_without_the_value_is_told_where_to_put_it() -> None:
    [problem] = problems(declare({"a": Text("A", sets={"sync.description": template("fixed")})}))

    assert "Put {value} or {json} where the value goes." in str(problem)


LOUD = Checkbox("Loud")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"hidden": True}, ["E123"]),
        ({"hidden": True, "default": "x"}, []),
        ({"hidden": True, "default": "x", "omit_when_hidden": True}, ["E123"]),
        ({"disabled": True}, ["E123"]),
        ({"disabled": True, "default": "x"}, []),
        ({"visible_when": PICK.is_("c")}, ["E123"]),
        ({"visible_when": PICK.is_("a")}, []),
        ({"visible_when": LOUD.is_(True)}, []),
        ({"visible_when": FREE.is_("x")}, []),
    ],
)
@pytest.mark.parametrize("framework", [1, 2])
def test_a_setting_that_never_has_a_value_to_write_is_found(
    given: dict[str, Any], expected: list[str], framework: int
) -> None:
    settings = {
        "loud": LOUD,
        "free": FREE,
        "pick": PICK,
        "a": Text("A", sets="sync.description", **given),
    }

    assert [problem for problem, _ in found(settings, framework=framework)] == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("shop.http.auth.basic.password", ["E124", "W100"]),
        ("shop.http.auth.basic.username", ["E124", "W100"]),
        ("shop.http.encrypted", ["E124", "W100"]),
        ("shop.http.baseURI", ["W100"]),
        ("shop.debugDate", []),
        ("shop.lastModified", ["E109"]),
        ("save.externalId", ["E109"]),
    ],
)
def test_what_is_the_customers_or_the_platforms_is_set_by_no_setting(
    target: str, expected: list[str]
) -> None:
    auth = {"type": "basic", "basic": {"username": "", "password": ""}}
    shop = Connection("Shop", type="http", http={**HTTP, "auth": auth, "encrypted": {}})
    orders = Export("Orders", connection=shop, http={"relativeURI": "/orders"})
    save = Import("Save", connection=shop, http={"relativeURI": ["/save"]})
    sync = Flow("Sync", source=orders, steps=[save])
    body = {"a": Text("A", sets=target)}

    problems = found(body, shop=shop, orders=orders, save=save, sync=sync, refunds=None)

    assert sorted(problem for problem, _ in problems) == expected


def test_a_setting_may_not_change_what_another_finds_its_item_by() -> None:
    settings = {
        "a": Text("A", sets="save.mapping.fields[generate=text].extract"),
        "b": Text("B", sets="save.mapping.fields[generate=text].generate"),
    }

    assert found(settings) == [("E110", "Settings.b")]


def test_a_setting_of_those_who_lack_what_it_steers_is_warned_of() -> None:
    extra = Export(
        "Extra", connection=Orders.shop, http={"relativeURI": "/e"}, edition=Orders.premium
    )
    paid = Export("Paid", connection=Orders.shop, http={"relativeURI": "/p"}, add_on="payouts")

    def problems_of(target: str, **given: Any) -> list[str]:
        settings = {"a": Number("A", sets=target, **given)}
        return [problem for problem, _ in found(settings, extra=extra, paid=paid)]

    assert problems_of("extra.pageSize") == ["W102"]
    assert problems_of("extra.pageSize", edition="premium") == []
    assert problems_of("paid.pageSize") == ["W102"]
    assert problems_of("paid.pageSize", add_on="payouts") == []
    assert problems_of("orders.pageSize", edition="premium") == []


@pytest.mark.parametrize(
    ("setting", "is_secret"),
    [
        ({"door": Text("A")}, False),
        ({"door": Text("A", secret=True)}, True),
        ({"door": Editor("A", secret=True)}, True),
        ({"door_pin": Text("A")}, True),
        ({"door_pin": Number("A")}, True),
        ({"door_pin": Text("A", secret=False)}, False),
        ({"door_pin": Checkbox("A")}, False),
        ({"door": Text("A", sets="post.http.headers[name=X-API-Key].value")}, True),
        ({"door": Text("A", sets="shop.http.unencrypted.api_key")}, True),
        ({"door": Text("A", sets="post.http.headers[name=Accept].value")}, False),
    ],
)
@pytest.mark.parametrize("framework", [1, 2])
def test_a_setting_is_secret_by_word_by_name_and_by_what_it_is_bound_to(
    setting: dict[str, Any], is_secret: bool, framework: int
) -> None:
    holder = type("Settings", (), setting)
    for name, made in setting.items():
        made.name = name
    declared = declared_settings(type("Shop", (), {"Settings": holder, "framework": framework}))
    schema = compile_settings(declared, lambda _, value: value, lambda *_: None)

    assert bool(schema.secrets) is is_secret
