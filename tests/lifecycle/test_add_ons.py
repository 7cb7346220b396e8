"""Add-ons: what the settings page is told of them, and their installers."""

import pytest

from connector_kit.models import Operation
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.misfortunes import MISFORTUNES

SOLD, NEXT = "tests.lifecycle.sold:Sold", "tests.lifecycle.sold_next:Sold"
SHOPS = "tests.lifecycle.sold:ManyShops"

BASIC = {"shop", "orders", "save", "sync"}
MORE = {"payout", "payout_flow"}


def granted(*add_ons, stores=1, **opts):
    return {
        **opts,
        "addonLicenses": [
            {"type": "addon", "licenses": [{"addOnId": add_on} for add_on in add_ons]},
            {"type": "store", "licenses": [{"addOnEdition": "standard"}] * stores},
        ],
    }


@pytest.fixture
def sold(shop):
    return shop.publish(SOLD)


@pytest.fixture
def buyer(shop, sold):
    """A customer whose license includes the add-on."""
    return Customer(shop.platform, 0).install(shop.connector, opts=granted("payouts"))


def names(customer):
    return {item["externalId"] for _, item in customer.tagged()}


def others(customer):
    return {
        item["_id"]: item
        for resource, item in customer.everything()
        if resource != "integrations" and item.get("externalId") not in MORE
    }


def metadata(customer):
    reply = customer.use("getLicenseMetadata")
    assert reply.status == 200, reply.body
    return reply.body["addOns"]


def standing(customer):
    return [
        (document["id"], document.get("storeId"), document["status"])
        for document in metadata(customer)["addOnLicenses"]
    ]


def install(customer, add_on="payouts", **body):
    return customer.ask(
        "PUT", f"{customer.home}/installer/installAddOn", {"addOnId": add_on, **body}
    )


def uninstall(customer, add_on="payouts", **body):
    return customer.ask(
        "PUT", f"{customer.home}/uninstaller/uninstallAddOn", {"addOnId": add_on, **body}
    )


def test_the_page_is_told_what_there_is_and_what_is_licensed(buyer):
    assert metadata(buyer) == {
        "addOnMetaData": [
            {
                "id": "payouts",
                "name": "Payouts",
                "description": "Reconcile payouts",
                "installerFunction": "installAddOn",
                "uninstallerFunction": "uninstallAddOn",
            }
        ],
        "addOnLicenses": [{"id": "payouts", "status": "available", "installedOn": None}],
    }


def test_what_is_not_licensed_is_listed_for_a_request_only(shop, sold):
    buyer = Customer(shop.platform, 0).install(shop.connector)

    assert [document["id"] for document in metadata(buyer)["addOnMetaData"]] == ["payouts"]
    assert metadata(buyer)["addOnLicenses"] == []

    code, message = install(buyer).error
    assert code == "add_on_not_licensed"
    assert "addonLicenses" in message
    assert names(buyer) == BASIC


def test_asking_costs_no_request_and_leaves_no_operation(buyer):
    operations, sent = buyer.installation.operations.count(), len(buyer.requests())

    metadata(buyer)

    assert buyer.installation.operations.count() == operations
    assert len(buyer.requests()) == sent


def test_an_add_on_is_installed_and_nothing_else_touched(buyer, sold):
    before = others(buyer)

    reply = install(buyer)

    assert (reply.status, reply.body["success"]) == (200, True)
    assert names(buyer) == BASIC | MORE
    assert others(buyer) == before
    assert problems_of(buyer, sold) == []
    assert buyer.integration["settings"]["addOns"] == ["payouts"]
    [entry] = metadata(buyer)["addOnLicenses"]
    assert entry["status"] == "installed"
    assert entry["installedOn"].startswith("20")
    assert buyer.last_operation.kind == Operation.Kind.ADD_ON


def test_an_add_on_is_removed_and_nothing_else_touched(buyer, sold):
    before = others(buyer)
    install(buyer)

    assert uninstall(buyer).body["success"]

    assert names(buyer) == BASIC
    assert others(buyer) == before
    assert problems_of(buyer, sold) == []
    assert standing(buyer) == [("payouts", None, "available")]
    assert uninstall(buyer).body["success"]


def test_an_add_on_that_is_no_longer_licensed_stays_until_it_is_removed(shop, buyer):
    install(buyer)
    buyer.licensed(connectorEdition="standard")

    following = shop.publish(NEXT)
    buyer.push()

    assert names(buyer) == BASIC | MORE
    assert problems_of(buyer, following) == []
    assert standing(buyer) == [("payouts", None, "installed")]
    assert uninstall(buyer).body["success"]
    assert standing(buyer) == []


def test_what_was_begun_is_told_and_resumed(buyer, sold):
    trouble = MISFORTUNES["death_after_the_request"]

    trouble.strike(6, buyer)
    assert install(buyer).status == 422
    trouble.end()
    assert standing(buyer) == [("payouts", None, "partiallyInstalled")]
    assert install(buyer).body["success"]
    assert problems_of(buyer, sold) == []

    trouble.strike(6, buyer)
    assert uninstall(buyer).status == 422
    trouble.end()
    assert standing(buyer) == [("payouts", None, "paritallyUninstalled")]
    assert uninstall(buyer).body["success"]
    assert problems_of(buyer, sold) == []


def test_an_update_completes_what_was_begun(shop, buyer):
    trouble = MISFORTUNES["death_after_the_request"]
    trouble.strike(6, buyer)
    install(buyer)
    trouble.end()
    following = shop.publish(NEXT)

    buyer.push()

    assert names(buyer) == BASIC | MORE
    assert standing(buyer) == [("payouts", None, "installed")]
    assert problems_of(buyer, following) == []


def test_what_is_in_use_blocks_the_removal_and_stays_installed(buyer):
    install(buyer)
    used = buyer.component("payout")["_id"]
    buyer.do("POST", "/flows", {"name": "Mine", "pageGenerators": [{"_exportId": used}]})

    code, _ = uninstall(buyer).error

    assert code == "resource_in_use"
    assert "payout" in names(buyer)


@pytest.mark.parametrize("add_on", ["", "magic", "premium"])
def test_an_add_on_that_nobody_declares_is_refused(buyer, add_on):
    code, message = install(buyer, add_on).error

    assert code == "add_on_unknown"
    assert "it has payouts" in message


@pytest.fixture
def keeper(shop):
    """A customer with two stores."""
    shop.publish(SHOPS)
    keeper = Customer(shop.platform, 0).install(shop.connector, opts=granted("payouts", stores=2))
    for step in keeper.do("PUT", f"{keeper.home}/installer/addNewStore", {}):
        keeper.log_in(step)
        keeper.press(step)
    return keeper


def test_each_store_has_its_own_add_on(keeper):
    assert standing(keeper) == [("payouts", "s1", "available"), ("payouts", "s2", "available")]

    assert install(keeper, storeId="s2").body["success"]

    assert "payout-s2" in names(keeper)
    assert "payout-s1" not in names(keeper)
    assert standing(keeper) == [("payouts", "s1", "available"), ("payouts", "s2", "installed")]

    assert uninstall(keeper, storeId="s2").body["success"]
    assert "payout-s2" not in names(keeper)


def test_an_add_on_of_one_store_needs_that_store(keeper):
    assert install(keeper).error[0] == "store_unknown"
    assert install(keeper, storeId="s7").error[0] == "store_unknown"


def test_the_add_on_goes_with_its_store(keeper):
    install(keeper, storeId="s2")

    keeper.do("PUT", f"{keeper.home}/uninstaller/removeStore", {"storeId": "s2"})

    assert keeper.installation.add_ons == {}
    assert not [name for name in names(keeper) if name.endswith("-s2")]
