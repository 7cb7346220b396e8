"""A pushed update: what it brings, what it leaves alone, and how it ends."""

from itertools import islice

import pytest

from connector_kit import Export
from connector_kit.lifecycle.journal import DatabaseJournal
from connector_kit.models import Operation, Order
from tests.lifecycle import v1_1
from tests.lifecycle.fixtures import SECOND, problems_of
from tests.lifecycle.frameworks import IN_BOTH


@pytest.fixture
def first(shop):
    """The first release."""
    return shop.connector.releases.get(version="1.0.0")


def writes(requests):
    return [(method, path) for method, path in requests if method != "GET"]


def test_an_update_adds_changes_and_removes(customer, upgraded):
    operation = customer.push()

    assert (operation.outcome, operation.code) == (Operation.Outcome.DONE, "")
    assert problems_of(customer, upgraded) == []
    assert operation.summary == {
        "create": 1,
        "update": 5,
        "delete": 2,
        "unchanged": 2,
        "conflict": 0,
    }


@IN_BOTH
def test_the_version_is_the_very_last_write(customer, upgraded, doorway):
    shown = []
    doorway.before = lambda _: shown.append(customer.integration)
    sent = len(customer.requests())

    customer.push()

    assert (shown[0]["version"], shown[0]["updateInProgress"]) == ("1.0.0", True)
    written = writes(customer.requests(since=sent))
    assert written[-1] == ("PUT", customer.home)
    assert written.count(("PUT", customer.home)) == 1
    assert (customer.integration["version"], customer.integration["updateInProgress"]) == (
        "1.1.0",
        False,
    )


def test_what_is_no_longer_declared_goes_after_what_referred_to_it(customer, upgraded):
    flow, export = (customer.component(name)["_id"] for name in ("refunds_to_chat", "refunds"))

    customer.push()

    deleted = [path for method, path in customer.requests() if method == "DELETE"]
    assert deleted == [f"/flows/{flow}", f"/exports/{export}"]


@IN_BOTH
def test_a_customers_edits_survive(customer, upgraded):
    customer.change("orders_to_chat", schedule="? 7 */3 ? * *", disabled=False)
    customer.change("new_orders", pageSize=37)
    customer.change("post_message", lookups=[{"name": "ours", "map": {"a": "b"}}])
    customer.change("shop", name="Our shop")
    customer.do("PUT", customer.home, {**customer.integration, "tag": "ours"})

    customer.push()

    flow = customer.component("orders_to_chat")
    assert (flow["schedule"], flow["disabled"]) == ("? 7 */3 ? * *", False)
    assert len(flow["pageProcessors"]) == 2
    assert customer.component("new_orders")["pageSize"] == 37
    assert customer.component("post_message")["lookups"][0]["name"] == "ours"
    assert len(customer.component("post_message")["mapping"]["fields"]) == 2
    assert customer.component("shop")["name"] == "Our shop"
    assert customer.integration["tag"] == "ours"
    assert customer.integration["version"] == "1.1.0"


@IN_BOTH
def test_a_field_that_both_changed_is_settled_by_its_owner_and_recorded(customer, upgraded):
    customer.change("orders_to_chat", schedule="? 7 */3 ? * *")
    customer.change("chat", name="Our chat")

    operation = customer.push()

    assert customer.component("orders_to_chat")["schedule"] == "? 7 */3 ? * *"
    assert customer.component("chat")["name"] == "Team chat"
    settled = {
        change.external_id: field
        for change in operation.changes.all()
        for field in change.fields
        if field.get("settled")
    }
    assert settled["orders_to_chat"] == {
        "path": "schedule",
        "before": "? 7 */3 ? * *",
        "after": "? 30 * ? * *",
        "settled": "customer",
    }
    assert settled["chat"] == {
        "path": "name",
        "before": "Our chat",
        "after": "Team chat",
        "settled": "connector",
    }


def test_an_installation_says_how_its_last_update_ended(customer, upgraded):
    assert customer.installation.update_outcome == ""
    customer.delete("orders_to_chat")

    customer.push()
    assert customer.installation.update_outcome == Operation.Outcome.FAILED

    customer.push(recreate_deleted=True)
    assert customer.installation.update_outcome == Operation.Outcome.DONE


def test_an_installation_that_is_current_is_only_given_back(customer, upgraded):
    customer.push()
    sent, before = len(customer.requests()), customer.untouched()

    operation = customer.push()

    assert operation.outcome == Operation.Outcome.CURRENT
    assert writes(customer.requests(since=sent)) == [("PUT", customer.home)]
    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False
    assert not operation.changes.exists()


@IN_BOTH
def test_rolling_back_restores_what_was(customer, upgraded, first):
    before = customer.tagged()
    customer.push()

    operation = customer.push(first)

    assert operation.outcome == Operation.Outcome.DONE
    assert problems_of(customer, first) == []
    kept = {item["_id"] for _, item in before} & {item["_id"] for _, item in customer.tagged()}
    assert {comparable(item) for item in before if item[1]["_id"] in kept} == {
        comparable(item) for item in customer.tagged() if item[1]["_id"] in kept
    }
    assert len(kept) == len(before) - 2


def comparable(tagged):
    resource, document = tagged
    fields = {key: value for key, value in document.items() if key != "lastModified"}
    return resource, str(sorted(fields.items()))


def test_a_rolled_back_installation_stays_so_until_it_is_told_otherwise(customer, upgraded, first):
    customer.push()
    customer.push(first)

    assert customer.push_unordered().outcome == Operation.Outcome.IGNORED
    assert problems_of(customer, first) == []

    customer.push(upgraded)
    assert problems_of(customer, upgraded) == []


def test_what_is_ordered_during_an_update_is_not_forgotten(customer, upgraded, first, monkeypatch):
    record = DatabaseJournal.record

    def order_and_record(journal, *step):
        if not Order.objects.open().filter(release=first).exists():
            customer.order(first)
        record(journal, *step)

    monkeypatch.setattr(DatabaseJournal, "record", order_and_record)

    customer.push()

    assert customer.installation.version == "1.1.0"
    assert Order.objects.to_serve(customer.installation).release == first


@IN_BOTH
def test_an_update_that_runs_out_of_time_goes_on_with_the_next_push(customer, upgraded, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "function_seconds": 0.0}
    outcomes = []

    while (operation := customer.push()).outcome == Operation.Outcome.CHECKPOINT:
        outcomes.append(operation.code)
        assert operation.changes.count() == 1
        assert customer.integration["updateInProgress"] is True
        assert customer.integration["version"] == "1.0.0"

    assert operation.outcome == Operation.Outcome.DONE
    assert outcomes == ["checkpoint"] * 6
    assert problems_of(customer, upgraded) == []


@IN_BOTH
def test_a_deleted_component_is_made_again_when_that_is_asked_for(shop, customer, upgraded):
    customer.delete("refunds_to_chat")
    customer.delete("orders_to_chat")
    customer.delete("new_orders")

    operation = customer.push(recreate_deleted=True)

    assert operation.outcome == Operation.Outcome.DONE
    assert problems_of(customer, upgraded) == []


@IN_BOTH
def test_an_installation_that_is_not_complete_is_not_updated(shop):
    customer = shop.customer()
    begun = customer.installing(shop.connector)
    assert all(attempt() for attempt in islice(begun, 2))
    shop.publish(shop.framework.second)
    before = customer.untouched()

    operation = customer.push()

    assert (operation.outcome, operation.code) == (Operation.Outcome.FAILED, "not_installed")
    assert "the default release" in operation.message
    assert customer.untouched() == before
    assert customer.integration["updateInProgress"] is False


def test_a_retired_component_that_the_customer_uses_blocks_the_update(
    shop, customer, upgraded, monkeypatch
):
    spare = Export("Spare", connection=v1_1.ShopToChat.shop, http={"relativeURI": "/spare"})
    monkeypatch.setattr(v1_1.ShopToChat, "spare", spare, raising=False)
    monkeypatch.setattr(v1_1.ShopToChat, "version", "1.2.0")
    shop.publish(SECOND)
    customer.push()
    spare_id = customer.component("spare")["_id"]
    customer.change("new_orders", _keepDeltaBehindExportId=spare_id)
    monkeypatch.setattr(v1_1.ShopToChat, "spare", None)
    monkeypatch.setattr(v1_1.ShopToChat, "version", "1.3.0")
    shop.publish(SECOND)
    before = customer.untouched()

    operation = customer.push()

    assert operation.code == "component_in_use"
    assert "new_orders" in operation.message
    assert customer.untouched() == before
