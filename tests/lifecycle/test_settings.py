"""Settings in both frameworks: saved by the customer and by staff, over updates and losses."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connector_kit.installation_settings import save_settings
from connector_kit.lifecycle.operations import operation
from connector_kit.lifecycle.settings.waiting import waiting_changes
from connector_kit.models import Installation, Operation, Order, SettingsChange, StaffAction
from connector_kit.publisher.actions import Actor
from tests.lifecycle.doorway import Doorway
from tests.lifecycle.fixtures import Customer, Shop
from tests.lifecycle.frameworks import IN_BOTH, IN_BOTH_AT_LENGTH, ONE
from tests.lifecycle.settings_fixtures import body, written
from tests.publisher.fixtures import Platform

STAFF = Actor("staff@example.com")


@pytest.fixture
def shop(request: Any, platform: Platform, stack_address: str, doorway: Doorway) -> Shop:
    """The connector with settings is published."""
    shop = Shop(platform, stack_address, getattr(request, "param", ONE))
    shop.publish(shop.framework.chat[0])
    return shop


@pytest.fixture
def chat(shop: Shop) -> Customer:
    """A customer of the lower edition."""
    return shop.customer(1).install(shop.connector)


def lag(customer: Customer) -> Any:
    return customer.component("new_orders")["delta"]


def settle(customer: Customer) -> None:
    """Wait for what was pushed."""
    assert customer.platform.control("/drain", {"timeout_seconds": 30})["drained"]


@IN_BOTH
def test_saving_applies_what_settings_control_and_nothing_else(chat: Customer) -> None:
    assert (
        chat.shown().items()
        >= {
            "loud": False,
            "channel": "#orders",
            "secret_channel": "x",
            "lag": None,
        }.items()
    )
    assert (body(chat), lag(chat)) == ('{"channel": "#orders"}', {"lagOffset": 0})
    chat.change("new_orders", pageSize=7)

    assert chat.save({"channel": "#sales", "loud": True}).status == 200

    assert body(chat) == '{"channel": "#sales"}'
    assert chat.shown()["channel"] == "#sales"
    assert chat.component("refunds_to_chat")["disabled"] is False
    assert written(chat.last_operation) - {"@integration"} == {"post_message", "refunds_to_chat"}
    about = chat.last_operation
    assert (about.kind, about.outcome, about.by) == ("settings", "done", "customer")

    chat.save({**chat.shown(), "lag": 5})

    assert chat.installation.settings == {"channel": "#sales", "loud": True, "lag": 5}
    assert written(chat.last_operation) - {"@integration"} == {"new_orders"}
    assert lag(chat) == {"lagOffset": 5000}
    assert chat.component("new_orders")["pageSize"] == 7

    before = chat.untouched()
    assert chat.save({"lag": 5}).status == 200
    assert chat.untouched() == before
    assert chat.push().outcome == "current"


@IN_BOTH
def test_what_may_not_be_set_is_refused_field_by_field_and_changes_nothing(chat: Customer) -> None:
    before = chat.untouched()
    for values, named in REFUSED:
        reply = chat.save({"lag": 3, **values})

        assert reply.status == 422
        code, message = reply.error
        assert code == "invalid_settings"
        assert all(name in message for name in named), message
        assert chat.untouched() == before
        assert chat.installation.settings == {}
        assert (chat.last_operation.outcome, chat.last_operation.code) == ("failed", code)
    assert chat.save({"channel": "LOUD", "loud": True}).status == 200


REFUSED: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"channel": ""}, ["channel: A value must be provided"]),
    ({"channel": "x" * 21}, ["channel: Enter at most 20 characters"]),
    ({"lag": 61}, ["lag: Value cannot be greater than 60"]),
    ({"lag": "soon", "channel": ""}, ["lag: Value must be a number", "channel: A value"]),
    ({"channel": "LOUD"}, ["channel: Not so loud"]),
    ({"currency": "GBP"}, ["currency: 'GBP' is not one of the options"]),
    ({"channel": {"a": 1}}, ["channel: Enter text"]),
)


@IN_BOTH_AT_LENGTH
def test_what_belongs_to_an_edition_comes_with_it(shop: Shop) -> None:
    customer = shop.customer(1).buy(shop.connector, "premium")

    assert customer.save({"big": 100}).status == 200
    assert customer.shown()["big"] == 100
    assert customer.installation.settings == {"big": 100}


@IN_BOTH_AT_LENGTH
def test_nothing_is_saved_while_an_update_is_under_way(chat: Customer) -> None:
    chat.installation.take_lease("another", now=timezone.now(), seconds=60)
    reply = chat.save({"lag": 9})

    assert reply.error[0] == "update_in_progress"
    assert chat.installation.settings == {}


# Updates


@IN_BOTH
def test_settings_survive_an_update_and_come_back_with_a_rollback(
    shop: Shop, chat: Customer
) -> None:
    first, before = chat.installation.release, {"loud": True, "lag": 9, "secret_channel": "#s"}
    chat.save({"channel": "#sales", **before})
    shop.publish(shop.framework.chat[1])
    update = chat.push()

    assert (update.outcome, chat.installation.version) == ("done", "1.1.0")
    assert chat.installation.settings == {"room": "#sales", "loud": True}
    assert body(chat) == '{"channel": "#sales"}'
    shown = {"loud": True, "lag": None, "room": "#sales", "mood": "fine"}
    assert chat.shown().items() >= shown.items()
    assert not {"channel", "secret_channel"} & chat.shown().keys()
    assert chat.installation.retired_settings == {
        "version": "1.1.0",
        "settings": {"lag": 9, "secret_channel": "#s"},
    }
    reason = "Value cannot be greater than 5"
    assert update.notes == [
        {"setting": "lag", "store": None, "before": 9, "after": None, "reason": reason}
    ]
    assert lag(chat) == {"lagOffset": 0}
    assert chat.push().outcome == "current"

    chat.push(first)

    assert chat.installation.settings == {"channel": "#sales", **before}
    assert lag(chat) == {"lagOffset": 9000}
    assert chat.shown()["lag"] == 9


@IN_BOTH_AT_LENGTH
def test_what_a_release_dropped_the_one_after_can_bring_back(shop: Shop, chat: Customer) -> None:
    chat.save({"loud": True, "secret_channel": "#s"})
    for release in shop.framework.chat[1:]:
        shop.publish(release)
        chat.push()

    assert chat.installation.settings == {"loud": True, "secret": "#s"}
    assert chat.installation.retired_settings == {}


@IN_BOTH
def test_settings_outlive_a_lost_database(shop: Shop, chat: Customer) -> None:
    chat.save({"channel": "#sales", "loud": True})
    connector = chat.installation.connector
    chat.installation.delete()
    Installation.objects.create(connector=connector, integration_id=chat.integration_id)
    shop.publish(shop.framework.chat[1])
    chat.push()

    assert chat.installation.settings == {"room": "#sales", "loud": True}
    assert body(chat) == '{"channel": "#sales"}'
    assert chat.component("refunds_to_chat")["disabled"] is False


# Outside a call


@pytest.fixture
def unpushed(chat: Customer, settings: Any) -> None:
    """Once the customer has installed, what staff save is not pushed, but waits."""
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}


def requested(customer: Customer, values: dict[str, Any]) -> SettingsChange:
    change = save_settings(customer.installation, values, by=STAFF).change
    assert change is not None
    return change


@IN_BOTH
def test_settings_saved_elsewhere_come_with_an_update_at_the_same_version(
    shop: Shop, chat: Customer
) -> None:
    shop.publish(shop.framework.chat[1])
    change = requested(chat, {"channel": "#staff"})
    settle(chat)

    change.refresh_from_db()
    assert (change.outcome, change.by) == ("applied", "staff@example.com")
    assert body(chat) == '{"channel": "#staff"}'
    assert chat.shown()["channel"] == "#staff"
    assert chat.installation.version == "1.0.0"
    about = chat.last_operation
    assert change.operation == about
    assert (about.kind, about.outcome, about.by) == ("update", "done", "staff@example.com")
    assert written(about) == {"post_message", "@integration"}
    assert chat.integration["updateInProgress"] is False


@IN_BOTH_AT_LENGTH
def test_what_may_not_be_set_is_refused_at_once_and_not_recorded(chat: Customer) -> None:
    result = save_settings(chat.installation, {"lag": 61, "channel": ""}, by=STAFF)

    assert result.change is None
    assert result.errors == {
        "lag": ["Value cannot be greater than 60"],
        "channel": ["A value must be provided"],
    }
    assert not SettingsChange.objects.exists()
    assert not StaffAction.objects.filter(action="settings.save").exists()


@IN_BOTH_AT_LENGTH
@pytest.mark.usefixtures("unpushed")
def test_what_is_not_valid_any_more_is_refused_when_it_is_taken_over(chat: Customer) -> None:
    change = requested(chat, {"loud": True})
    SettingsChange.objects.filter(pk=change.pk).update(values={"lag": 61})
    chat.push()
    change.refresh_from_db()

    errors = {"lag": ["Value cannot be greater than 60"]}
    assert (change.outcome, change.errors) == ("refused", errors)
    assert chat.installation.settings == {}


@IN_BOTH_AT_LENGTH
@pytest.mark.usefixtures("unpushed")
def test_changes_that_cannot_be_pushed_say_why_and_come_in_order_with_the_next_update(
    chat: Customer,
) -> None:
    changes = [requested(chat, {"lag": seconds}) for seconds in (6, 7)]

    for change in changes:
        assert (change.outcome, "CONNECTOR_KIT_TOKEN" in change.message) == ("waiting", True)
    chat.push()
    applied = list(SettingsChange.objects.values_list("outcome", "message"))
    assert applied == [("applied", "")] * 2
    assert lag(chat) == {"lagOffset": 7000}


@IN_BOTH_AT_LENGTH
@pytest.mark.usefixtures("unpushed")
def test_a_blocked_update_takes_nothing_over_and_the_change_goes_on_waiting(
    chat: Customer,
) -> None:
    chat.delete("orders_to_chat")
    change = requested(chat, {"lag": 6})
    assert chat.push().outcome == "failed"
    change.refresh_from_db()

    assert change.outcome == "waiting"
    assert "orders_to_chat" in change.message
    assert chat.installation.settings == {}


@IN_BOTH_AT_LENGTH
@pytest.mark.usefixtures("unpushed")
def test_a_dry_run_leaves_what_waits(chat: Customer) -> None:
    change = requested(chat, {"lag": 6})
    chat.installation.orders.open().take_back()
    chat.order(kind=Order.Kind.PLAN)
    chat.push()
    change.refresh_from_db()

    assert (change.outcome, chat.installation.settings) == ("waiting", {})


@IN_BOTH_AT_LENGTH
@pytest.mark.usefixtures("unpushed")
def test_settings_that_are_saved_while_others_are_brought_wait_for_a_call_of_their_own(
    chat: Customer,
) -> None:
    update = Operation.Kind.UPDATE
    save_settings(chat.installation, {"loud": True}, by=STAFF)
    with operation(chat.installation, update, "update") as work, waiting_changes(work):
        save_settings(chat.installation, {"channel": "#late"}, by=STAFF)

    assert Order.objects.to_serve(chat.installation)
    chat.push_unordered()

    assert not SettingsChange.objects.filter(outcome="waiting").exists()
    assert chat.installation.settings["channel"] == "#late"
    assert not Order.objects.open().exists()


@IN_BOTH_AT_LENGTH
def test_settings_that_were_saved_during_an_update_leave_its_version(
    shop: Shop, chat: Customer, settings: Any
) -> None:
    before = chat.installation
    shop.publish(shop.framework.chat[1])
    chat.push()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    save_settings(before, {"loud": True}, by=STAFF)
    chat.push_unordered()

    assert chat.installation.version == chat.integration["version"] == "1.1.0"
    assert chat.installation.settings["loud"] is True
