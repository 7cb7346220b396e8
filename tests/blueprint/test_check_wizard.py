"""What `check` says about steps of framework 2.0, and about functions on scripts."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit import (
    Checkbox,
    Connection,
    Connector,
    Edition,
    Export,
    InstallStep,
    Script,
    Select,
    Text,
    UninstallStep,
)
from connector_kit.blueprint import Blueprint, compile_connector, problems

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}
SHOP = Connection("Shop", type="http", http=HTTP)
ORDERS = Export("Orders", connection=SHOP, http={"relativeURI": "/", "method": "GET"})
CHECKS, OTHER = (Script(name, content="function run() {}") for name in ("Checks", "Other"))
RUN = CHECKS.function("run")


def declare(framework: int = 2, settings: Any = None, **more: Any) -> type[Connector]:
    body = {"name": "N", "version": "1.0.0", "shop": SHOP, "orders": ORDERS, "checks": CHECKS}
    held = {"Settings": type("Settings", (), settings)} if settings else {}
    return type("N", (Connector,), {**body, "framework": framework, **more, **held})


@pytest.mark.parametrize(
    ("declared", "attribute", "number"),
    [
        pytest.param({"update": RUN}, "update", "E092", id="update"),
        pytest.param({"complete_install": RUN}, "complete_install", "E092", id="installing"),
        pytest.param({"init_child": RUN}, "init_child", "E092", id="new stores"),
        pytest.param({"change_edition": RUN}, "change_edition", "E092", id="editions"),
        pytest.param({"presave": RUN}, "presave", "W096", id="an unknown role"),
        pytest.param({"pre_save": "run"}, "pre_save", "E096", id="a name"),
        pytest.param(
            {"pre_save": CHECKS.function("walk")}, "pre_save", "W023", id="no such function"
        ),
        pytest.param(
            {"pre_save": RUN, "settings": {"a": Text("A", sets="orders.http.relativeURI")}},
            "Settings.a",
            "E093",
            id="a setting that controls something",
        ),
        pytest.param(
            {"pre_save": RUN, "settings": {"a": Checkbox("A", validate=lambda _: None)}},
            "Settings.a",
            "E093",
            id="a setting with a check in Python",
        ),
        pytest.param(
            {"form_init": RUN, "settings": {"a": Select("A", options=lambda _: ["b"])}},
            "Settings.a",
            "E093",
            id="a setting with a function for its options",
        ),
        pytest.param({"ask": InstallStep("Ask")}, "ask", "E095", id="a step without anything"),
        pytest.param(
            {"ask": InstallStep("", url="https://a.example.com")}, "ask", "E095", id="no name"
        ),
        pytest.param(
            {
                "other": OTHER,
                "ask": InstallStep("Ask", function=RUN, init_form=OTHER.function("run")),
            },
            "ask",
            "E095",
            id="a step of two scripts",
        ),
        pytest.param(
            {"ask": InstallStep("Ask", function=RUN, init_form="form")}, "ask", "E095", id="both"
        ),
        pytest.param(
            {"ask": UninstallStep("Ask", form={}, per_store=True)}, "ask", "E073", id="no stores"
        ),
    ],
)
def test_it_is_reported(declared: dict[str, Any], attribute: str, number: str) -> None:
    found = problems(declare(**declared))

    assert [(problem.attribute, problem.id) for problem in found] == [
        (attribute, f"connector_kit.{number}")
    ]


def test_a_script_that_not_every_installation_has_is_reported() -> None:
    premium = Edition("Premium")
    extra = Script("Extra", content="function run() {}", edition=premium)
    editions = {"standard": Edition("Standard"), "premium": premium}

    [problem] = problems(declare(**editions, extra=extra, pre_save=extra.function("run")))

    assert (problem.attribute, problem.id) == ("pre_save", "connector_kit.E094")


@pytest.mark.parametrize("declared", [{"pre_save": RUN}, {"ask": InstallStep("Ask", form={})}])
def test_framework_1_has_neither(declared: dict[str, Any]) -> None:
    [problem] = problems(declare(1, **declared))

    assert problem.id == "connector_kit.E091"


def test_a_version_with_steps_is_read_back_as_it_was_written() -> None:
    step = InstallStep("Ask", form={"fieldMap": {}}, function=RUN)
    blueprint = compile_connector(declare(ask=step, bye=UninstallStep("Bye", function="bye")))

    assert Blueprint.from_json(blueprint.to_json()) == blueprint
    assert [item.document.get("type") for item in blueprint.steps] == ["form", "hidden"]
    assert blueprint.steps[0].document["_scriptId"] == {"$ref": "checks"}
    assert blueprint.steps[1].document["_stackId"] == {"$ref": "@stack"}
