"""Framework 2.0: the functions that an author writes, called by the platform itself."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit import Connection, Connector, Export, Flow, Import, Script, flat, wrapper
from connector_kit.lifecycle.functions import find_module
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.source_fixtures import begin, installed, names, take_steps, uninstall
from tests.lifecycle.test_flat_add_ons import PAYOUTS
from tests.lifecycle.test_flat_settings import save

CALLED: list[str] = []


@wrapper.ping
def ping(options: dict[str, Any]) -> dict[str, Any]:
    is_known = options["connection"]["unencrypted"].get("user") == "jo"
    return {"statusCode": 200 if is_known else 401}


@wrapper.export
def fetch(options: dict[str, Any]) -> dict[str, Any]:
    return {"data": [{"id": 1}], "lastPage": True}


class Wrapped(Connector):
    name = "Wrapped"
    version = "1.0.0"
    framework = 2

    erp = Connection("ERP", type="wrapper", wrapper={"pingFunction": "ping"})
    helpers = Script("Helpers", content="function addTotals(options) { return options.data }")
    orders = Export("Orders", connection=erp, wrapper={"function": "fetch"})
    save = Import(
        "Save",
        connection=erp,
        wrapper={"function": "fetch"},
        hooks={"preMap": helpers.function("addTotals")},
    )
    sync = Flow("Sync", source=orders, steps=[save], disabled=True)

    ping = ping
    fetch = fetch


class ByHand(Wrapped):
    """An author's own functions take the place of the kit's."""

    name = "By hand"

    @flat.step(name="completeInstall")
    @staticmethod
    def complete(_: dict[str, Any]) -> None:
        CALLED.append("completeInstall")

    @flat.step(name="completeUninstall")
    @staticmethod
    def leave(_: dict[str, Any]) -> None:
        CALLED.append("completeUninstall")


@pytest.fixture
def wrapped(shop: Shop) -> Shop:
    shop.publish(f"{__name__}:Wrapped")
    return shop


def install(customer: Customer, **unencrypted: str) -> Any:
    """Take the steps with the connection that the step proposes."""
    steps = customer.do("GET", f"{customer.home}/installSteps")
    template = {k: v for k, v in steps[0]["sourceConnection"].items() if k != "_id"}
    filled = {**template, "wrapper": {**template["wrapper"], "unencrypted": unencrypted}}
    return take_steps(customer, connection={"connection": filled})


def test_a_wrapper_connection_is_installed_and_its_functions_are_called(wrapped: Shop) -> None:
    customer = begin(wrapped, edition="")

    install(customer, user="jo")

    export = customer.component("orders")
    answer = customer.do("POST", f"/exports/{export['_id']}/invoke", {})
    assert answer["data"] == [{"id": 1}]
    assert names(customer) == {"erp", "helpers", "orders", "save", "sync"}


def test_a_wrapper_that_refuses_keeps_the_step_open(wrapped: Shop) -> None:
    customer = begin(wrapped, edition="")

    with pytest.raises(AssertionError, match="connection_offline"):
        install(customer, user="nobody")

    assert customer.integration["mode"] == "install"


def test_scripts_are_updated(wrapped: Shop) -> None:
    customer = begin(wrapped, edition="")
    install(customer, user="jo")
    script = customer.component("helpers")

    content = customer.do("GET", f"/scripts/{script['_id']}")["content"]

    assert content.startswith("function addTotals")
    assert customer.push().outcome == "current"


def test_hooks_see_the_edition_the_add_ons_and_the_settings(shop: Shop) -> None:
    shop.publish("tests.lifecycle.two_sold:Sold")
    customer = installed(shop, "Premium", opts=PAYOUTS)
    save(customer, channel="#two")
    hooks = find_module(str(shop.connector.connector_id))
    assert hooks is not None
    flow = customer.component("sync")
    levels = {"integration": customer.integration["settings"], "flow": flow["settings"]}

    [entry] = hooks.find(None, "describe")({"data": [{}], "settings": levels})

    assert entry["data"] == {"edition": "premium", "payouts": True, "channel": "#two"}


def test_an_authors_function_takes_the_place_of_the_kits(shop: Shop) -> None:
    shop.publish(f"{__name__}:ByHand")
    customer = begin(shop, edition="")
    install(customer, user="jo")

    uninstall(customer)

    assert CALLED == ["completeInstall", "completeUninstall"]
