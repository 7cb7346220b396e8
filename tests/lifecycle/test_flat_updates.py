"""Framework 2.0: what a push does to an installation that the platform copied."""

from typing import Any

from connector_kit.lifecycle.functions import find_module
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.models import Operation
from connector_kit.publisher import sync_install_base
from tests.lifecycle.fixtures import FAR, Customer, Shop
from tests.lifecycle.source_fixtures import NEXT_TWO, edition_id, installed, names

MINE = {"fields": [{"extract": "number", "generate": "mine"}], "lists": []}
STANDARD = {"shop", "orders", "save", "sync"}


def upgrade(shop: Shop, customer: Customer, edition: str, **license_: Any) -> Any:
    """The publisher changes the license, and the customer takes the platform's steps."""
    path = f"/connectors/{shop.connector.connector_id}/licenses"
    [own] = shop.platform.call("GET", path)
    body = {"expires": FAR, "_changeEditionId": edition_id(shop, edition), **license_}
    shop.platform.call("PUT", f"{path}/{own['_id']}", body)
    customer.do("POST", f"{customer.home}/changeEdition", {})
    return customer.do("POST", f"{customer.home}/changeEditionSteps", {})


def test_the_stack_has_the_function_that_a_push_calls(two: Shop) -> None:
    module = find_module(str(two.connector.connector_id))

    assert module is not None
    assert callable(module.find(None, "update"))


def test_a_push_brings_the_next_version_and_keeps_what_the_customer_changed(two: Shop) -> None:
    customer = installed(two)
    customer.change("save", mapping=MINE)
    customer.change("sync", disabled=False)
    two.publish(NEXT_TWO)

    operation = customer.push()

    assert (operation.kind, operation.outcome) == (Operation.Kind.UPDATE, Operation.Outcome.DONE)
    assert names(customer) == STANDARD | {"returns"}
    assert customer.component("orders")["http"]["relativeURI"] == "/v2/orders"
    assert customer.component("save")["mapping"] == MINE
    assert customer.component("sync")["disabled"] is False
    integration = customer.integration
    assert (integration["version"], integration["updateInProgress"]) == ("1.1.0", False)
    assert customer.installation.version == "1.1.0"


def test_lost_records_are_rebuilt_by_the_next_push(two: Shop) -> None:
    customer = installed(two)
    two.publish(NEXT_TWO)
    customer.push()
    customer.change("save", mapping=MINE)
    customer.installation.delete()
    sync_install_base(two.connector)

    customer.push()

    assert customer.component("save")["mapping"] == MINE
    assert names(customer) == STANDARD | {"returns"}


def test_the_listing_names_the_function_that_changes_editions_and_where_it_runs(two: Shop) -> None:
    with publisher_client() as client:
        listing = client.connectors.get(str(two.connector.connector_id))

    assert listing["twoDotZero"]["changeEdition"] == {
        "function": "changeEdition",
        "_stackId": two.connector.stack_id,
    }
