"""Multi-store installations: a store is added step by step, and removed with all it has."""

import pytest

from connector_kit.models import Operation
from tests.lifecycle.fixtures import Customer, problems_of

SHOPS, NEXT = "tests.lifecycle.sold:ManyShops", "tests.lifecycle.sold_next:ManyShops"

COMMON = {"erp", "save", "stock", "stock_flow"}


def of(store):
    return {f"{name}-{store}" for name in ("shop", "pos", "orders", "sync")}


@pytest.fixture
def shops(shop):
    return shop.publish(SHOPS)


@pytest.fixture
def keeper(shop, shops):
    """A customer with one store, whose license allows three."""
    stores = {"type": "store", "licenses": [{"addOnEdition": "standard"}] * 3}
    return Customer(shop.platform, 0).install(shop.connector, opts={"addonLicenses": [stores]})


@pytest.fixture
def two(keeper):
    """The customer with a second store."""
    for step in begin(keeper):
        keeper.log_in(step)
        assert keeper.press(step).body["success"]
    return keeper


def begin(customer):
    return customer.do("PUT", f"{customer.home}/installer/addNewStore", {})


def pre_remove(customer, store):
    body = {"storeId": store}
    return customer.ask("PUT", f"{customer.home}/uninstaller/preUninstallFunction", body)


def remove(customer, store):
    steps = pre_remove(customer, store).body
    replies = [
        customer.ask(
            "PUT",
            f"{customer.home}/uninstaller/{step['uninstallerFunction']}",
            {"storeId": store},
        )
        for step in steps
    ]
    return replies[-1]


def names(customer):
    return {item["externalId"] for _, item in customer.tagged()}


def documents(customer, *, but=()):
    return {
        item["_id"]: item
        for resource, item in customer.everything()
        if resource != "integrations" and item.get("externalId") not in but
    }


def page(customer):
    return customer.integration["settings"]


def test_an_installation_begins_with_one_store(keeper, shops):
    assert names(keeper) == COMMON | of("s1")
    assert [document["name"] for document in keeper.integration["install"]] == [
        "ERP",
        "Shop [Shopify store 1]",
        "Till [Shopify store 1]",
    ]
    assert (page(keeper)["supportsMultiStore"], page(keeper)["storeLabel"]) == (
        True,
        "Shopify store",
    )
    assert problems_of(keeper, shops) == []


def test_adding_a_store_makes_its_connections_and_answers_their_steps(keeper):
    before = documents(keeper)

    steps = begin(keeper)

    assert [step["installerFunction"] for step in steps] == ["verify_shop-s2", "verify_pos-s2"]
    assert all(step["_connectionId"] and not step["completed"] for step in steps)
    assert names(keeper) - COMMON - of("s1") == {"shop-s2", "pos-s2"}
    assert documents(keeper, but=of("s2")) == before
    assert page(keeper)["defaultSectionId"] == "s2"
    assert [section["mode"] for section in page(keeper)["sections"]] == ["settings", "install"]
    assert keeper.integration["mode"] == "settings"
    assert keeper.last_operation.kind == Operation.Kind.STORE


def test_asking_again_goes_on_with_the_store_that_was_begun(keeper):
    first = begin(keeper)
    keeper.log_in(first[0])
    keeper.press(first[0])

    second = begin(keeper)

    assert [document["completed"] for document in second] == [True, False]
    assert [document["_connectionId"] for document in second] == [
        document["_connectionId"] for document in first
    ]


def test_the_last_step_makes_the_rest_of_the_store(keeper, shops):
    before = documents(keeper)
    for step in begin(keeper):
        keeper.log_in(step)
        reply = keeper.press(step)
        assert reply.body["success"], reply.body

    assert names(keeper) == COMMON | of("s1") | of("s2")
    assert documents(keeper, but=of("s2")) == before
    assert "defaultSectionId" not in page(keeper)
    flows = {
        store["id"]: [flow["_id"] for section in store["sections"] for flow in section["flows"]]
        for store in page(keeper)["sections"]
    }
    [sync, stock] = (keeper.component(name)["_id"] for name in ("sync-s2", "stock_flow"))
    assert flows["s2"] == [sync, stock]
    assert problems_of(keeper, shops) == []


def test_a_store_whose_login_fails_waits(keeper):
    [step, _] = begin(keeper)

    reply = keeper.press(step)

    assert not reply.body["success"]
    assert "cannot log in" in reply.body["message"]
    assert page(keeper)["defaultSectionId"] == "s2"


def test_a_step_of_a_complete_store_only_pings(two):
    before, sent = two.untouched(), len(two.requests())

    assert two.press("verify_shop-s2").body["success"]

    assert two.untouched() == before
    assert [method for method, _ in two.requests(since=sent)].count("PUT") == 0


def test_more_stores_than_licensed_are_refused(shop, shops):
    keeper = Customer(shop.platform, 0).install(shop.connector)
    before = keeper.untouched()

    code, message = keeper.press("addNewStore").error

    assert code == "store_not_licensed"
    assert 'type "store"' in message
    assert keeper.untouched() == before


def test_a_connector_for_one_store_has_no_other(customer):
    assert customer.press("addNewStore").error[0] == "no_stores"


def test_a_store_is_removed_with_all_it_has_and_with_nothing_else(two, shops):
    before = documents(two, but=of("s2"))

    [step] = pre_remove(two, "s2").body
    assert (step["name"], step["completed"]) == ("Remove Shopify store 2", False)
    assert remove(two, "s2").body == {"success": True}

    assert names(two) == COMMON | of("s1")
    assert documents(two) == before
    assert two.integration["mode"] == "settings"
    assert len(two.integration["install"]) == 3
    assert [section["id"] for section in page(two)["sections"]] == ["s1"]
    assert problems_of(two, shops) == []


def test_the_first_store_can_go_too_and_the_others_keep_their_names(two, shops):
    assert remove(two, "s1").body == {"success": True}

    assert names(two) == COMMON | of("s2")
    assert two.component("sync-s2")["name"] == "Sync [Shopify store 2]"
    assert problems_of(two, shops) == []
    assert [document["installerFunction"] for document in begin(two)] == [
        "verify_shop-s3",
        "verify_pos-s3",
    ]


def test_a_store_that_was_only_begun_can_be_removed(keeper, shops):
    before = documents(keeper)
    begin(keeper)

    assert remove(keeper, "s2").body == {"success": True}

    assert documents(keeper) == before
    assert problems_of(keeper, shops) == []


def test_the_only_store_stays(keeper):
    code, message = pre_remove(keeper, "s1").error

    assert code == "last_store"
    assert "is the only store" in message


def test_a_store_that_is_not_there_cannot_be_removed(two):
    before = two.untouched()

    code, message = pre_remove(two, "s9").error

    assert code == "store_unknown"
    assert "s1, s2" in message
    assert two.press_remove("removeStore").error[0] == "missing_required_field"
    assert two.untouched() == before


def test_a_store_that_is_in_use_stays_with_the_reason(two):
    used = two.component("orders-s2")["_id"]
    two.do("POST", "/flows", {"name": "Mine", "pageGenerators": [{"_exportId": used}]})

    code, message = remove(two, "s2").error

    assert code == "resource_in_use"
    assert used in message


def test_an_update_reaches_every_store(shop, two):
    following = shop.publish(NEXT)
    two.change("orders-s2", pageSize=7)

    two.push()

    assert two.component("orders-s1")["name"] == "New orders [Shopify store 1]"
    assert two.component("orders-s2")["name"] == "New orders [Shopify store 2]"
    assert two.component("orders-s2")["pageSize"] == 7
    assert problems_of(two, following) == []


def test_an_update_keeps_a_store_that_was_only_begun(shop, keeper):
    steps = begin(keeper)
    following = shop.publish(NEXT)

    keeper.push()

    assert page(keeper)["defaultSectionId"] == "s2"
    for step in steps:
        keeper.log_in(step)
        assert keeper.press(step).body["success"]
    assert names(keeper) == COMMON | of("s1") | of("s2")
    assert problems_of(keeper, following) == []


def test_an_edition_changes_in_every_store(two, shops):
    stores = {"type": "store", "licenses": [{}] * 2}
    before = documents(two)
    two.licensed(connectorEdition="premium", addonLicenses=[stores])

    assert two.use("changeEdition").body == {"success": True}

    assert names(two) == COMMON | of("s1") | of("s2") | {"sales-s1", "sales-s2"}
    assert documents(two, but={"sales-s1", "sales-s2"}) == before
    assert problems_of(two, shops) == []


def test_everything_goes_when_the_connector_is_uninstalled(two):
    two.uninstall()

    assert two.everything() == []
    assert two.installation.stores == []


def test_records_that_are_lost_are_rebuilt_with_the_stores(two, shops):
    two.lose_records()

    two.push()

    assert two.installation.stores == ["s1", "s2"]
    assert names(two) == COMMON | of("s1") | of("s2")
    assert problems_of(two, shops) == []
