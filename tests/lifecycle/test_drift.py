"""Drift: what somebody changed in an account since the kit wrote to it, in both frameworks."""

from __future__ import annotations

from typing import Any

from connector_kit.models import Order
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.frameworks import IN_BOTH


def drift(customer: Customer) -> list[tuple[str, str]]:
    """Action and component of each step that would repair the account."""
    customer.order(customer.installation.release, Order.Kind.PLAN)
    plan: dict[str, Any] = customer.push_unordered().plan or {}
    return [(step["action"], step["externalId"]) for step in plan["drift"]]


@IN_BOTH
def test_a_check_names_what_was_edited_or_deleted_and_nothing_else(
    shop: Shop, customer: Customer
) -> None:
    assert drift(customer) == []
    assert customer.installation.is_drifted is False

    customer.change("new_orders", pageSize=7)
    customer.delete("orders_to_chat")

    assert sorted(drift(customer)) == [("create", "orders_to_chat"), ("update", "new_orders")]
    assert customer.installation.is_drifted is True
