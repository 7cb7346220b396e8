"""One publisher with everything that an install base can hold: all of it is updated, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connector_kit.models import Installation, Release, Rollout
from connector_kit.rollouts import RolloutOptions, roll_back, start_rollout
from tests.lifecycle import sold, sold_next
from tests.lifecycle.customers import Customer
from tests.lifecycle.fixtures import Shop, doorway, no_waiting, problems_of, server, stack_address
from tests.lifecycle.frameworks import FIRST, ONE, SECOND, TWO, Framework
from tests.lifecycle.source_fixtures import BRANCHES, NEXT_BRANCHES, add_store, edition_id
from tests.lifecycle.source_fixtures import NEXT_TWO as NEXT_EDITIONS
from tests.lifecycle.source_fixtures import TWO as EDITIONS
from tests.publisher.fixtures import Platform, platform

__all__ = ["doorway", "no_waiting", "platform", "server", "stack_address"]

pytestmark = pytest.mark.django_db(transaction=True)

LARGE_PAGES = {"pageSize": 37}
LOOKUPS = {"lookups": [{"name": "ours", "map": {"a": "b"}, "default": "c"}]}
SCHEDULE = {"schedule": "? 7 */3 ? * *"}
TWO_STORES = {"addonLicenses": [{"type": "store", "licenses": [{"addOnEdition": "standard"}] * 2}]}


def in_production_and_sandbox(shop: Shop) -> list[Customer]:
    granted = {"_editionId": edition_id(shop, "Standard")} if shop.framework is TWO else {}
    return [
        shop.customer(number).install(shop.connector, sandbox=sandbox, **granted)
        for number, sandbox in enumerate((False, True))
    ]


def with_stores_in_settings(shop: Shop) -> list[Customer]:
    customer = shop.customer().install(shop.connector, opts=TWO_STORES)
    for step in customer.do("PUT", f"{customer.home}/installer/addNewStore", {}):
        customer.log_in(step)
        assert customer.press(step).body["success"]
    return [customer]


def with_children(shop: Shop) -> list[Customer]:
    parent = shop.customer(2).install(shop.connector, _editionId=edition_id(shop, "Standard"))
    return [parent, add_store(shop, parent), add_store(shop, parent, "payouts")]


@dataclass(frozen=True)
class Offer:
    """A connector of the publisher, who installs it, and what one of them edits."""

    framework: Framework
    first: str
    second: str
    install: Callable[[Shop], list[Customer]]
    edited: str
    edit: dict[str, Any]


OFFERS = (
    Offer(ONE, FIRST, SECOND, in_production_and_sandbox, "post_message", LOOKUPS),
    Offer(TWO, EDITIONS, NEXT_EDITIONS, in_production_and_sandbox, "sync", SCHEDULE),
    Offer(
        ONE,
        f"{sold.__name__}:ManyShops",
        f"{sold_next.__name__}:ManyShops",
        with_stores_in_settings,
        "stock",
        LARGE_PAGES,
    ),
    Offer(TWO, BRANCHES, NEXT_BRANCHES, with_children, "stock", LARGE_PAGES),
)


@dataclass
class Sold:
    """An offer with its installations, each parent before its children."""

    offer: Offer
    shop: Shop
    customers: list[Customer]

    def publish_next(self) -> Release:
        return self.shop.publish(self.offer.second)

    def problems(self, release: Release) -> list[str]:
        """What is wrong when all have *release* and the edit."""
        problems = [
            found for customer in self.customers for found in problems_of(customer, release)
        ]
        edited = self.customers[-1].component(self.offer.edited)
        return problems + ([] if edited.items() >= self.offer.edit.items() else [f"lost: {edited}"])


@pytest.fixture
def everybody(platform: Platform, stack_address: str) -> list[Sold]:
    """All offers are sold; the last customer of each has made an edit."""
    found = []
    for offer in OFFERS:
        shop = Shop(platform, stack_address, offer.framework)
        shop.publish(offer.first)
        customers = offer.install(shop)
        customers[-1].change(offer.edited, **offer.edit)
        found.append(Sold(offer, shop, customers))
    return found


def test_one_rollout_for_each_connector_updates_all_and_another_rolls_all_back(
    everybody: list[Sold], drive: Any
) -> None:
    first = [sold.shop.connector.releases.get() for sold in everybody]
    second = [sold.publish_next() for sold in everybody]

    # One after the other: two calls at once would share the test's database connection.
    one_by_one = RolloutOptions(window=1)
    rollouts = [drive(start_rollout(sold.shop.connector, options=one_by_one)) for sold in everybody]

    assert {rollout.state for rollout in rollouts} == {Rollout.State.COMPLETED}
    assert problems(everybody, second) == locked(everybody) == []

    back = [drive(roll_back(rollout.pk)) for rollout in rollouts]

    assert {rollout.state for rollout in back} == {Rollout.State.COMPLETED}
    assert problems(everybody, first) == locked(everybody) == []


def problems(everybody: list[Sold], releases: list[Release]) -> list[str]:
    """What is wrong when all have the release of their connector, and the edits."""
    return [
        problem
        for sold, release in zip(everybody, releases, strict=True)
        for problem in sold.problems(release)
    ]


def locked(everybody: list[Sold]) -> list[str]:
    """Every installation that the platform or the records say is locked."""
    on_record = Installation.objects.filter(update_in_progress=True)
    return [
        *on_record.values_list("integration_id", flat=True),
        *(
            customer.integration_id
            for sold in everybody
            for customer in sold.customers
            if customer.integration["updateInProgress"]
        ),
    ]
