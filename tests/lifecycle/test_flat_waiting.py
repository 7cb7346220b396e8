"""Framework 2.0: connections that no install step asks for, and what waits for them."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit import Connection, Export, Flow
from connector_kit.models import Operation
from connector_kit.plan.login_request import LABELS
from tests.lifecycle import two_sold
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.source_fixtures import installed, names
from tests.lifecycle.test_flat_settings import form, save
from tests.lifecycle.two_sold_bank import BASIC


class PremiumBank(two_sold.Sold):
    """A connection that only the higher edition has."""

    name = "Sold"

    bank = Connection("Bank", type="http", http=BASIC, edition="premium")
    statements = Export(
        "Statements",
        connection=bank,
        http={"relativeURI": "/", "method": "GET"},
        edition="premium",
    )
    bank_flow = Flow("Bank flow", source=statements, steps=[two_sold.Sold.post], edition="premium")


def log_in(customer: Customer) -> None:
    """The customer enters the credentials of the bank."""
    bank = customer.component("bank")
    auth = {"type": "basic", "basic": {"username": "u", "password": "p"}}
    customer.do("PUT", f"/connections/{bank['_id']}", {**bank, "http": {**BASIC, "auth": auth}})


def request_in(metadata: dict[str, Any]) -> list[str]:
    """The labels above all fields."""
    shown = [metadata["fieldMap"][name] for name in metadata["layout"]["fields"]]
    return [field["label"] for field in shown if field["type"].startswith("label")]


@pytest.fixture
def waiting(shop: Shop) -> Customer:
    """A customer whose update waits for the bank."""
    shop.publish("tests.lifecycle.two_sold:Sold")
    customer = installed(shop)
    shop.publish("tests.lifecycle.two_sold_bank:Sold")
    assert customer.push().outcome == Operation.Outcome.WAITS
    return customer


def test_the_form_asks_the_customer_to_connect(waiting: Customer) -> None:
    title, request = request_in(form(waiting))

    assert title == "Connect to finish this update"
    assert "“Bank”" in request


def test_saving_completes_the_update_after_the_customer_has_connected(waiting: Customer) -> None:
    assert waiting.component("bank_flow")["disabled"] is True
    log_in(waiting)

    assert save(waiting).status == 200

    assert waiting.component("bank_flow").get("disabled", False) is False
    assert request_in(form(waiting)) == []
    assert waiting.installation.needs == []
    assert not {*waiting.integration["settings"]} & {*LABELS}


def test_a_save_before_that_saves_and_waits_on(waiting: Customer) -> None:
    assert save(waiting, channel="#two").status == 200

    assert waiting.installation.settings == {"channel": "#two"}
    assert waiting.installation.needs != []
    assert len(request_in(form(waiting))) == 2


def test_an_installation_waits_for_connections_of_its_edition(shop: Shop) -> None:
    shop.publish(f"{__name__}:PremiumBank")

    customer = installed(shop, "Premium")

    assert customer.integration["mode"] == "settings"
    assert customer.installation.version == "1.0.0"
    assert customer.last_operation.outcome == Operation.Outcome.WAITS
    assert names(customer) >= {"bank", "bank_flow"}
    assert customer.component("bank_flow")["disabled"] is True
    log_in(customer)
    save(customer)
    assert customer.component("bank_flow").get("disabled", False) is False


def test_an_installation_of_the_lowest_edition_waits_for_nothing(shop: Shop) -> None:
    shop.publish(f"{__name__}:PremiumBank")

    customer = installed(shop)

    assert customer.last_operation.outcome == Operation.Outcome.DONE
    assert customer.installation.needs == []
