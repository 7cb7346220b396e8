"""Uninstalling: what carries the tag goes, in an order that breaks no reference; the rest stays."""

from itertools import islice

import pytest

from connector_kit.models import Component, Connector, Operation
from connector_kit.publisher import publish
from tests.lifecycle.fixtures import Customer
from tests.lifecycle.frameworks import IN_BOTH
from tests.publisher.fixtures import ORDERS


def held(customer):
    return sorted(item.get("externalId", "") for _, item in customer.tagged())


def deleted(customer, since):
    paths = [path for method, path in customer.requests(since=since) if method == "DELETE"]
    return [path.split("/")[1] for path in paths]


def test_the_steps_are_those_of_the_installation_backwards(customer):
    installed = customer.integration["install"]

    steps = customer.begin_uninstall().body

    assert steps == [{**step, "completed": False} for step in reversed(installed)]
    assert customer.integration["mode"] == "uninstall"
    assert len(held(customer)) == 8


def test_a_step_removes_its_connection_and_what_depends_on_it(customer):
    customer.begin_uninstall()
    sent = len(customer.requests())

    reply = customer.press_remove("remove_chat")

    assert reply.body["success"]
    [step] = reply.body["stepsToUpdate"]
    assert (step["uninstallerFunction"], step["completed"]) == ("remove_chat", True)
    assert held(customer) == ["helpers", "new_orders", "refunds", "shop"]
    assert deleted(customer, sent) == ["flows", "flows", "imports", "connections"]


def test_a_step_pressed_again_finds_its_work_done(customer):
    customer.begin_uninstall()
    customer.press_remove("remove_chat")
    before = customer.untouched()

    assert customer.press_remove("remove_chat").body["success"]

    assert customer.untouched() == before


def test_the_uninstaller_removes_what_the_steps_left(customer):
    customer.begin_uninstall()
    customer.press_remove("remove_chat")
    sent = len(customer.requests())

    assert customer.end_uninstall().status == 200

    assert deleted(customer, sent) == ["exports", "exports", "scripts", "connections"]
    assert customer.everything() == []
    row = customer.installation
    assert (row.release, row.mode, row.vanished_at is None) == (None, "uninstall", False)
    assert not row.components.exists()
    assert customer.last_operation.outcome == Operation.Outcome.DONE


def test_everything_goes_without_any_step_too(customer):
    customer.begin_uninstall()

    assert customer.end_uninstall().status == 200

    assert customer.everything() == []
    kinds = [change.resource for change in customer.last_operation.changes.order_by("pk")]
    assert kinds.index("flows") < kinds.index("exports") < kinds.index("connections")
    assert kinds.index("exports") < kinds.index("scripts")


@IN_BOTH
def test_everything_else_in_the_account_stays(shop, customer):
    orders = Connector.objects.get(slug=publish(ORDERS).slug)
    stranger, twin = Customer(shop.platform, 0), shop.customer()
    stranger.begin(orders)
    twin.install(shop.connector, tag="twin")
    http = {"baseURI": "https://mine.example.com", "mediaType": "json"}
    connection = customer.do("POST", "/connections", {"name": "Mine", "type": "http", "http": http})
    export = {"name": "Mine", "_connectionId": connection["_id"], "externalId": "new_orders"}
    customer.do("POST", "/exports", export)
    mine = {document["_id"] for _, document in customer.tagged()} | {customer.integration_id}
    others = {key: item for key, item in customer.untouched().items() if key not in mine}

    customer.uninstall()

    assert customer.untouched() == others
    assert len(twin.tagged()) == 8


def test_what_carries_the_tag_goes_under_whatever_name(shop, customer):
    """Leftovers: of a version that is long forgotten, without a name, twice under one name."""
    strays = [
        ("scripts", {"name": "Old", "content": "1", "externalId": "forgotten"}),
        ("scripts", {"name": "Nameless", "content": "1"}),
        ("scripts", {"name": "Helpers", "content": "1", "externalId": "helpers"}),
    ]
    tag = {
        "_connectorId": shop.connector.connector_id,
        "_integrationId": customer.integration_id,
    }
    for resource, document in strays:
        customer.do("POST", f"/{resource}", {**document, **tag})

    customer.begin_uninstall()
    customer.end_uninstall()

    changed = customer.last_operation.changes.values_list("external_id", flat=True)
    assert sorted(changed) == sorted(
        [
            *("", "chat", "forgotten", "helpers", "helpers", "new_orders"),
            *("orders_to_chat", "post_message", "refunds", "refunds_to_chat", "shop"),
        ]
    )
    assert customer.everything() == []


@IN_BOTH
def test_a_half_finished_installation_can_be_uninstalled(shop):
    customer = shop.customer()
    assert all(attempt() for attempt in islice(customer.installing(shop.connector), 2))

    customer.uninstall()

    assert customer.everything() == []


def test_an_uninstallation_that_runs_out_of_time_goes_on(customer, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}
    customer.begin_uninstall()
    left = []

    while (reply := customer.press_remove("remove_shop")).status != 200:
        assert reply.error[0] == "checkpoint"
        left.append(len(held(customer)))
    while (reply := customer.end_uninstall()).status != 200:
        left.append(len(held(customer)))

    assert left == [7, 6, 5, 4, 2, 1]
    assert customer.everything() == []


def test_a_document_that_the_customer_still_uses_stops_it_with_the_reason(customer):
    used = customer.component("new_orders")["_id"]
    generators = [{"_exportId": used}]
    customer.do("POST", "/flows", {"name": "Mine", "pageGenerators": generators})
    customer.begin_uninstall()

    code, message = customer.press_remove("remove_shop").error

    assert code == "resource_in_use"
    assert used in message
    assert "change these first" in message
    assert "new_orders" in held(customer)


@pytest.mark.parametrize("step", ["remove_orders_to_chat", "remove_nothing", "remove_"])
def test_only_the_steps_of_the_installation_can_be_pressed(customer, step):
    before = customer.untouched()

    code, message = customer.press_remove(step).error

    assert code == "step_not_found"
    assert "remove_shop, remove_chat" in message
    assert customer.untouched() == before


@IN_BOTH
def test_no_records_are_needed(customer):
    Component.objects.all().delete()
    customer.installation.note(release=None)

    customer.uninstall()

    assert customer.everything() == []
    assert not Component.objects.exists()
