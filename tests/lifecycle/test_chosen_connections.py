"""Framework 2.0: customers take install steps with connections that they already have."""

from __future__ import annotations

from typing import Any

import pytest

from connector_kit.models import Component, Operation
from connector_kit.publisher import sync_install_base
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.source_fixtures import CREDENTIALS, NEXT_TWO, begin, installed, uninstall

BOTH, NEXT_BOTH = "tests.lifecycle.two_connections:Two", "tests.lifecycle.two_connections:Next"
OWN = {**CREDENTIALS, "name": "Mine"}


@pytest.fixture
def both(shop: Shop) -> Shop:
    """A connector of framework 2.0 with two connections is published."""
    shop.publish(BOTH)
    return shop


def test_one_connection_of_the_customers_own_stands_in_for_two(both: Shop) -> None:
    customer = begin(both, "Premium")
    own = customer.do("POST", "/connections", OWN)["_id"]

    connect(customer, {"_connectionId": own}, {"_connectionId": own})
    both.publish(NEXT_BOTH)
    customer.push()

    assert connections(customer) == {own}
    assert uses(customer, "orders", "ledgers", "accounts") == {own}


def test_a_connection_that_was_made_for_one_step_serves_the_next(both: Shop) -> None:
    customer = begin(both, "Premium")

    connect(customer, {"connection": CREDENTIALS}, None)
    [made] = connections(customer)
    both.publish(NEXT_BOTH)
    customer.push()

    assert connections(customer) == {made}
    assert uses(customer, "orders", "ledgers", "accounts") == {made}


def test_an_update_that_begins_to_use_a_chosen_connection_does_not_wait(both: Shop) -> None:
    customer = begin(both)
    own = customer.do("POST", "/connections", OWN)["_id"]
    connect(customer, {"connection": CREDENTIALS}, {"_connectionId": own})
    both.publish(NEXT_BOTH)

    assert customer.push().outcome == Operation.Outcome.DONE

    assert uses(customer, "accounts") == {own}
    assert len(connections(customer)) == 2


def test_a_connection_of_another_installation_is_used_and_stays(two: Shop) -> None:
    first = installed(two)
    [shared] = connections(first)
    second = begin(two)
    connect(second, {"_connectionId": shared})
    two.publish(NEXT_TWO)

    second.push()
    assert uses(second, "orders", "returns") == {shared}
    uninstall(second)

    assert connections(first) == {shared}
    assert uses(first, "orders") == {shared}


def test_a_connection_of_the_customers_own_survives_the_uninstall(two: Shop) -> None:
    customer = begin(two)
    own = customer.do("POST", "/connections", OWN)["_id"]
    connect(customer, {"_connectionId": own})

    uninstall(customer)

    assert connections(customer) == {own}


def test_records_rebuilt_after_a_loss_do_not_claim_a_chosen_connection(two: Shop) -> None:
    customer = begin(two)
    own = customer.do("POST", "/connections", OWN)["_id"]
    connect(customer, {"_connectionId": own})
    customer.lose_records()
    sync_install_base(two.connector)
    two.publish(NEXT_TWO)

    assert customer.push().outcome == Operation.Outcome.DONE

    assert not Component.objects.filter(external_id="shop").exists()
    assert uses(customer, "orders", "returns") == {own}


def test_a_deleted_connection_that_was_made_in_a_step_is_made_again(two: Shop) -> None:
    customer = installed(two)
    own = customer.do("POST", "/connections", OWN)["_id"]
    for name in ("orders", "save"):
        customer.change(name, _connectionId=own)
    customer.delete("shop")
    two.publish(NEXT_TWO)

    assert customer.push().code == "component_deleted"
    customer.push(recreate_deleted=True)

    assert uses(customer, "returns") == {customer.component("shop")["_id"]}


def connect(customer: Customer, *bodies: Any) -> None:
    """Take the connection steps with *bodies*; None chooses the only connection there is."""
    waiting = [*bodies]
    steps = customer.do("GET", f"{customer.home}/installSteps")
    while steps:
        step = next(step for step in steps if not step["completed"])
        body: Any = {}
        if step["type"] == "connection":
            body = waiting.pop(0) or {"_connectionId": min(connections(customer))}
        steps = customer.do("POST", f"{customer.home}/installSteps", body)
    assert not waiting


def connections(customer: Customer) -> set[str]:
    return {item["_id"] for kind, item in customer.everything() if kind == "connections"}


def uses(customer: Customer, *names: str) -> set[str]:
    """The connections that components use."""
    return {customer.component(name)["_connectionId"] for name in names}
