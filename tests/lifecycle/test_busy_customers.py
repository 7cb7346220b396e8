"""Customers who go on working while an update runs: nothing of what they do is overwritten."""

import time
from itertools import count

import pytest

from connector_kit.integrator import Pool
from connector_kit.integrator.transport.timing import SystemClock
from connector_kit.lifecycle.journal import DatabaseJournal
from tests.lifecycle.fixtures import Customer, problems_of


@pytest.fixture
def meanwhile(monkeypatch):
    """Do something after each write of an operation, and let seconds pass with it."""
    passed = []

    def arrange(act, *, seconds=0.0):
        record = DatabaseJournal.record

        def record_and_act(journal, step, resource_id):
            record(journal, step, resource_id)
            if step.action != "unchanged":
                passed.append(seconds)
                act(step)

        monkeypatch.setattr(DatabaseJournal, "record", record_and_act)
        monkeypatch.setattr(SystemClock, "now", lambda _: time.monotonic() + sum(passed))

    return arrange


def once(act):
    """Do it the first time only."""
    acts = [act]
    return lambda _: acts and acts.pop()()


def test_an_integration_that_is_renamed_meanwhile_keeps_its_name(customer, upgraded, meanwhile):
    def rename():
        changed = {**customer.integration, "name": "Our shop", "tag": "ours"}
        customer.do("PUT", customer.home, changed)

    meanwhile(once(rename))

    assert customer.push().outcome == "done"

    integration = customer.integration
    assert (integration["name"], integration["tag"]) == ("Our shop", "ours")
    assert problems_of(customer, upgraded) == []


def test_an_integration_that_is_renamed_while_it_is_installed_keeps_its_name(shop, meanwhile):
    newcomer = Customer(shop.platform, 0)

    def rename():
        [integration_id] = newcomer.integration_ids()
        path = f"/integrations/{integration_id}"
        newcomer.do("PUT", path, {**newcomer.do("GET", path), "name": "Our shop"})

    meanwhile(once(rename))

    newcomer.install(shop.connector)

    assert newcomer.integration["name"] == "Our shop"
    assert problems_of(newcomer, shop.connector.releases.get()) == []


def test_an_edit_in_the_middle_of_a_long_update_survives(customer, upgraded, meanwhile):
    def edit():
        customer.change("orders_to_chat", schedule="? 7 */3 ? * *")

    meanwhile(once(edit), seconds=3)

    operation = customer.push()

    assert operation.outcome == "done"
    flow = customer.component("orders_to_chat")
    assert flow["schedule"] == "? 7 */3 ? * *"
    assert len(flow["pageProcessors"]) == 2
    assert operation.changes.filter(external_id="post_message").count() == 1


def test_a_component_that_is_deleted_in_the_middle_is_not_made_again(customer, upgraded, meanwhile):
    meanwhile(once(lambda: customer.delete("orders_to_chat")), seconds=3)

    operation = customer.push()

    assert operation.code == "component_deleted"
    assert "orders_to_chat" not in {item["externalId"] for _, item in customer.tagged()}


def test_a_customer_who_never_stops_is_waited_for_until_the_next_push(
    customer, upgraded, monkeypatch
):
    sizes = count(20)
    send = Pool.send

    def edit_and_send(pool, request, **timeouts):
        if request.method == "GET" and "/imports/" in request.url:
            customer.change("post_message", batchSize=next(sizes))
        return send(pool, request, **timeouts)

    with monkeypatch.context() as patch:
        patch.setattr("connector_kit.lifecycle.account.STALE_AFTER", 0.0)
        patch.setattr(Pool, "send", edit_and_send)
        operation = customer.push()

    assert operation.code == "changed_meanwhile"
    assert "Call the function again" in operation.message
    assert customer.integration["updateInProgress"] is True
    assert customer.push().outcome == "done"
    assert customer.component("post_message")["batchSize"] == 22
    assert problems_of(customer, upgraded) == []
