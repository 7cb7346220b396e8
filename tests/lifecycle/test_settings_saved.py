"""persistSettings of framework 1.0: its answers, flows, files, stores, and what others put there.

What both frameworks save alike is in `test_settings`.
"""

from typing import Any

import pytest

from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop, ask
from tests.lifecycle.settings_fixtures import (
    NEXT_CHAT,
    chat,
    page,
    save,
    section,
    shops,
    values,
    written,
)

__all__ = ["chat", "shops"]


def test_the_answer_has_the_page_and_only_what_is_bound_is_written(chat: Customer) -> None:
    reply = save(chat, {"channel": "#sales"})

    assert (reply.status, reply.body["success"]) == (200, True)
    assert reply.body["pending"] == {"channel": "#sales"}
    assert "settings" in reply.body
    assert written(chat.last_operation) == {"post_message", "@integration"}
    changing = [path for method, path in chat.requests() if method in ("PUT", "PATCH", "POST")]
    assert [path.split("/")[1] for path in changing[-2:]] == ["integrations", "integrations"]
    assert [path.split("/")[1] for path in changing].count("imports") == 3


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
    ("sent", "code"),
    [
        ({}, "missing_required_field"),
        ({"pending": []}, "invalid_field"),
        ({"pending": {"flowId": "x", "disabled": "yes"}}, "invalid_settings"),
        ({"pending": {"big": 5}}, "invalid_settings"),  # of another edition
        ({"pending": {"stranger": 5}}, "invalid_settings"),
    ],
)
def test_calls_that_make_no_sense_are_refused(chat: Customer, sent: Any, code: str) -> None:
    reply = chat.ask("PUT", f"{chat.home}/settings/persistSettings", sent)

    assert (reply.status, reply.error[0]) == (422, code)


def test_hidden_and_disabled_fields_keep_their_values(chat: Customer) -> None:
    reply = save(chat, {"loud": False, "secret_channel": "forged"})

    assert reply.body["pending"]["secret_channel"] == "x"
    assert chat.installation.settings == {}


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


def test_what_somebody_else_wrote_on_the_page_survives(
    shop: Shop, chat: Customer, doorway: Doorway
) -> None:
    """Not everything on a page comes through the kit: authors' functions write there, too."""

    def write(call: dict[str, Any]) -> None:
        doorway.before = lambda _: None
        integration = chat.integration
        for field in integration["settings"]["sections"][0]["fields"]:
            field.update({"tooltip": "mine"}, **({"value": 3} if field["name"] == "lag" else {}))
        integration["settings"]["storemap"] = [{"shopid": "1"}]
        url = f"{shop.platform.sandbox.base_url}{chat.home}"
        ask("PUT", url, integration, token=call["options"]["bearerToken"])

    doorway.before = write
    chat.ask("PUT", f"{chat.home}/settings/refreshMetadata", {})
    save(chat, {"channel": "#sales"})

    assert values(section(chat)["fields"])["channel"] == "#sales"
    assert values(section(chat)["fields"])["lag"] == 3
    assert {field["tooltip"] for field in section(chat)["fields"]} == {"mine"}
    assert chat.integration["settings"]["storemap"] == [{"shopid": "1"}]


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
