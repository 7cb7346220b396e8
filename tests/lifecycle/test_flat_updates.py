"""Framework 2.0: what a push does to an installation that the platform copied."""

from typing import Any

import pytest

from connector_kit.lifecycle.functions import find_module
from connector_kit.lifecycle.platform import publisher_client
from connector_kit.models import Operation
from connector_kit.publisher import sync_install_base
from tests.lifecycle.fixtures import FAR, Customer, Shop

TWO, NEXT_TWO = "tests.lifecycle.two_1_0:Two", "tests.lifecycle.two_1_1:Two"
MINE = {"fields": [{"extract": "number", "generate": "mine"}], "lists": []}
STANDARD = {"shop", "orders", "save", "sync"}


@pytest.fixture
def two(shop: Shop) -> Shop:
    """A connector of framework 2.0 is published, with a source integration to install it from."""
    shop.publish(TWO)
    path = f"/connectors/{shop.connector.connector_id}"
    listing = shop.platform.call("GET", path)
    own = {**listing["twoDotZero"], "_integrationId": source(shop)}
    shop.platform.call("PUT", path, {**listing, "twoDotZero": own})
    return shop


def source(shop: Shop) -> str:
    """The integration that the platform copies: the components that everybody has."""

    def make(resource: str, name: str, **fields: Any) -> str:
        document = {"name": name, "externalId": name.lower(), **fields}
        made: dict[str, Any] = shop.platform.call("POST", f"/{resource}", document)
        return str(made["_id"])

    own = {"_integrationId": make("integrations", "Source", version="1.0.0")}
    http = {"baseURI": "https://shop.example.com", "mediaType": "json"}
    connection = make("connections", "Shop", type="http", http=http, **own)
    get = {"relativeURI": "/orders", "method": "GET"}
    orders = make("exports", "Orders", _connectionId=connection, http=get, pageSize=50, **own)
    post = {"relativeURI": ["/save"], "method": ["POST"]}
    save = make("imports", "Save", _connectionId=connection, http=post, **own)
    make(
        "flows",
        "Sync",
        pageGenerators=[{"_exportId": orders}],
        pageProcessors=[{"type": "import", "_importId": save}],
        disabled=True,
        **own,
    )
    return own["_integrationId"]


def edition_id(shop: Shop, name: str) -> str:
    listing = shop.platform.call("GET", f"/connectors/{shop.connector.connector_id}")
    editions = {
        edition["displayName"]: edition["_id"] for edition in listing["twoDotZero"]["editions"]
    }
    return str(editions[name])


def buyer(shop: Shop, edition: str = "Standard") -> Customer:
    """A customer who has installed an edition."""
    customer = Customer(shop.platform, 0)
    path = f"/connectors/{shop.connector.connector_id}"
    granted = {
        "email": customer.account.email,
        "expires": FAR,
        "_editionId": edition_id(shop, edition),
    }
    shop.platform.call("POST", f"{path}/licenses", granted)
    customer.do("POST", f"{path}/install", {"newTemplateInstaller": True})
    [customer.integration_id] = customer.integration_ids()
    http = {"baseURI": "https://mine.example.com", "mediaType": "json"}
    connection = {"name": "Shop", "type": "http", "http": http, "externalId": "shop"}
    for step in customer.do("GET", f"{customer.home}/installSteps"):
        body = {"connection": connection} if step["type"] == "connection" else {}
        customer.do("POST", f"{customer.home}/installSteps", body)
    sync_install_base(shop.connector)
    return customer


def upgrade(shop: Shop, customer: Customer, edition: str) -> Any:
    """The publisher changes the license, and the customer takes the platform's steps."""
    path = f"/connectors/{shop.connector.connector_id}/licenses"
    [own] = shop.platform.call("GET", path)
    body = {"expires": FAR, "_changeEditionId": edition_id(shop, edition)}
    shop.platform.call("PUT", f"{path}/{own['_id']}", body)
    customer.do("POST", f"{customer.home}/changeEdition", {})
    return customer.do("POST", f"{customer.home}/changeEditionSteps", {})


def names(customer: Customer) -> set[str]:
    return {item["externalId"] for _, item in customer.tagged()}


def test_the_stack_has_the_function_that_a_push_calls(two: Shop) -> None:
    module = find_module(str(two.connector.connector_id))

    assert module is not None
    assert callable(module.find(None, "update"))


def test_a_push_brings_the_next_version_and_keeps_what_the_customer_changed(two: Shop) -> None:
    customer = buyer(two)
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


def test_a_second_push_finds_nothing_to_do(two: Shop) -> None:
    customer = buyer(two)
    two.publish(NEXT_TWO)
    customer.push()
    before = customer.untouched()

    assert customer.push().outcome == Operation.Outcome.CURRENT
    assert customer.untouched() == before


def test_lost_records_are_rebuilt_by_the_next_push(two: Shop) -> None:
    customer = buyer(two)
    two.publish(NEXT_TWO)
    customer.push()
    customer.change("save", mapping=MINE)
    customer.installation.delete()
    sync_install_base(two.connector)

    customer.push()

    assert customer.component("save")["mapping"] == MINE
    assert names(customer) == STANDARD | {"returns"}


def test_an_installation_of_a_higher_edition_gets_all_of_it(two: Shop) -> None:
    customer = buyer(two, "Premium")

    customer.push()

    assert customer.installation.edition == "premium"
    assert names(customer) == STANDARD | {"refunds"}


def test_an_upgrade_brings_what_the_higher_edition_has(two: Shop) -> None:
    customer = buyer(two)
    customer.push()

    assert upgrade(two, customer, "Premium") == {"done": True}

    assert names(customer) == STANDARD | {"refunds"}
    two.publish(NEXT_TWO)
    customer.push()
    assert names(customer) == STANDARD | {"refunds", "returns"}


def test_the_listing_names_the_function_that_changes_editions_and_where_it_runs(two: Shop) -> None:
    with publisher_client() as client:
        listing = client.connectors.get(str(two.connector.connector_id))

    assert listing["twoDotZero"]["changeEdition"] == {
        "function": "changeEdition",
        "_stackId": two.connector.stack_id,
    }
