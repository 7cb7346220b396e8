"""Settings over updates, and those that were asked for outside a call."""

from typing import Any

from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.operations import operation
from connector_kit.lifecycle.settings.waiting import waiting_changes
from connector_kit.models import Installation, Operation, Order, SettingsChange, StaffAction
from connector_kit.publisher.actions import Actor
from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop, ask
from tests.lifecycle.settings_fixtures import (
    LAST_CHAT,
    NEXT_CHAT,
    body,
    chat,
    save,
    section,
    values,
    written,
)

__all__ = ["chat"]


def test_settings_survive_an_update(shop: Shop, chat: Customer) -> None:
    save(chat, {"channel": "#sales", "loud": True, "secret_channel": "#s", "lag": 9})
    shop.publish(NEXT_CHAT)
    operation = chat.push()

    assert (operation.outcome, chat.installation.version) == ("done", "1.1.0")
    assert chat.installation.settings == {"room": "#sales", "loud": True}
    assert body(chat) == '{"channel": "#sales"}'
    assert values(section(chat)["fields"]) == {
        "loud": True,
        "lag": None,
        "room": "#sales",
        "mood": "fine",
    }
    assert chat.installation.retired_settings == {
        "version": "1.1.0",
        "settings": {"lag": 9, "secret_channel": "#s"},
    }
    assert operation.notes == [
        {
            "setting": "lag",
            "store": None,
            "before": 9,
            "after": None,
            "reason": "Value cannot be greater than 5",
        }
    ]


def test_going_back_brings_back_what_the_newer_version_refused_in_the_document_too(
    shop: Shop, chat: Customer
) -> None:
    first = chat.installation.release
    before = {"loud": True, "lag": 9, "secret_channel": "#s"}
    save(chat, before)
    shop.publish(NEXT_CHAT)
    chat.push()
    assert chat.component("new_orders")["delta"] == {"lagOffset": 0}

    chat.push(first)

    assert chat.installation.settings == before
    assert chat.component("new_orders")["delta"] == {"lagOffset": 9000}
    assert values(section(chat)["fields"])["lag"] == 9


def test_what_a_release_dropped_the_one_after_can_bring_back(shop: Shop, chat: Customer) -> None:
    save(chat, {"loud": True, "secret_channel": "#s"})
    for release in (NEXT_CHAT, LAST_CHAT):
        shop.publish(release)
        chat.push()

    assert chat.installation.settings == {"loud": True, "secret": "#s"}
    assert chat.installation.retired_settings == {}


def test_an_update_without_a_change_of_settings_is_current_when_pushed_again(
    shop: Shop, chat: Customer
) -> None:
    save(chat, {"channel": "#sales"})
    shop.publish(NEXT_CHAT)
    chat.push()

    assert chat.push().outcome == "current"


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


# Outside a call

STAFF = Actor("staff@example.com")


def requested(customer: Customer, values: dict[str, Any]) -> SettingsChange:
    change = save_settings(customer.installation, values, by=STAFF).change
    assert change is not None
    return change


def drained(customer: Customer) -> None:
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]


def test_settings_saved_elsewhere_come_with_an_update_at_the_same_version(
    shop: Shop, chat: Customer
) -> None:
    shop.publish(NEXT_CHAT)
    result = save_settings(chat.installation, {"channel": "#staff"}, by=STAFF)
    drained(chat)

    assert result.errors == {}
    assert result.change is not None
    change = SettingsChange.objects.get(pk=result.change.pk)
    assert (change.outcome, change.by) == ("applied", "staff@example.com")
    assert body(chat) == '{"channel": "#staff"}'
    assert chat.installation.version == "1.0.0"
    operation = chat.last_operation
    assert change.operation == operation
    assert (operation.kind, operation.outcome, operation.by) == (
        "update",
        "done",
        "staff@example.com",
    )
    assert written(operation) == {"post_message", "@integration"}
    assert chat.integration["updateInProgress"] is False


def test_what_may_not_be_set_is_refused_at_once_and_not_recorded(chat: Customer) -> None:
    result = save_settings(chat.installation, {"lag": 61, "channel": ""}, by=STAFF)

    assert result.change is None
    assert result.errors == {
        "lag": ["Value cannot be greater than 60"],
        "channel": ["A value must be provided"],
    }
    assert not SettingsChange.objects.exists()
    assert not StaffAction.objects.filter(action="settings.save").exists()


def test_what_is_not_valid_any_more_is_refused_when_it_is_taken_over(
    chat: Customer, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    change = requested(chat, {"loud": True})
    SettingsChange.objects.filter(pk=change.pk).update(values={"lag": 61})
    chat.push()
    change.refresh_from_db()

    assert (change.outcome, change.errors) == (
        "refused",
        {"lag": ["Value cannot be greater than 60"]},
    )
    assert chat.installation.settings == {}


def test_a_change_that_cannot_be_pushed_says_why_and_comes_with_the_next_update(
    chat: Customer, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    change = requested(chat, {"lag": 6})

    assert (change.outcome, "CONNECTOR_KIT_TOKEN" in change.message) == ("waiting", True)
    chat.push()
    change.refresh_from_db()
    assert (change.outcome, change.message) == ("applied", "")
    assert chat.component("new_orders")["delta"] == {"lagOffset": 6000}


def test_several_changes_come_in_their_order(chat: Customer, settings: Any) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    for lag in (6, 7):
        requested(chat, {"lag": lag})
    chat.push()

    assert chat.installation.settings == {"lag": 7}
    assert list(SettingsChange.objects.values_list("outcome", flat=True)) == ["applied"] * 2


def test_a_blocked_update_takes_nothing_over_and_the_change_goes_on_waiting(
    chat: Customer, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    chat.delete("orders_to_chat")
    change = requested(chat, {"lag": 6})
    assert chat.push().outcome == "failed"
    change.refresh_from_db()

    assert change.outcome == "waiting"
    assert "orders_to_chat" in change.message
    assert chat.installation.settings == {}


def test_a_dry_run_leaves_what_waits(chat: Customer, settings: Any) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    change = requested(chat, {"lag": 6})
    chat.installation.orders.open().take_back()
    chat.order(kind=Order.Kind.PLAN)
    chat.push()
    change.refresh_from_db()

    assert (change.outcome, chat.installation.settings) == ("waiting", {})


def test_settings_outlive_a_lost_database(shop: Shop, chat: Customer) -> None:
    save(chat, {"channel": "#sales", "loud": True})
    connector = chat.installation.connector
    chat.installation.delete()
    Installation.objects.create(connector=connector, integration_id=chat.integration_id)
    shop.publish(NEXT_CHAT)
    chat.push()

    assert chat.installation.settings == {"room": "#sales", "loud": True}
    assert body(chat) == '{"channel": "#sales"}'
    assert chat.component("refunds_to_chat")["disabled"] is False


def test_settings_that_are_saved_while_others_are_brought_wait_for_a_call_of_their_own(
    chat: Customer, settings: Any
) -> None:
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    update = Operation.Kind.UPDATE
    save_settings(chat.installation, {"loud": True}, by=STAFF)
    with operation(chat.installation, update, "update") as work, waiting_changes(work):
        save_settings(chat.installation, {"channel": "#late"}, by=STAFF)

    assert Order.objects.to_serve(chat.installation)
    chat.push_unordered()

    assert not SettingsChange.objects.filter(outcome="waiting").exists()
    assert chat.installation.settings["channel"] == "#late"
    assert not Order.objects.open().exists()


def test_settings_that_were_saved_during_an_update_leave_its_version(
    shop: Shop, chat: Customer, settings: Any
) -> None:
    before = chat.installation
    shop.publish(NEXT_CHAT)
    chat.push()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    save_settings(before, {"loud": True}, by=STAFF)
    chat.push_unordered()

    assert chat.installation.version == chat.integration["version"] == "1.1.0"
    assert chat.installation.settings["loud"] is True
