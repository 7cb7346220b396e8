"""A database that lost what it knew: the platform's own copy and the account itself are enough."""

import pytest

from connector_kit.models import Component, Connector, Document, Installation, Operation, Release
from tests.lifecycle.frameworks import IN_BOTH, STRICT_TOO

pytestmark = [IN_BOTH, STRICT_TOO]


def edit(customer):
    """What a customer changed in fields that the connector declares too."""
    customer.change("orders_to_chat", schedule="? 7 */3 ? * *")
    customer.change("new_orders", pageSize=37)
    customer.change("shop", name="Our shop")


def kept(customer):
    return (
        customer.component("orders_to_chat")["schedule"],
        customer.component("new_orders")["pageSize"],
        customer.component("shop")["name"],
    )


EDITS = ("? 7 */3 ? * *", 37, "Our shop")


def records_are_complete(customer, release):
    rows = customer.installation.components.all()
    digests = {row.external_id: row.applied_id for row in rows}
    blueprint = release.blueprint()
    assert digests == {
        item.external_id: item.digest for item in (*blueprint.components, blueprint.integration)
    }
    assert all(row.resource_id for row in rows)


def test_lost_rows_come_back_and_the_update_goes_on_without_conflict(customer, upgraded):
    edit(customer)
    Component.objects.all().delete()

    operation = customer.push()

    assert (operation.outcome, operation.summary["conflict"]) == (Operation.Outcome.DONE, 0)
    assert kept(customer) == EDITS
    assert "refunds" not in {item["externalId"] for _, item in customer.tagged()}
    records_are_complete(customer, upgraded)


def test_lost_rows_come_back_when_there_is_nothing_to_update(shop, customer):
    edit(customer)
    Component.objects.all().delete()
    before = customer.untouched()

    assert customer.push().outcome == Operation.Outcome.CURRENT

    assert customer.untouched() == before
    records_are_complete(customer, shop.connector.releases.get())


@pytest.mark.parametrize(
    "lost", ["orders_to_chat", "new_orders", "shop", "refunds", "@integration"]
)
def test_a_single_lost_row_comes_back(customer, upgraded, lost):
    edit(customer)
    customer.installation.components.filter(external_id=lost).delete()

    assert customer.push().outcome == Operation.Outcome.DONE

    assert kept(customer) == EDITS
    assert "refunds" not in {item["externalId"] for _, item in customer.tagged()}
    records_are_complete(customer, upgraded)


def test_a_lost_database_is_rebuilt_from_the_releases_and_the_accounts(shop, customer):
    edit(customer)
    Connector.objects.all().delete()
    Document.objects.all().delete()
    assert not Installation.objects.exists()
    assert not Release.objects.exists()
    before = shop.connector.connector_id
    shop.publish(shop.framework.first)
    assert shop.connector.connector_id == before
    release = shop.publish(shop.framework.second)
    Installation.objects.create(connector=shop.connector, integration_id=customer.integration_id)

    assert customer.push(release).outcome == Operation.Outcome.DONE

    assert kept(customer) == EDITS
    records_are_complete(customer, release)
    assert customer.installation.version == "1.1.0"


def test_without_the_release_that_an_account_has_nothing_is_changed_and_it_is_named(shop, customer):
    edit(customer)
    Connector.objects.all().delete()
    Document.objects.all().delete()
    shop.publish(shop.framework.second, overwrite_source=True)
    Installation.objects.create(connector=shop.connector, integration_id=customer.integration_id)
    before = customer.untouched()

    operation = customer.push()

    assert (operation.outcome, operation.code) == (Operation.Outcome.FAILED, "not_published")
    assert "version 1.0.0 of shop-to-chat" in operation.message
    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False
    assert shop.platform.control(f"/log?limit=1&account={customer.account.account_id}")


def test_a_deleted_component_is_still_known_to_be_deleted(customer, upgraded):
    customer.delete("orders_to_chat")
    Component.objects.all().delete()
    before = customer.untouched()

    operation = customer.push()

    assert operation.code == "component_deleted"
    assert customer.untouched() == before


@pytest.mark.parametrize(
    "state",
    ["nonsense", [], {"components": "nonsense"}, {"components": {"shop": 1, "chat": "0" * 64}}],
)
def test_a_copy_that_makes_no_sense_is_passed_over(customer, upgraded, state):
    customer.do("PUT", f"{customer.home}/state/connectorKit", state)
    Component.objects.all().delete()

    assert customer.push().outcome == Operation.Outcome.DONE

    records = customer.installation.components.values_list("external_id", flat=True)
    assert {component.external_id for component in upgraded.blueprint().components} <= set(records)
    assert customer.integration["version"] == "1.1.0"
