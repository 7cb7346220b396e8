"""What `check` says about a class of framework 2.0 that promises what only 1.0 can do."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit import (
    Checkbox,
    Column,
    Connection,
    Connector,
    Export,
    Flow,
    FlowSettings,
    Import,
    Section,
    Table,
    Text,
)
from connector_kit.blueprint import problems

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


def update(options: dict[str, Any]) -> list[Any]:
    return []


def nothing(*_: Any) -> Any:
    return None


class Parts:
    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export("Orders", connection=shop, http={"relativeURI": "/", "method": "GET"})


def import_(**more: Any) -> Import:
    http = {"relativeURI": ["/"], "method": ["POST"]}
    mapping = {"fields": [{"extract": "a", "generate": "a"}], "lists": []}
    return Import("Save", connection=Parts.shop, http=http, mapping=mapping, **more)


def declare(framework: int, save: Import, section: str = "", **settings: Any) -> type[Connector]:
    sync = Flow("Sync", source=Parts.orders, steps=[save], section=section or None)
    body: dict[str, Any] = {"shop": Parts.shop, "orders": Parts.orders, "save": save, "sync": sync}
    held = type("Settings", (), settings) if settings else None
    named = {"name": "N", "version": "1.0.0", "framework": framework}
    return type("N", (Connector,), {**named, **body, **({"Settings": held} if held else {})})


CASES = [
    pytest.param({"save": import_(hooks={"preMap": update})}, None, "E090", id="a hook's name"),
    pytest.param({"save": import_(required_mappings=["a"])}, "save", "W090", id="mappings"),
    pytest.param({"save": import_(), "section": "S"}, "sync", "W091", id="a section of flows"),
    pytest.param(
        {"save": import_(), "at": Section("S", description="D"), "a": Text("A")},
        "Settings.at",
        "W092",
        id="a description",
    ),
    pytest.param(
        {"save": import_(), "at": FlowSettings("sync", has_switch=False), "a": Text("A")},
        "Settings.at",
        "W092",
        id="flags of a flow",
    ),
    pytest.param(
        {"save": import_(), "a": Checkbox("A", on_change=nothing)},
        "Settings.a",
        "W093",
        id="a function on change",
    ),
    pytest.param(
        {"save": import_(), "at": FlowSettings("sync"), "a": Text("A", validate=nothing)},
        "Settings.a",
        "W094",
        id="a check of a flow's setting",
    ),
    pytest.param(
        {"save": import_(), "a": Table("A", columns=[Column("c", options=nothing)])},
        "Settings.a",
        "W095",
        id="refreshed columns",
    ),
]


@pytest.mark.parametrize(("declared", "attribute", "number"), CASES)
def test_what_only_framework_one_can_do_is_reported(
    declared: dict[str, Any], attribute: str | None, number: str
) -> None:
    found = problems(declare(2, **declared))

    assert [(problem.attribute, problem.id) for problem in found] == [
        (attribute, f"connector_kit.{number}")
    ]
    assert problems(declare(1, **declared)) == []


def test_a_wrapper_function_cannot_have_a_name_of_the_platforms() -> None:
    erp = Connection("ERP", type="wrapper", wrapper={"pingFunction": "verifyConnection"})

    body = {"name": "N", "version": "1.0.0", "framework": 2, "erp": erp}
    [problem] = problems(type("N", (Connector,), body))

    assert (problem.attribute, problem.id) == ("erp", "connector_kit.E090")
