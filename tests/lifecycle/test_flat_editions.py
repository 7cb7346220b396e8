"""Framework 2.0: the edition of an installation, as the license changes it (U19)."""

from __future__ import annotations

from typing import Any

from connector_kit.models import Operation
from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import FAR, Customer, Reply, Shop
from tests.lifecycle.source_fixtures import edition_id, installed, names

STANDARD = {"shop", "orders", "save", "sync"}


def change(shop: Shop, customer: Customer, edition_id: str) -> Reply:
    """Have the license name the edition to change to, and the user take the steps."""
    path = f"/connectors/{shop.connector.connector_id}/licenses"
    [own] = shop.platform.call("GET", path)
    body = {"expires": FAR, "_changeEditionId": edition_id}
    shop.platform.call("PUT", f"{path}/{own['_id']}", body)
    customer.do("POST", f"{customer.home}/changeEdition", {})
    return customer.ask("POST", f"{customer.home}/changeEditionSteps", {})


def add_edition(shop: Shop, name: str) -> str:
    """Have the listing name an edition that no version has; returns its id."""
    path = f"/connectors/{shop.connector.connector_id}"
    listing = shop.platform.call("GET", path)
    own = listing["twoDotZero"]
    editions = [*own["editions"], {"displayName": name, "order": 9}]
    shop.platform.call("PUT", path, {**listing, "twoDotZero": {**own, "editions": editions}})
    return edition_id(shop, name)


def test_an_edition_that_the_version_lacks_changes_nothing(two: Shop) -> None:
    customer = installed(two)
    gold = add_edition(two, "Gold")
    before = customer.untouched()

    code, message = change(two, customer, gold).error

    assert code == "edition_unknown"
    assert "'Gold'" in message
    assert {key: item for key, item in customer.untouched().items() if key in before} == before


def test_an_edition_may_come_as_its_id(two: Shop, doorway: Doorway) -> None:
    """Asked in the midst of the platform's own call, while its token is good."""
    customer = installed(two)
    replies = []

    def ask_with_ids(call: dict[str, Any]) -> None:
        doorway.before = lambda _: None
        ids = {key: edition_id(two, name) for key, name in EDITIONS.items()}
        replies.append(two.call("changeEdition", {**call["options"], **ids}, part=""))

    doorway.before = ask_with_ids
    change(two, customer, edition_id(two, "Premium"))

    assert [reply.status for reply in replies] == [200]
    assert names(customer) == STANDARD | {"refunds"}
    assert customer.last_operation.outcome == Operation.Outcome.CURRENT


EDITIONS = {"fromEdition": "Standard", "toEdition": "Premium"}
