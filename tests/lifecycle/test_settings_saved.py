"""persistSettings: what customers save on the platform's pages."""

from typing import Any

import pytest
from django.utils import timezone

from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop, ask
from tests.lifecycle.settings_fixtures import (
    CHAT,
    NEXT_CHAT,
    body,
    chat,
    installed,
    page,
    save,
    section,
    shops,
    values,
    written,
)

__all__ = ["chat", "shops"]


def test_an_installation_begins_with_the_defaults(chat: Customer) -> None:
    assert values(section(chat)["fields"]) == {
        "loud": False,
        "channel": "#orders",
        "secret_channel": "x",
        "lag": None,
    }
    assert body(chat) == '{"channel": "#orders"}'
    assert chat.component("new_orders")["delta"] == {"lagOffset": 0}


def test_one_setting_touches_only_what_is_bound_to_it_and_the_page(chat: Customer) -> None:
    reply = save(chat, {"channel": "#sales"})

    assert (reply.status, reply.body["success"]) == (200, True)
    assert reply.body["pending"] == {"channel": "#sales"}
    assert "settings" in reply.body
    assert body(chat) == '{"channel": "#sales"}'
    assert values(section(chat)["fields"])["channel"] == "#sales"
    operation = chat.last_operation
    assert (operation.kind, operation.outcome, operation.by) == ("settings", "done", "customer")
    assert written(operation) == {"post_message", "@integration"}
    changing = [path for method, path in chat.requests() if method in ("PUT", "PATCH", "POST")]
    assert [path.split("/")[1] for path in changing[-2:]] == ["integrations", "integrations"]
    assert [path.split("/")[1] for path in changing].count("imports") == 3


def test_a_whole_form_saves_what_changed_and_nothing_else(chat: Customer) -> None:
    form = values(section(chat)["fields"]) | {"lag": 5}
    save(chat, form)

    assert chat.installation.settings == {"lag": 5}
    assert chat.component("new_orders")["delta"] == {"lagOffset": 5000}
    assert written(chat.last_operation) == {"new_orders", "@integration"}


def test_saving_the_same_again_changes_nothing(chat: Customer) -> None:
    save(chat, {"lag": 5})
    before = chat.untouched()
    reply = save(chat, {"lag": 5})

    assert reply.body == {"success": True, "pending": {"lag": 5}}
    assert chat.untouched() == before
    assert chat.last_operation.outcome == "current"


def test_values_come_as_text_and_are_saved_as_what_they_are(chat: Customer) -> None:
    reply = save(chat, {"lag": "7", "loud": "true"})

    assert reply.body["pending"] == {"lag": 7, "loud": True}
    assert chat.component("refunds_to_chat")["disabled"] is False


@pytest.mark.parametrize(
    ("pending", "named"),
    [
        ({"channel": ""}, ["channel: A value must be provided"]),
        ({"channel": "x" * 21}, ["channel: Enter at most 20 characters"]),
        ({"lag": 61}, ["lag: Value cannot be greater than 60"]),
        ({"lag": "soon", "channel": ""}, ["lag: Value must be a number", "channel: A value"]),
        ({"channel": "LOUD"}, ["channel: Not so loud"]),
        ({"currency": "GBP"}, ["currency: 'GBP' is not one of the options"]),
        ({"big": 5}, ["big: There is no such field"]),
        ({"stranger": 5}, ["stranger: There is no such field"]),
        ({"channel": {"a": 1}}, ["channel: Enter text"]),
    ],
)
def test_what_may_not_be_set_is_refused_field_by_field_and_changes_nothing(
    chat: Customer, pending: dict[str, Any], named: list[str]
) -> None:
    before = chat.untouched()
    reply = save(chat, {"lag": 3, **pending})

    assert reply.status == 422
    code, message = reply.error
    assert code == "invalid_settings"
    assert all(name in message for name in named), message
    assert chat.untouched() == before
    assert chat.installation.settings == {}
    assert (chat.last_operation.outcome, chat.last_operation.code) == ("failed", code)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "missing_required_field"),
        ({"pending": []}, "invalid_field"),
        ({"pending": {"flowId": "x", "disabled": "yes"}}, "invalid_settings"),
    ],
)
def test_calls_that_make_no_sense_are_refused(chat: Customer, sent: Any, code: str) -> None:
    reply = chat.ask("PUT", f"{chat.home}/settings/persistSettings", sent)

    assert (reply.status, reply.error[0]) == (422, code)


def test_hidden_and_disabled_fields_keep_their_values(chat: Customer) -> None:
    reply = save(chat, {"loud": False, "secret_channel": "forged"})

    assert reply.body["pending"]["secret_channel"] == "x"
    assert chat.installation.settings == {}


def test_what_an_author_finds_wrong_may_depend_on_other_fields(chat: Customer) -> None:
    assert save(chat, {"channel": "LOUD", "loud": True}).status == 200


def test_what_belongs_to_an_edition_comes_with_it(shop: Shop) -> None:
    shop.publish(CHAT)
    customer = installed(shop, {"connectorEdition": "premium"})

    assert save(customer, {"big": "100"}).body["pending"] == {"big": 100}
    assert values(section(customer)["fields"])["big"] == 100


def test_the_settings_of_a_flow_are_saved_with_its_id(chat: Customer) -> None:
    flow = chat.component("orders_to_chat")
    ways = {"map": {"x": "y"}, "default": None, "allowFailures": False}
    reply = save(chat, {"flowId": flow["_id"], "listed": "#9", "ways": ways})

    assert reply.body["pending"] == {"flowId": flow["_id"], "listed": "#9", "ways": ways}
    assert chat.component("post_message")["lookups"] == [{"name": "carriers", **ways}]
    [entry] = [document for document in section(chat)["flows"] if document["_id"] == flow["_id"]]
    assert values(entry["sections"][0]["fields"]) == {"listed": "#9"}
    [shown] = [field for field in entry["sections"][1]["fields"] if field["name"] == "ways"]
    assert shown["map"] == {"x": "y"}


def test_a_flow_is_switched_on_and_off(chat: Customer) -> None:
    flow = chat.component("orders_to_chat")
    for disabled in (False, True):
        reply = save(chat, {"flowId": flow["_id"], "disabled": disabled})

        assert reply.body == {
            "success": True,
            "pending": {"flowId": flow["_id"], "disabled": disabled},
        }
        assert chat.component("orders_to_chat")["disabled"] is disabled
        assert written(chat.last_operation) == {"orders_to_chat"}


def test_a_switched_flow_stays_switched_when_settings_are_saved_and_versions_come(
    shop: Shop, chat: Customer
) -> None:
    flow = chat.component("orders_to_chat")
    save(chat, {"flowId": flow["_id"], "disabled": False})
    save(chat, {"lag": 4})
    shop.publish(NEXT_CHAT)
    chat.push()

    assert chat.component("orders_to_chat")["disabled"] is False


@pytest.mark.parametrize("external_id", ["refunds_to_chat", None])
def test_flows_that_offer_no_switch_or_are_not_the_connectors_stay(
    chat: Customer, external_id: str | None
) -> None:
    flow_id = chat.component(external_id)["_id"] if external_id else "0" * 24
    before = chat.untouched()
    reply = save(chat, {"flowId": flow_id, "disabled": True})

    assert reply.error[0] == ("switch_not_offered" if external_id else "flow_unknown")
    assert chat.untouched() == before


def test_a_file_is_written_where_it_belongs_and_its_text_is_not_on_the_page(
    chat: Customer,
) -> None:
    flow = chat.component("refunds_to_chat")
    file = {"name": "a.csv", "size": 3, "type": "text/csv"}
    pending = {"flowId": flow["_id"], "upload": file}
    reply = save(chat, pending, sampleData="a,b", rowDelimiter="\n")

    assert reply.body["pending"] == pending
    assert chat.component("new_orders")["sampleData"] == "a,b"
    save(chat, pending)
    assert chat.component("new_orders")["sampleData"] == "a,b"
    [entry] = [document for document in section(chat)["flows"] if document["_id"] == flow["_id"]]
    assert values(entry["settings"]) == {"upload": file}


def test_what_customers_changed_by_hand_stays(chat: Customer) -> None:
    chat.change("new_orders", pageSize=7)
    save(chat, {"lag": 9, "channel": "#sales"})

    assert chat.component("new_orders")["pageSize"] == 7
    assert chat.component("new_orders")["delta"] == {"lagOffset": 9000}


def test_nothing_is_saved_while_an_update_is_under_way(chat: Customer) -> None:
    chat.installation.take_lease("another", now=timezone.now(), seconds=60)
    reply = save(chat, {"lag": 9})

    assert reply.error[0] == "update_in_progress"
    assert chat.installation.settings == {}


# Fields that somebody else put on the page


@pytest.fixture
def older(shop: Shop, chat: Customer, doorway: Doorway) -> Customer:
    """A customer whose page has fields that no version declares."""
    fields = [
        {"name": "imports_1_old", "type": "select", "options": [["a", "A"]], "value": None},
        {"name": "nothing", "type": "hologram", "options": None},
        {"name": "imports_1_apiToken", "type": "input", "value": "old-s3cret"},
    ]

    def write(call: dict[str, Any]) -> None:
        doorway.before = lambda _: None
        integration = chat.integration
        integration["settings"]["sections"][0]["fields"] += fields
        url = f"{shop.platform.sandbox.base_url}{chat.home}"
        ask("PUT", url, integration, token=call["options"]["bearerToken"])

    doorway.before = write
    chat.ask("PUT", f"{chat.home}/settings/refreshMetadata", {})
    return chat


def test_foreign_fields_are_saved_on_the_page(older: Customer) -> None:
    form = {**values(section(older)["fields"]), "lag": 4, "imports_1_old": "a"}
    reply = save(older, form)

    assert reply.body["pending"]["imports_1_old"] == "a"
    assert values(section(older)["fields"]) == form
    assert older.installation.settings == {"lag": 4}
    assert written(older.last_operation) == {"new_orders", "@integration"}


def test_what_is_recorded_of_foreign_fields_holds_no_secret(older: Customer) -> None:
    save(older, {"imports_1_apiToken": "new-s3cret", "imports_1_old": "a"})

    record = str(older.last_operation.changes.get(external_id="@integration").fields)
    assert values(section(older)["fields"])["imports_1_apiToken"] == "new-s3cret"
    assert "imports_1_apiToken" in record
    assert "s3cret" not in record


def test_foreign_fields_are_validated_by_what_the_page_says(older: Customer) -> None:
    before = older.untouched()
    reply = save(older, {"lag": 4, "imports_1_old": "z"})

    assert "imports_1_old: 'z' is not one of the options" in reply.error[1]
    assert older.untouched() == before


# Several stores


def test_every_store_is_saved_by_itself(shops: Customer) -> None:
    pending = {"s2": {"title-s2": "FR", "lag-s2": 9}}
    reply = save(shops, pending)

    assert reply.body["pending"] == pending
    assert shops.installation.settings == {"s2": {"title": "FR", "lag": 9}}
    assert shops.component("orders-s1")["delta"] == {"lagOffset": 1}
    assert shops.component("orders-s2")["delta"] == {"lagOffset": 9}
    general = {document["id"]: values(document["fields"]) for document in page(shops)["general"]}
    assert general == {"s1": {"title-s1": "?"}, "s2": {"title-s2": "FR"}}
    assert written(shops.last_operation) == {"orders-s2", "@integration"}


def test_errors_name_the_field_of_the_store(shops: Customer) -> None:
    assert "title-s2: A value must be provided" in save(shops, {"s2": {"title-s2": ""}}).error[1]
    assert "s9: There is no such store" in save(shops, {"s9": {"title-s9": "x"}}).error[1]
    assert "s1: The values of a store" in save(shops, {"s1": 5}).error[1]


def test_a_flow_of_a_store_is_switched_under_the_store(shops: Customer) -> None:
    flow = shops.component("sync-s2")
    reply = save(shops, {"s2": {"flowId": flow["_id"], "disabled": False}})

    assert reply.body["success"]
    assert shops.component("sync-s2")["disabled"] is False
    assert shops.component("sync-s1")["disabled"] is True
