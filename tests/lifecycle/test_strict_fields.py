"""Where exports and scripts keep no external id, they are found by what the kit remembers."""

import pytest

from connector_kit.models import Component
from tests.lifecycle.fixtures import problems_of
from tests.lifecycle.frameworks import IN_BOTH

pytestmark = [IN_BOTH, pytest.mark.parametrize("strict_fields", [True])]

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def named(customer):
    """What the account itself calls the exports and scripts of the installation."""
    found = customer.platform.control(f"/accounts/{customer.account.account_id}/documents")
    return {item.get("externalId") for kind in ("exports", "scripts") for item in found[kind]}


def test_an_installation_is_updated_rolled_back_and_removed(shop, customer, upgraded):
    first = shop.connector.releases.get(version="1.0.0")
    assert named(customer) == {None}

    for release in (upgraded, first):
        assert customer.push(release).outcome == "done"
        assert problems_of(customer, release) == []

    customer.uninstall()
    assert customer.tagged() == []


def test_a_second_update_finds_nothing_to_do(customer, upgraded):
    customer.push()
    sent = len(customer.requests())

    assert customer.push(upgraded).outcome == "current"

    written = [path for method, path in customer.requests(since=sent) if method in WRITES]
    assert written == [customer.home]  # unlocked


@pytest.mark.parametrize("is_state_lost", [False, True])
def test_an_update_without_records_makes_nothing_again(shop, customer, upgraded, is_state_lost):
    held = {item["externalId"]: item["_id"] for _, item in customer.tagged()}
    kept = {name: held[name] for name in held if not name.startswith("refunds")}
    Component.objects.all().delete()
    if is_state_lost:
        customer.do("DELETE", f"{customer.home}/state/connectorKit")

    assert customer.push().outcome == "done"

    now = {item["externalId"]: item["_id"] for _, item in customer.tagged()}
    assert {name: now.get(name) for name in kept} == kept


def test_what_a_lost_create_left_twice_is_removed(shop, customer, upgraded):
    for name in ("helpers", "new_orders", "orders_to_chat"):
        resource, original = next(row for row in customer.tagged() if row[1]["externalId"] == name)
        copy = {key: value for key, value in original.items() if key not in {"_id", "createdAt"}}
        customer.do("POST", f"/{resource}", copy)

    operation = customer.push(shop.connector.releases.get(version="1.0.0"))

    assert operation.summary["delete"] == 3
    assert problems_of(customer, shop.connector.releases.get(version="1.0.0")) == []


def test_a_double_that_was_changed_is_left_to_people(shop, customer, upgraded):
    original = customer.component("orders_to_chat")
    copy = {key: value for key, value in original.items() if key not in {"_id", "createdAt"}}
    customer.do("POST", "/flows", {**copy, "schedule": "? 5 * ? * *"})
    before = customer.untouched()

    operation = customer.push()

    assert operation.code == "component_duplicated"
    assert customer.untouched() == before
