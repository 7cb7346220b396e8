"""Customers of connectors with settings, and how their pages are looked at and saved."""

from typing import Any

import pytest

from connector_kit.models import Operation
from tests.lifecycle.fixtures import FAR, Customer, Reply, Shop

CHAT = "tests.lifecycle.settings_1_0:Chat"
NEXT_CHAT = "tests.lifecycle.settings_1_1:Chat"
LAST_CHAT = "tests.lifecycle.settings_1_2:Chat"
SHOPS = "tests.lifecycle.settings_1_0:Shops"


@pytest.fixture
def chat(shop: Shop) -> Customer:
    """A customer of the connector with settings."""
    shop.publish(CHAT)
    return installed(shop)


@pytest.fixture
def shops(shop: Shop) -> Customer:
    """A customer with two stores."""
    shop.publish(SHOPS)
    each = {"type": "store", "licenses": [{}, {}]}
    customer = installed(shop, {"addonLicenses": [each]})
    steps = customer.do("PUT", f"{customer.home}/installer/addNewStore", {})
    for step in steps:
        reply = customer.press(step["installerFunction"])
        assert reply.body["success"], reply.body
    return customer


def installed(shop: Shop, opts: dict[str, Any] | None = None) -> Customer:
    """A customer with a license of *opts* who has installed what was published last."""
    customer = Customer(shop.platform, 1)
    path = f"/connectors/{shop.connector.connector_id}"
    granted = {"email": customer.account.email, "expires": FAR, "sandbox": False, "opts": opts}
    customer.platform.call("POST", f"{path}/licenses", granted if opts else {**granted, "opts": {}})
    before = customer.integration_ids()
    customer.do("POST", f"/integrations/{shop.connector.connector_id}/install", {})
    [customer.integration_id] = customer.integration_ids() - before
    for step in customer.integration["install"]:
        reply = customer.press(step)
        assert reply.body["success"], reply.body
    return customer


def save(customer: Customer, pending: Any, **more: Any) -> Reply:
    """Save as the platform's pages do."""
    path = f"{customer.home}/settings/persistSettings"
    return customer.ask("PUT", path, {"pending": pending, **more})


def page(customer: Customer) -> dict[str, Any]:
    """The settings document."""
    found: dict[str, Any] = customer.integration["settings"]
    return found


def section(customer: Customer) -> dict[str, Any]:
    """The section of orders."""
    [found] = [document for document in page(customer)["sections"] if document["title"] == "Orders"]
    return found


def values(fields: list[dict[str, Any]]) -> dict[str, Any]:
    """What *fields* hold, by name."""
    return {field["name"]: field.get("value") for field in fields}


def body(customer: Customer) -> str:
    """What is posted."""
    [found] = customer.component("post_message")["http"]["body"]
    return str(found)


def written(operation: Operation) -> set[str]:
    """What an operation has changed."""
    return set(operation.changes.values_list("external_id", flat=True))
