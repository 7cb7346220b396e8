"""A connector of framework 2.0, its customers, and how they install and uninstall it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lifecycle.customers import with_external_id
from tests.lifecycle.fixtures import FAR, Customer, Shop

BRANCHES, NEXT_BRANCHES = (
    "tests.lifecycle.branches_1_0:Branches",
    "tests.lifecycle.branches_1_1:Branches",
)
TWO, NEXT_TWO = "tests.lifecycle.two_1_0:Two", "tests.lifecycle.two_1_1:Two"

CREDENTIALS = {
    "name": "Shop",
    "type": "http",
    "http": {"baseURI": "https://mine.example.com", "mediaType": "json"},
}


@pytest.fixture
def two(shop: Shop) -> Shop:
    """A connector of framework 2.0 is published."""
    shop.publish(TWO)
    return shop


def source_id(shop: Shop) -> str:
    """The source integration that the marketplace listing names."""
    listing = shop.platform.call("GET", f"/connectors/{shop.connector.connector_id}")
    return str(listing["twoDotZero"]["_integrationId"])


def source(shop: Shop) -> dict[str, dict[str, Any]]:
    """The documents of the source integration, by external id; the integration under its own."""
    is_strict = shop.platform.sandbox.options.strict_fields
    home = shop.platform.call("GET", f"/integrations/{source_id(shop)}")
    found, used = {"@integration": home}, set()
    for resource in ("flows", "exports", "imports", "connections"):
        for document in shop.platform.call("GET", f"/{resource}") or []:
            if document.get("_integrationId") == home["_id"] or document["_id"] in used:
                used.add(document.get("_connectionId"))
                named = with_external_id(resource, document) if is_strict else document
                found[named["externalId"]] = named | {"resource": resource}
    return found


def make_default(shop: Shop, version: str) -> None:
    """Make a release what new installations get; the source is not written yet."""
    release = shop.connector.releases.get(version=version)
    type(shop.connector).objects.filter(pk=shop.connector.pk).update(default_release=release)


def edition_id(shop: Shop, name: str) -> str:
    """The id that the platform gave an edition."""
    listing = shop.platform.call("GET", f"/connectors/{shop.connector.connector_id}")
    editions = {
        edition["displayName"]: edition["_id"] for edition in listing["twoDotZero"]["editions"]
    }
    return str(editions[name])


def begin(shop: Shop, edition: str = "Standard", number: int = 0, **license_: Any) -> Customer:
    """A customer with a license who has begun to install."""
    customer = Customer(shop.platform, number)
    path = f"/connectors/{shop.connector.connector_id}"
    granted = {"email": customer.account.email, "expires": FAR, **license_}
    granted |= {"_editionId": edition_id(shop, edition)} if edition else {}
    shop.platform.call("POST", f"{path}/licenses", granted)
    before = customer.integration_ids()
    customer.do("POST", f"{path}/install", {"newTemplateInstaller": True})
    [customer.integration_id] = customer.integration_ids() - before
    return customer


def take_steps(customer: Customer, **bodies: Any) -> Any:
    """Take the install steps to their end; *bodies* are sent for the steps with these types."""
    steps = customer.do("GET", f"{customer.home}/installSteps")
    while steps:
        step = next(step for step in steps if not step["completed"])
        named = {"name": (step.get("sourceConnection") or {}).get("name", CREDENTIALS["name"])}
        answers = {"connection": {"connection": {**CREDENTIALS, **named}}, **bodies}
        body = answers.get(step["type"], {})
        steps = customer.do("POST", f"{customer.home}/installSteps", body)
    return steps


def installed(shop: Shop, edition: str = "Standard", number: int = 0, **license_: Any) -> Customer:
    """A customer who has installed an edition."""
    customer = begin(shop, edition, number, **license_)
    take_steps(customer)
    return customer


def license_of(shop: Shop, customer: Customer) -> dict[str, Any]:
    """The license that an installation uses."""
    licenses = shop.platform.call("GET", f"/connectors/{shop.connector.connector_id}/licenses")
    return next(item for item in licenses if item.get("_integrationId") == customer.integration_id)


def license_store(shop: Shop, parent: Customer, *add_ons: str) -> None:
    """Give the customer a license for one more store, with *add_ons*."""
    features = {"type": "addon", "licenses": [{"addOnId": name} for name in add_ons]}
    granted = {
        "_parentId": license_of(shop, parent)["_id"],
        "opts": {"addonLicenses": [features]},
    }
    shop.platform.call("POST", f"/connectors/{shop.connector.connector_id}/licenses", granted)


def begin_store(shop: Shop, parent: Customer, *add_ons: str) -> Customer:
    """A store that the customer has begun to add, with a license of its own for *add_ons*."""
    license_store(shop, parent, *add_ons)
    made = parent.do("POST", f"{parent.home}/initChild")
    return Customer(parent.platform, parent.number, made["_childIntegrationId"])


def add_store(shop: Shop, parent: Customer, *add_ons: str) -> Customer:
    """A store that the customer has added."""
    store = begin_store(shop, parent, *add_ons)
    take_steps(store)
    return store


def uninstall(customer: Customer) -> None:
    """Take the platform's steps to remove the installation."""
    customer.do("POST", f"{customer.home}/initUninstall")
    while customer.do("POST", f"{customer.home}/uninstallSteps", {}):
        pass


def names(customer: Customer) -> set[str]:
    """The external ids of the components that the customer has."""
    return {str(item.get("externalId")) for _, item in customer.tagged()}


@pytest.fixture
def branches(shop: Shop) -> Shop:
    """A connector of framework 2.0 with stores is published."""
    shop.publish(BRANCHES)
    return shop


@pytest.fixture
def parent(branches: Shop) -> Customer:
    """A customer who has installed it, without a store so far."""
    return installed(branches)


@pytest.fixture
def stores(branches: Shop, parent: Customer) -> list[Customer]:
    """The two stores that the customer has added; the second has an add-on."""
    return [add_store(branches, parent), add_store(branches, parent, "payouts")]


def listed(shop: Shop, integration_id: str) -> None:
    """The listing names another source integration."""
    path = f"/connectors/{shop.connector.connector_id}"
    listing = shop.platform.call("GET", path)
    own = {**listing["twoDotZero"], "_integrationId": integration_id}
    shop.platform.call("PUT", path, {**listing, "twoDotZero": own})


def built_by_hand(shop: Shop) -> dict[str, str]:
    """An integration without any external id, as somebody builds it in integrator.io."""

    def make(resource: str, name: str, **fields: Any) -> str:
        made = shop.platform.call("POST", f"/{resource}", {"name": name, **fields})
        return str(made["_id"])

    home = make("integrations", "By hand")
    own = {"_integrationId": home}
    http = {"baseURI": "https://shop.example.com", "mediaType": "json"}
    connection = make("connections", "Shop", type="http", http=http)
    get = {"relativeURI": "/orders", "method": "GET"}
    orders = make("exports", "Orders", _connectionId=connection, http=get, pageSize=50, **own)
    post = {"relativeURI": ["/save"], "method": ["POST"]}
    save = make("imports", "Save", _connectionId=connection, http=post, **own)
    sync = make(
        "flows",
        "Sync",
        pageGenerators=[{"_exportId": orders}],
        pageProcessors=[{"type": "import", "_importId": save}],
        disabled=True,
        **own,
    )
    return {"integrations": home, "shop": connection, "orders": orders, "save": save, "sync": sync}
