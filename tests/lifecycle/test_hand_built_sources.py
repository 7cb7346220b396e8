"""An install base copied from a source that somebody built by hand: taken over, and kept."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector_kit.models import Operation, Release
from connector_kit.publisher import publish, sync_install_base
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.frameworks import STRICT_TOO
from tests.lifecycle.source_fixtures import (
    NEXT_TWO,
    TWO,
    begin,
    built_by_hand,
    listed,
    names,
    take_steps,
    uninstall,
)

INSTALLATIONS = 50 if os.environ.get("EVERY_POINT") else 6
"""More than there are kinds of customers; several share each account."""

STANDARD = {"shop", "orders", "save", "sync"}
MAPPING = {"fields": [{"extract": "number", "generate": "mine"}], "lists": []}
EDITS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Save", {"mapping": MAPPING}),
    ("Orders", {"pageSize": 37}),
    ("Save", {"lookups": [{"name": "ours", "map": {"a": "b"}}]}),
    ("Sync", {"disabled": False, "schedule": "? 7 */3 ? * *"}),
    ("Shop", {"name": "Our shop"}),
)


@dataclass
class Kept:
    """What must be found again of one customer."""

    customer: Customer
    ids: set[str]
    edit: dict[str, Any]
    edited_id: str
    borrowed: dict[str, Any] = field(default_factory=dict)

    def holds(self, expected: set[str]) -> None:
        """Whether the account has *expected*, once each, as the same documents and edited."""
        found = {document["_id"]: document for _, document in self.customer.tagged()}
        theirs = [*names(self.customer)]
        assert {*theirs} == expected - ({"shop"} if self.borrowed else set())
        assert len(found) == len(theirs)
        assert self.ids <= found.keys()
        edited = found[self.edited_id]
        assert {name: edited.get(name) for name in self.edit} == self.edit
        if self.borrowed:
            path = f"/connections/{self.borrowed['_id']}"
            assert self.customer.do("GET", path) == self.borrowed


@STRICT_TOO
@pytest.mark.points
def test_copies_of_a_source_built_by_hand_are_taken_over_and_kept(shop: Shop) -> None:
    by_hand = built_by_hand(shop)
    shop.publish(TWO)
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])
    customers = [copied(shop, number) for number in range(INSTALLATIONS)]

    publish(TWO, overwrite_source=True)
    sync_install_base(shop.connector)
    first = shop.connector.releases.get(version="1.0.0")
    second = shop.publish(NEXT_TWO)

    bring(customers, first, STANDARD)
    bring(customers, second, STANDARD | {"returns"})
    bring(customers, first, STANDARD)
    for kept in customers:
        uninstall(kept.customer)
    left = {item["_id"]: item for kept in customers for _, item in kept.customer.everything()}
    assert left == {kept.borrowed["_id"]: kept.borrowed for kept in customers if kept.borrowed}


def test_the_first_update_lets_the_kit_know_of_an_uninstall(shop: Shop) -> None:
    by_hand = built_by_hand(shop)
    shop.publish(TWO)
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])
    path = f"/integrations/{by_hand['integrations']}"
    mine = {"name": "Say goodbye", "type": "form", "completed": False, "form": {"fieldMap": {}}}
    home = shop.platform.call("GET", path)
    shop.platform.call("PUT", path, {**home, "uninstallSteps": [mine]})
    customer = copied(shop, 0).customer
    publish(TWO, overwrite_source=True)
    sync_install_base(shop.connector)

    customer.push()
    customer.push(shop.publish(NEXT_TWO))

    own, added = customer.integration["uninstallSteps"]
    assert (own["name"], added["function"]) == ("Say goodbye", "completeUninstall")
    uninstall(customer)
    gone = customer.installation
    assert gone.vanished_at is not None
    assert not gone.components.exists()


def test_the_first_update_may_be_of_a_later_release(shop: Shop) -> None:
    by_hand = built_by_hand(shop)
    shop.publish(TWO)
    shop.connector.source_integration.delete()
    listed(shop, by_hand["integrations"])
    customers = [copied(shop, number) for number in range(len(EDITS))]
    publish(TWO, overwrite_source=True)
    sync_install_base(shop.connector)

    bring(customers, shop.publish(NEXT_TWO), STANDARD | {"returns"})

    for kept in customers:
        assert kept.customer.component("orders")["http"]["relativeURI"] == "/v2/orders"


def bring(customers: list[Kept], release: Release, expected: set[str]) -> None:
    """Update every installation to *release*, twice; the second time there is nothing to do."""
    for kept in customers:
        assert kept.customer.push(release).outcome == Operation.Outcome.DONE
        kept.holds(expected)
        assert kept.customer.push(release).outcome == Operation.Outcome.CURRENT
        kept.holds(expected)


def copied(shop: Shop, number: int) -> Kept:
    """A customer who installed, and edited something, before the kit came."""
    customer = begin(shop, number=number % 3)
    borrowed: dict[str, Any] = {}
    if number % len(EDITS) == 1:
        http = {"baseURI": "https://own.example.com", "mediaType": "json"}
        borrowed = customer.do(
            "POST", "/connections", {"name": "Own", "type": "http", "http": http}
        )
        take_steps(customer, connection={"_connectionId": borrowed["_id"]})
    else:
        take_steps(customer)
    name, edit = EDITS[number % len(EDITS)]
    [(resource, document)] = [row for row in customer.tagged() if row[1]["name"] == name]
    stored = customer.do("PUT", f"/{resource}/{document['_id']}", {**document, **edit})
    assert {field: stored[field] for field in edit} == edit
    ids = {item["_id"] for _, item in customer.tagged()}
    return Kept(customer, ids, edit, document["_id"], borrowed)
