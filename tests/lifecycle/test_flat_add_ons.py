"""Framework 2.0: add-ons, which follow the license."""

from __future__ import annotations

import pytest

from connector_kit.models import Operation, Order, clock
from connector_kit.publisher.licenses import reconcile
from connector_kit.publisher.pushing import PATIENCE, push_stragglers
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.source_fixtures import installed, names
from tests.lifecycle.test_flat_updates import upgrade

SOLD = "tests.lifecycle.two_sold:Sold"
PAYOUTS = {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "payouts"}]}]}
OF_PAYOUTS = {"payout_list", "payout_flow"}


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """The connector with an add-on is published."""
    shop.publish(SOLD)
    return shop


def held(customer: Customer) -> set[str]:
    """What of the add-on the customer has."""
    return names(customer) & OF_PAYOUTS


def test_installing_brings_the_licensed_add_ons(sold: Shop) -> None:
    customer = installed(sold, opts=PAYOUTS)

    assert held(customer) == OF_PAYOUTS
    assert customer.integration["settings"]["addOns"] == ["payouts"]
    assert customer.installation.add_ons["payouts"]["status"] == "installed"


def test_a_push_brings_an_add_on_that_was_licensed_since(sold: Shop) -> None:
    customer = installed(sold)
    customer.licensed(**PAYOUTS)
    assert held(customer) == set()

    assert customer.push().outcome == Operation.Outcome.DONE

    assert held(customer) == OF_PAYOUTS
    assert customer.push().outcome == Operation.Outcome.CURRENT


def test_a_push_removes_an_add_on_that_is_no_longer_licensed(sold: Shop) -> None:
    customer = installed(sold, opts=PAYOUTS)
    customer.licensed()

    customer.push()

    assert held(customer) == set()
    assert customer.installation.add_ons == {}
    assert customer.integration["settings"]["addOns"] == []


def test_a_changed_license_is_ordered_as_an_update_and_pushed_by_a_worker(sold: Shop) -> None:
    customer = installed(sold)
    reconcile(sold.connector)
    customer.licensed(**PAYOUTS)

    reconcile(sold.connector)
    long_ago = clock.now() - 2 * PATIENCE
    Order.objects.open().update(placed_at=long_ago)
    Operation.objects.update(started_at=long_ago)
    assert push_stragglers() == 1
    customer.platform.control("/drain", {"timeout_seconds": 30})

    assert held(customer) == OF_PAYOUTS


def test_a_dry_run_shows_what_the_license_brings_and_writes_nothing(sold: Shop) -> None:
    customer = installed(sold)
    customer.licensed(**PAYOUTS)
    customer.order(kind=Order.Kind.PLAN)

    plan = customer.push_unordered().plan

    created = {step["externalId"] for step in plan["steps"] if step["action"] == "create"}
    assert created == OF_PAYOUTS
    assert held(customer) == set()
    assert customer.installation.add_ons == {}


def test_a_call_that_was_not_ordered_brings_none(sold: Shop) -> None:
    customer = installed(sold)
    customer.licensed(**PAYOUTS)

    customer.push_unordered()

    assert held(customer) == set()


def test_a_change_of_edition_brings_them_too(sold: Shop) -> None:
    customer = installed(sold)

    upgrade(sold, customer, "Premium", opts=PAYOUTS)

    assert held(customer) == OF_PAYOUTS
    assert customer.installation.add_ons["payouts"]["status"] == "installed"
    assert "rate" in customer.integration["settingsForm"]["form"]["fieldMap"]
