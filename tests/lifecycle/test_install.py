"""Installing: the installer, the steps, and what stands in the account at the end."""

import pytest

from connector_kit.models import Operation
from tests.lifecycle.fixtures import SECOND, Customer, problems_of

NO_CONNECTIONS = "tests.lifecycle.v1_0:NoConnections"


@pytest.fixture
def newcomer(shop):
    """A customer who has nothing yet."""
    return Customer(shop.platform, 0)


def names(customer):
    return sorted(item["externalId"] for _, item in customer.tagged())


def test_the_installer_makes_the_connections_and_a_step_for_each(shop, newcomer):
    steps = newcomer.begin(shop.connector)

    assert names(newcomer) == ["chat", "shop"]
    assert [(step["name"], step["completed"]) for step in steps] == [
        ("Shop", False),
        ("Chat", False),
    ]
    for step, name in zip(steps, ("shop", "chat"), strict=True):
        assert step["_connectionId"] == newcomer.component(name)["_id"]
        assert step["installerFunction"] == f"verify_{name}"
        assert step["uninstallerFunction"] == f"remove_{name}"
    assert newcomer.integration["mode"] == "install"
    assert "version" not in newcomer.integration


def test_a_connection_that_works_completes_its_step_and_makes_nothing_yet(shop, newcomer):
    step, _ = newcomer.begin(shop.connector)
    newcomer.log_in(step)

    reply = newcomer.press(step)

    assert reply.body == {"success": True, "stepsToUpdate": [{**step, "completed": True}]}
    assert [document["completed"] for document in newcomer.integration["install"]] == [True, False]
    assert names(newcomer) == ["chat", "shop"]


def test_a_connection_that_cannot_log_in_says_why_and_its_step_can_be_pressed_again(shop, newcomer):
    step, _ = newcomer.begin(shop.connector)

    reply = newcomer.press(step)

    assert reply.status == 200
    assert reply.body["success"] is False
    assert "'Shop' cannot log in" in reply.body["message"]
    assert "http.auth.basic.password" in reply.body["message"]
    assert not newcomer.integration["install"][0]["completed"]
    operation = newcomer.last_operation
    assert (operation.outcome, operation.code) == ("failed", "connection_offline")

    newcomer.log_in(step)
    assert newcomer.press(step).body["success"] is True


def test_the_last_step_makes_the_rest_and_writes_mode_and_version_last(shop, newcomer):
    steps = newcomer.begin(shop.connector)
    for step in steps:
        newcomer.log_in(step)

    newcomer.press(steps[0])
    newcomer.press(steps[1])

    assert problems_of(newcomer, shop.connector.releases.get()) == []
    *_, state, last = [request for request in newcomer.requests() if request[0] != "GET"]
    assert state == ("PUT", f"{newcomer.home}/state/connectorKit")
    assert last == newcomer.requests()[-1] == ("PUT", newcomer.home)


def test_steps_may_be_pressed_in_any_order(shop, newcomer):
    steps = newcomer.begin(shop.connector)
    for step in reversed(steps):
        newcomer.log_in(step)
        assert newcomer.press(step).body["success"]

    assert problems_of(newcomer, shop.connector.releases.get()) == []


def test_every_component_is_tagged_and_named_and_refers_to_its_own_account(shop, customer):
    tagged = {item["externalId"]: item for _, item in customer.tagged()}

    assert {document["_connectorId"] for document in tagged.values()} == {
        shop.connector.connector_id
    }
    assert {document["_integrationId"] for document in tagged.values()} == {customer.integration_id}
    assert tagged["new_orders"]["_connectionId"] == tagged["shop"]["_id"]
    assert tagged["new_orders"]["hooks"]["preSavePage"] == {
        "function": "keepPaid",
        "_scriptId": tagged["helpers"]["_id"],
    }
    flow = tagged["orders_to_chat"]
    assert flow["pageGenerators"][0]["_exportId"] == tagged["new_orders"]["_id"]
    assert flow["pageProcessors"][0]["_importId"] == tagged["post_message"]["_id"]
    [section] = customer.integration["settings"]["sections"]
    assert {flow["_id"] for flow in section["flows"]} == {
        tagged["orders_to_chat"]["_id"],
        tagged["refunds_to_chat"]["_id"],
    }
    assert "$ref" not in str(customer.everything())


def test_a_connector_without_connections_has_one_step_that_makes_everything(shop, newcomer):
    release = shop.publish(NO_CONNECTIONS)

    [step] = newcomer.begin(shop.connector)
    assert "_connectionId" not in step
    assert names(newcomer) == []
    assert newcomer.press(step).body["success"]

    assert problems_of(newcomer, release) == []


def test_a_step_that_runs_out_of_time_goes_on_when_it_is_pressed_again(shop, newcomer, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}
    first, last = newcomer.begin_in_pieces(shop.connector)
    newcomer.log_in(first)
    newcomer.press(first)
    newcomer.log_in(last)

    held = [len(newcomer.tagged())]
    while not (reply := newcomer.press(last)).body["success"]:
        assert "Progress is kept" in reply.body["message"]
        assert newcomer.last_operation.outcome == Operation.Outcome.CHECKPOINT
        held.append(len(newcomer.tagged()))

    assert held == [2, 3, 4, 5, 6, 7]
    assert problems_of(newcomer, shop.connector.releases.get()) == []


def test_the_installer_called_again_keeps_credentials_and_completed_steps(shop, newcomer):
    first, second = newcomer.begin(shop.connector)
    newcomer.log_in(first)
    newcomer.press(first)

    assert newcomer.press("install").status == 200

    assert [document["completed"] for document in newcomer.integration["install"]] == [True, False]
    assert newcomer.press(first).body["success"]
    newcomer.log_in(second)
    newcomer.press(second)
    assert problems_of(newcomer, shop.connector.releases.get()) == []


def test_the_installer_makes_a_deleted_connection_again_and_opens_its_step(shop, newcomer):
    first, _ = newcomer.begin(shop.connector)
    newcomer.log_in(first)
    newcomer.press(first)
    newcomer.delete("shop")

    assert newcomer.press("install").status == 200

    steps = newcomer.integration["install"]
    assert [step["completed"] for step in steps] == [False, False]
    assert steps[0]["_connectionId"] == newcomer.component("shop")["_id"]
    for step in steps:
        newcomer.log_in(step)
        assert newcomer.press(step).body["success"]
    assert problems_of(newcomer, shop.connector.releases.get()) == []


def test_a_step_of_a_complete_installation_only_tries_its_connection(shop, customer):
    before, sent = customer.untouched(), len(customer.requests())

    reply = customer.press("verify_chat")

    assert reply.body["success"]
    assert customer.untouched() == before
    assert {method for method, _ in customer.requests(since=sent)} == {"GET"}


def test_an_installation_is_completed_with_the_version_it_began_with(shop, newcomer):
    steps = newcomer.begin(shop.connector)
    shop.publish(SECOND)

    for step in steps:
        newcomer.log_in(step)
        newcomer.press(step)

    assert problems_of(newcomer, shop.connector.releases.get(version="1.0.0")) == []
    assert not newcomer.installation.orders.open().exists()
    assert newcomer.push().outcome == "done"
    assert problems_of(newcomer, shop.connector.releases.get(version="1.1.0")) == []


def test_a_sandbox_installation_has_sandbox_documents(shop, newcomer):
    newcomer.install(shop.connector, sandbox=True)

    assert problems_of(newcomer, shop.connector.releases.get()) == []
    assert all(item["sandbox"] for _, item in newcomer.tagged())


def test_two_installations_in_one_account_have_nothing_in_common(shop, customer):
    other = Customer(shop.platform, 0).install(shop.connector, tag="The other shop")

    release = shop.connector.releases.get()
    assert problems_of(customer, release) == problems_of(other, release) == []
    assert not ids(customer) & ids(other)


def ids(customer):
    return {item["_id"] for _, item in customer.tagged()}
