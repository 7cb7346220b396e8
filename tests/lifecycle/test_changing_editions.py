"""Changing editions: a plan like any other, and nothing outside an edition's components.

Only framework 1.0 lowers an edition, repeats a change, sends what the browser says, or lets authors
change editions in a way of their own; tests of that do not run in 2.0.
"""

import pytest

from connector_kit.models import Change, Operation
from connector_kit.publisher.planning import plan_offline
from tests.lifecycle.fixtures import Customer, problems_of
from tests.lifecycle.frameworks import IN_BOTH
from tests.lifecycle.misfortunes import MISFORTUNES

PREMIUM = {"connectorEdition": "premium"}


@pytest.fixture
def sold(shop):
    """The connector that is sold in editions, in its first version."""
    return shop.publish(shop.framework.sold)


@pytest.fixture
def buyer(shop, sold):
    """A customer of the standard edition."""
    return shop.customer().buy(shop.connector)


def names(customer):
    return {item["externalId"] for _, item in customer.tagged()}


STANDARD = {"shop", "orders", "save", "sync"}
MORE = {"refunds", "refund_flow"}


def untouched(customer, *, but=()):
    """What everything in the account says, except the integration and some components."""
    return {
        item["_id"]: item
        for resource, item in customer.everything()
        if resource != "integrations" and item.get("externalId") not in but
    }


def written(customer, since):
    """Method and resource of every write to a document."""
    return [
        (method, path.split("/")[1])
        for method, path in customer.requests(since=since)
        if method != "GET" and "/state/" not in path
    ]


@IN_BOTH
def test_an_installation_begins_with_the_edition_of_its_license(buyer, sold):
    assert names(buyer) == STANDARD
    assert buyer.integration["settings"]["connectorEdition"] == "standard"
    assert buyer.installation.edition == "standard"
    assert problems_of(buyer, sold) == []


@IN_BOTH
def test_a_better_license_installs_more(shop, sold):
    buyer = shop.customer().buy(shop.connector, "premium")

    assert names(buyer) == STANDARD | MORE
    assert problems_of(buyer, sold) == []


@IN_BOTH
def test_an_upgrade_makes_what_the_edition_has_more_and_touches_nothing_else(buyer, sold):
    before, sent = untouched(buyer), len(buyer.requests())

    assert buyer.upgrade("premium").status == 200

    assert names(buyer) == STANDARD | MORE
    assert untouched(buyer, but=MORE) == before
    assert written(buyer, sent) == [
        ("POST", "exports"),
        ("POST", "flows"),
        ("PUT", "integrations"),
    ]
    assert buyer.integration["settings"]["connectorEdition"] == "premium"
    assert buyer.integration["version"] == "1.0.0"
    assert problems_of(buyer, sold) == []


@IN_BOTH
def test_an_upgrade_is_an_operation_of_its_own_with_its_changes(buyer):
    buyer.upgrade("premium")

    operation = buyer.last_operation
    assert (operation.kind, operation.function, operation.outcome) == (
        Operation.Kind.EDITION,
        "changeEdition",
        Operation.Outcome.DONE,
    )
    assert operation.situation == {}
    changes = [(change.action, change.external_id) for change in operation.changes.order_by("pk")]
    assert changes == [
        ("create", "refunds"),
        ("create", "refund_flow"),
        ("update", "@integration"),
    ]
    page = operation.changes.get(external_id="@integration").fields
    assert {"settings.connectorEdition"} <= {document["path"] for document in page}


def test_a_downgrade_removes_what_the_edition_had_more_and_keeps_edits_of_the_rest(buyer, sold):
    buyer.licensed(**PREMIUM)
    buyer.use("changeEdition")
    buyer.change("orders", pageSize=7)
    buyer.do("PUT", buyer.home, {**buyer.integration, "name": "My own name"})
    before = untouched(buyer, but=MORE)
    buyer.licensed(connectorEdition="standard")
    sent = len(buyer.requests())

    assert buyer.use("changeEdition").body == {"success": True}

    assert names(buyer) == STANDARD
    assert untouched(buyer) == before
    assert buyer.component("orders")["pageSize"] == 7
    assert buyer.integration["name"] == "My own name"
    assert buyer.integration["settings"]["connectorEdition"] == "standard"
    assert written(buyer, sent) == [
        ("DELETE", "flows"),
        ("DELETE", "exports"),
        ("PUT", "integrations"),
    ]


def test_there_and_back_leaves_nothing_to_plan(buyer, sold):
    for word in ("enterprise", "standard"):
        buyer.licensed(connectorEdition=word)
        buyer.use("changeEdition")

    buyer.push()
    assert buyer.last_operation.outcome == Operation.Outcome.CURRENT
    assert problems_of(buyer, sold) == []


@IN_BOTH
def test_what_was_edited_or_deleted_elsewhere_is_no_hindrance(buyer):
    buyer.delete("sync")

    assert buyer.upgrade("premium").status == 200

    assert names(buyer) == (STANDARD | MORE) - {"sync"}


@IN_BOTH
def test_what_the_new_components_need_and_the_customer_deleted_blocks_it(buyer):
    buyer.delete("sync")
    buyer.delete("save")
    before = untouched(buyer)

    code, message = buyer.upgrade("premium").error

    assert code == "component_deleted"
    assert "save" in message
    assert untouched(buyer) == before
    assert buyer.installation.edition == "standard"


def test_what_the_customer_uses_elsewhere_blocks_a_downgrade_with_the_reason(buyer):
    buyer.licensed(**PREMIUM)
    buyer.use("changeEdition")
    used = buyer.component("refunds")["_id"]
    buyer.do("POST", "/flows", {"name": "Mine", "pageGenerators": [{"_exportId": used}]})
    buyer.licensed(connectorEdition="standard")

    code, message = buyer.use("changeEdition").error

    assert code == "resource_in_use"
    assert used in message


def test_what_a_component_that_stays_uses_blocks_it_before_anything_is_written(buyer):
    buyer.licensed(connectorEdition="enterprise")
    buyer.use("changeEdition")
    buyer.change("save", _connectionId=buyer.component("ledger")["_id"])
    buyer.licensed(connectorEdition="standard")
    before = buyer.untouched()

    code, message = buyer.use("changeEdition").error

    assert code == "component_in_use"
    assert "connections/ledger" in message
    assert buyer.untouched() == before
    assert buyer.installation.edition == "enterprise"


def test_an_upgrade_pressed_again_finds_its_work_done(buyer):
    buyer.licensed(**PREMIUM)
    buyer.use("changeEdition")
    sent = len(buyer.requests())

    assert buyer.use("changeEdition").body == {"success": True}

    assert buyer.last_operation.outcome == Operation.Outcome.CURRENT
    assert written(buyer, sent) == []


def test_the_license_counts_and_not_what_the_browser_says(buyer):
    reply = buyer.use("changeEdition", {"licenseOpts": PREMIUM})

    assert reply.status == 200
    assert names(buyer) == STANDARD


def test_an_edition_that_nobody_declares_changes_nothing(buyer):
    buyer.licensed(connectorEdition="gold")
    before = buyer.untouched()

    code, message = buyer.use("changeEdition").error

    assert code == "edition_unknown"
    assert "'gold'" in message
    assert "standard, premium, enterprise" in message
    assert buyer.untouched() == before


@IN_BOTH
def test_an_update_keeps_the_edition_that_is_installed(shop, buyer):
    buyer.announce("premium")
    following = shop.publish(shop.framework.sold_next)

    buyer.push()

    assert names(buyer) == STANDARD
    assert problems_of(buyer, following) == []

    buyer.upgrade("premium")
    assert names(buyer) == STANDARD | MORE
    assert problems_of(buyer, following) == []


@IN_BOTH
def test_a_change_of_edition_stays_at_the_version_that_is_installed(shop, buyer, sold):
    shop.publish(shop.framework.sold_next)

    buyer.upgrade("premium")

    assert buyer.component("orders")["name"] == "Orders"
    assert buyer.component("refunds")["name"] == "Refunds"
    assert problems_of(buyer, sold) == []


@IN_BOTH
def test_an_update_that_is_under_way_comes_first(shop, buyer):
    following, trouble = (
        shop.publish(shop.framework.sold_next),
        MISFORTUNES["errors_beyond_all_repeats"],
    )
    trouble.strike(6, buyer)
    assert buyer.push().outcome == Operation.Outcome.FAILED
    trouble.end()

    code, _ = buyer.upgrade("premium").error

    assert code == "update_in_progress"
    assert names(buyer) == STANDARD
    buyer.push()
    assert problems_of(buyer, following) == []
    assert buyer.upgrade("premium").status == 200


def test_a_half_finished_installation_has_no_edition_to_change(shop, sold):
    buyer = Customer(shop.platform, 0)
    buyer.begin(shop.connector)

    assert buyer.use("changeEdition").error[0] == "not_installed"


@IN_BOTH
def test_an_offline_plan_is_for_the_edition_that_is_installed(shop, buyer):
    following = shop.publish(shop.framework.sold_next)

    [plan] = plan_offline(shop.connector, [buyer.integration_id], following)

    assert plan.plan["summary"] == {
        "create": 0,
        "update": 1,
        "delete": 0,
        "unchanged": 4,
        "conflict": 0,
    }


def test_the_authors_own_function_wins(shop):
    shop.publish("tests.lifecycle.sold:OwnWay")
    buyer = Customer(shop.platform, 0).install(shop.connector)

    assert buyer.use("changeEdition").body == {
        "success": True,
        "by": f"the author of {buyer.integration_id}",
    }


def test_functions_of_the_author_see_what_the_license_grants(buyer):
    assert buyer.use("whatIHave").body == {"edition": "standard", "isPremium": False}

    buyer.licensed(**PREMIUM)

    assert buyer.use("whatIHave").body == {"edition": "premium", "isPremium": True}


@IN_BOTH
def test_lost_records_are_rebuilt_with_the_edition(buyer, sold):
    buyer.upgrade("premium")
    Change.objects.all().delete()
    Operation.objects.all().delete()
    buyer.lose_records()

    buyer.push()

    assert buyer.installation.edition == "premium"
    assert names(buyer) == STANDARD | MORE
    assert problems_of(buyer, sold) == []


def test_a_downgrade_needs_no_records(buyer, sold):
    buyer.licensed(**PREMIUM)
    buyer.use("changeEdition")
    buyer.licensed(connectorEdition="standard")
    buyer.installation.delete()

    assert buyer.use("changeEdition").body == {"success": True}

    assert names(buyer) == STANDARD
    assert buyer.integration["settings"]["connectorEdition"] == "standard"
    buyer.push()
    assert problems_of(buyer, sold) == []


def test_an_edition_under_a_new_name_is_still_the_one_that_is_installed(shop, buyer):
    """What the page calls it is looked up again, by name and by display name."""
    buyer.licensed(**PREMIUM)
    buyer.use("changeEdition")
    buyer.installation.note(edition="what_it_was_called_once")
    buyer.licensed(connectorEdition="standard")

    buyer.push()

    assert buyer.installation.edition == "premium"
    assert names(buyer) == STANDARD | MORE
