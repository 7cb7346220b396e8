"""An update that begins to use a connection: what waits, who is told, and how it is completed."""

import pytest

from connector_kit.installation_settings import save_settings
from connector_kit.models import Operation, Order, Push, Rollout
from connector_kit.publisher import plan_offline, publish
from connector_kit.publisher.actions import Actor
from connector_kit.rollouts import status_of, tick
from tests.lifecycle.fixtures import Customer, Shop, problems_of
from tests.rollouts.fixtures import started

WITH_BOOKS = "tests.lifecycle.v2_0:WithBooks"


@pytest.fixture
def running(customer: Customer) -> Customer:
    """A customer whose flow is switched on."""
    customer.change("orders_to_chat", disabled=False)
    return customer


@pytest.fixture
def waiting(shop: Shop, running: Customer) -> Customer:
    """The same, after the version that needs books was pushed."""
    shop.publish(WITH_BOOKS)
    running.push()
    return running


def steps_of(customer: Customer, flow: str) -> list[str]:
    """The external ids of what *flow* runs."""
    names = {document["_id"]: document["externalId"] for _, document in customer.tagged()}
    document = customer.component(flow)
    lists = [
        document.get("pageProcessors") or [],
        *(
            branch["pageProcessors"]
            for router in document.get("routers") or []
            for branch in router["branches"]
        ),
    ]
    return [
        names[step.get("_importId") or step.get("_exportId")] for steps in lists for step in steps
    ]


def connect_books(customer: Customer) -> None:
    customer.log_in({"_connectionId": customer.component("books")["_id"]})


def differs(customer: Customer) -> list[str]:
    """What differs from the release that is installed; switched off is what flows are declared."""
    customer.change("orders_to_chat", disabled=True)
    release = customer.installation.release
    assert release is not None
    return problems_of(customer, release)


def titles(customer: Customer) -> list[str]:
    return [section["title"] for section in customer.integration["settings"]["sections"]]


def test_an_update_whose_connection_nobody_has_ends_waiting_for_the_customer(waiting):
    operation = waiting.last_operation

    assert (operation.outcome, operation.code) == (Operation.Outcome.WAITS, "waits_for_customer")
    assert operation.message == (
        "Waits for the customer: connect Books; 1 step of the flow Orders to chat and books; the "
        "new flow Refunds to books wait for it."
    )
    assert waiting.integration["version"] == "2.0.0"
    assert waiting.integration["updateInProgress"] is False


def test_a_running_flow_does_not_get_the_step_that_cannot_log_in_and_all_else(waiting):
    flow = waiting.component("orders_to_chat")

    assert steps_of(waiting, "orders_to_chat") == ["post_message"]
    assert (flow["name"], flow["disabled"]) == ("Orders to chat and books", False)
    assert len(waiting.component("post_message")["mapping"]["fields"]) == 2
    assert waiting.component("post_booking")["_connectionId"] == waiting.component("books")["_id"]


def test_a_new_flow_that_cannot_log_in_is_made_switched_off(waiting):
    assert waiting.component("refunds_to_books")["disabled"] is True


def test_the_settings_page_asks_the_customer_to_connect_and_says_what_waits(waiting):
    section, *others = waiting.integration["settings"]["sections"]

    assert section["title"] == "Connect to finish this update"
    assert "“Books”" in section["description"]
    assert "“Orders to chat and books”" in section["description"]
    assert [other["title"] for other in others] == ["Shop to chat"]


def test_the_records_say_who_is_needed_for_what(waiting):
    [need] = waiting.installation.needs

    assert (need["connection"], need["name"]) == ("books", "Books")
    assert need["waiting"] == [
        {
            "external_id": "orders_to_chat",
            "name": "Orders to chat and books",
            "steps": ["Post booking"],
            "is_off": False,
        },
        {
            "external_id": "refunds_to_books",
            "name": "Refunds to books",
            "steps": ["Post booking"],
            "is_off": True,
        },
    ]


def test_when_the_customer_has_connected_a_save_brings_what_waited(shop, waiting):
    connect_books(waiting)

    reply = waiting.use("persistSettings", {"pending": {}})

    assert reply.body["success"] is True
    assert steps_of(waiting, "orders_to_chat") == ["post_message", "post_booking"]
    assert not waiting.component("refunds_to_books").get("disabled")
    assert titles(waiting) == ["Shop to chat"]
    assert waiting.installation.needs == []
    assert waiting.installation.update_outcome == Operation.Outcome.DONE
    assert differs(waiting) == []


def test_a_save_before_the_customer_has_connected_is_kept_and_brings_nothing(waiting):
    assert waiting.use("persistSettings", {"pending": {}}).body["success"] is True

    assert steps_of(waiting, "orders_to_chat") == ["post_message"]
    assert titles(waiting)[0] == "Connect to finish this update"
    assert waiting.installation.needs != []


def test_a_second_push_while_it_waits_writes_nothing_and_waits(waiting):
    before = waiting.untouched()

    assert waiting.push().outcome == Operation.Outcome.WAITS

    assert waiting.untouched() == before


def test_a_push_after_the_customer_has_connected_brings_what_waited(waiting):
    connect_books(waiting)

    assert waiting.push().outcome == Operation.Outcome.DONE

    assert steps_of(waiting, "orders_to_chat") == ["post_message", "post_booking"]


def test_what_the_customer_edits_meanwhile_survives(waiting):
    waiting.change("orders_to_chat", schedule="? 15 * ? * *")
    connect_books(waiting)
    waiting.push()

    flow = waiting.component("orders_to_chat")
    assert (flow["schedule"], flow["disabled"]) == ("? 15 * ? * *", False)


def test_going_back_while_it_waits_leaves_nothing_of_it(shop, customer, waiting):
    first = shop.connector.releases.get(version="1.0.0")

    assert waiting.push(first).outcome == Operation.Outcome.DONE

    assert differs(waiting) == []
    assert waiting.installation.needs == []
    assert titles(waiting) == ["Shop to chat"]


def test_uninstalling_while_it_waits_leaves_nothing_of_it(waiting):
    waiting.uninstall()

    assert waiting.tagged() == []
    assert waiting.installation.needs == []


def test_a_new_installation_waits_for_nobody_since_its_steps_ask_for_every_connection(shop):
    shop.connector.default_release = shop.publish(WITH_BOOKS)
    shop.connector.save()
    customer = Customer(shop.platform, 0).install(shop.connector)

    assert customer.installation.needs == []
    assert customer.component("refunds_to_books").get("disabled") in (None, False)


def test_a_dry_run_says_for_what_the_customer_is_needed_and_changes_nothing(shop, running):
    release = shop.publish(WITH_BOOKS)
    before = running.untouched()
    running.order(release, Order.Kind.PLAN)

    operation = running.push_unordered()

    [need] = operation.plan["needs"]
    assert (need["name"], need["waiting"][0]["steps"]) == ("Books", ["Post booking"])
    assert running.untouched() == before
    assert running.installation.needs == []


def test_a_step_that_is_replaced_runs_until_its_successor_can(shop, running):
    shop.publish("tests.lifecycle.v2_0:Instead")

    assert running.push().outcome == Operation.Outcome.WAITS
    assert steps_of(running, "orders_to_chat") == ["post_message"]
    assert running.component("orders_to_chat")["name"] == "Orders to books"

    connect_books(running)
    assert running.push().outcome == Operation.Outcome.DONE
    assert differs(running) == []


def test_an_import_that_moves_to_another_connection_keeps_the_one_it_has(shop, running):
    shop.publish("tests.lifecycle.v2_0:Moved")

    assert running.push().outcome == Operation.Outcome.WAITS
    chat = running.component("chat")["_id"]
    assert running.component("post_message")["_connectionId"] == chat

    connect_books(running)
    assert running.push().outcome == Operation.Outcome.DONE
    assert differs(running) == []


def test_what_relies_on_the_answer_of_a_waiting_lookup_stays_as_it_is(shop, running):
    shop.publish("tests.lifecycle.v2_0:LookedUp")
    running.push()

    assert steps_of(running, "orders_to_chat") == ["post_message"]
    [field] = running.component("post_message")["mapping"]["fields"]
    assert field["extract"] == "number"

    connect_books(running)
    running.push()
    assert steps_of(running, "orders_to_chat") == ["find_account", "post_message"]


def test_a_flow_gets_no_way_without_steps_while_these_wait(shop, running):
    shop.publish("tests.lifecycle.v2_0:Branched")
    running.push()
    assert not running.component("orders_to_chat").get("routers")
    assert steps_of(running, "orders_to_chat") == ["post_message"]

    connect_books(running)
    running.push()
    assert steps_of(running, "orders_to_chat") == ["post_message", "post_booking"]


def test_the_button_of_the_kits_own_page_brings_what_waited(waiting):
    connect_books(waiting)

    save_settings(waiting.installation, {}, by=Actor("customer"))

    waiting.platform.control("/drain", {"timeout_seconds": 30})
    assert steps_of(waiting, "orders_to_chat") == ["post_message", "post_booking"]
    assert waiting.installation.needs == []


def test_the_records_alone_tell_whom_an_update_would_need(shop, running):
    release = shop.publish(WITH_BOOKS)

    [answer] = plan_offline(shop.connector, [running.integration_id], release)

    assert answer.plan is not None
    [need] = answer.plan["needs"]
    assert need["message"] == (
        "connect Books; 1 step of the flow Orders to chat and books; the new flow Refunds to books "
        "wait for it"
    )


def test_a_rollout_counts_who_waits_apart_and_as_a_success(shop, running):
    shop.publish(WITH_BOOKS)
    rollout = started(shop.connector, wave_failure_share=1, failure_limit=1)
    for _ in range(10):
        tick(rollout.pk)
        running.platform.control("/drain", {"timeout_seconds": 30})
    rollout.refresh_from_db()

    status = status_of(rollout)

    assert (rollout.state, status["counts"][Push.State.WAITS]) == (Rollout.State.COMPLETED, 1)
    [waits] = status["waits"]
    assert waits["installation"] == running.integration_id
    assert waits["needs"][0].startswith("connect Books; ")
    assert status["failures"] == []


def test_a_flow_that_waits_for_two_connections_gets_each_step_when_it_can(shop, running):
    shop.publish("tests.lifecycle.v2_0:Two")
    running.push()
    assert [need["connection"] for need in running.installation.needs] == ["books", "mail"]

    connect_books(running)
    assert running.push().outcome == Operation.Outcome.WAITS

    assert steps_of(running, "orders_to_chat") == ["post_message", "post_booking"]
    assert [need["connection"] for need in running.installation.needs] == ["mail"]


def test_lost_records_do_not_let_the_step_in(shop, waiting):
    waiting.installation.components.all().delete()
    waiting.installation.note(needs=[], release=None, version="")

    waiting.push()

    assert steps_of(waiting, "orders_to_chat") == ["post_message"]
    assert waiting.last_operation.outcome == Operation.Outcome.WAITS


def test_publishing_says_how_many_customers_the_version_will_need(shop, running):
    [*_, note] = publish(WITH_BOOKS, dry_run=True).notes

    assert note.startswith("2.0.0 adds the connection Books: after the update, 1 ")
