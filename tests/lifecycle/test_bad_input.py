"""What is wrong is said clearly, with what to do about it, and nothing else is touched."""

import pytest

from connector_kit.models import Connector, Installation, Push, RefusedCall, Release
from connector_kit.publisher import publish, sync_install_base
from connector_kit.rollouts import RolloutOptions, start_rollout, tick
from tests.lifecycle.fixtures import SECOND, Customer
from tests.publisher.fixtures import ORDERS

QUARTER_OF_AN_HOUR = 15 * 60


@pytest.fixture
def untouched(customer):
    """Check at the end that the account is as it was when the test called this."""
    states = []
    yield lambda: states.append(customer.untouched())
    assert states
    assert customer.untouched() == states[0]


def options(customer, token):
    return {"_integrationId": customer.integration_id, "bearerToken": token}


def drive(rollout):
    while tick(rollout.pk):
        pass


# Tokens


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("wrong", "revoked or used up"),
        ("", "token is missing"),
        ("two words", "non-ASCII characters"),
    ],
)
def test_a_wrong_one_time_token(shop, customer, upgraded, untouched, token, words):
    untouched()

    code, message = shop.call("update", options(customer, token)).error

    assert code == "token_refused"
    assert words in message
    refused = RefusedCall.objects.get()
    assert (refused.function, refused.code, refused.message) == ("update", code, message)


def test_a_one_time_token_that_is_too_old(shop, customer, upgraded, untouched, doorway):
    doorway.before = lambda _: shop.platform.control(
        "/clock", {"advance_seconds": QUARTER_OF_AN_HOUR}
    )
    untouched()

    customer.push()

    refused = RefusedCall.objects.get()
    assert refused.code == "token_refused"
    assert "15 minutes" in refused.message
    assert "is valid during its function call" in refused.message


def test_a_one_time_token_whose_function_has_returned(shop, customer, upgraded, untouched, doorway):
    untouched()

    code, message = shop.call("update", options(customer, doorway.tokens[-1])).error

    assert code == "token_refused"
    assert "is valid during its function call" in message


def test_a_wrong_token_of_the_publisher(shop, customer, upgraded, untouched, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}
    rollout = start_rollout(shop.connector, options=RolloutOptions(waves=("rest",)))
    untouched()

    drive(rollout)

    rollout.refresh_from_db()
    assert rollout.state == "halted"
    assert "an API token until its owner revokes it" in rollout.reason
    assert customer.integration["updateInProgress"] is False


# The customer's account


def test_a_connection_that_is_missing(shop):
    newcomer = Customer(shop.platform, 0)
    shop_step, _ = newcomer.begin(shop.connector)
    newcomer.delete("shop")
    before = newcomer.untouched()

    code, message = newcomer.press(shop_step).error

    assert code == "connection_missing"
    assert "'Shop' was deleted from this account" in message
    assert "recycle bin" in message
    assert newcomer.untouched() == before


def test_a_component_that_the_customer_deleted(customer, upgraded, untouched):
    customer.delete("orders_to_chat")
    untouched()

    operation = customer.push()

    assert operation.code == "component_deleted"
    assert "flows/orders_to_chat was deleted" in operation.message
    assert "the option to recreate deleted components" in operation.message
    assert customer.integration["updateInProgress"] is False


def replace_by_untagged(customer, external_id):
    """Delete the component and let the customer make one of the same name."""
    mine = customer.component(external_id)
    customer.delete(external_id)
    own = {"name": "Mine", "pageGenerators": mine["pageGenerators"], "externalId": external_id}
    customer.do("POST", "/flows", {**own, "_integrationId": customer.integration_id})


def test_a_component_replaced_by_one_that_the_token_does_not_reach(customer, upgraded, untouched):
    replace_by_untagged(customer, "orders_to_chat")
    untouched()

    assert customer.push().code == "component_deleted"


def test_a_component_replaced_by_one_without_the_tag(shop, customer, upgraded, untouched):
    replace_by_untagged(customer, "orders_to_chat")
    customer.order(upgraded)
    untouched()

    code, message = shop.call("update", options(customer, customer.account.token)).error

    assert code == "component_untagged"
    assert "'orders_to_chat' does not have this connector's tag" in message
    assert "its external id changed" in message


def test_a_component_that_was_moved_to_another_integration(shop, customer, upgraded, untouched):
    other = customer.do("POST", "/integrations", {"name": "Mine"})
    connection = customer.component("shop")
    moved = {**connection, "_integrationId": other["_id"]}
    customer.do("PUT", f"/connections/{connection['_id']}", moved)
    untouched()

    operation = customer.push()

    assert operation.code == "component_foreign"
    assert "Move it back to this integration" in operation.message


def test_a_component_that_is_there_twice(shop, customer, upgraded, untouched):
    twin = customer.component("helpers")
    double = {key: twin[key] for key in ("name", "externalId")} | {"content": "changed()"}
    tag = {key: twin[key] for key in ("_connectorId", "_integrationId")}
    customer.do("POST", "/scripts", {**double, **tag})
    untouched()

    operation = customer.push()

    assert operation.code == "component_duplicated"
    assert twin["_id"] in operation.message


def test_several_things_at_once_are_all_named(customer, upgraded, untouched):
    customer.delete("orders_to_chat")
    customer.delete("new_orders")
    untouched()

    message = customer.push().message

    assert "flows/orders_to_chat was deleted" in message
    assert "exports/new_orders was deleted" in message


# The installation


def test_an_installation_that_vanished(shop, customer, upgraded):
    Customer(shop.platform, 0).install(shop.connector, tag="another")
    token = customer.account.token
    customer.uninstall()
    customer.installation.note(vanished_at=None)
    before = customer.untouched()

    code, message = shop.call("update", options(customer, token)).error

    assert code == "installation_vanished"
    assert "installbase sync" in message
    assert customer.untouched() == before
    assert customer.installation.vanished_at is None  # the install base says who is gone


@pytest.fixture
def expired(shop, customer):
    """The customer's license has run out; there is a new release."""
    [license_] = customer.do("GET", "/licenses")
    path = f"/connectors/{shop.connector.connector_id}/licenses/{license_['_id']}"
    shop.platform.call("PUT", path, {"expires": "2100-01-01T00:00:00.000Z"})
    shop.platform.control("/clock", {"advance_seconds": 100 * 366 * 24 * 3600})
    return shop.publish(SECOND)


def test_a_license_that_expired_refuses_a_push(shop, customer, expired, untouched):
    path = f"/connectors/{shop.connector.connector_id}/update"
    body = {"_integrationIds": [customer.integration_id]}
    operations = customer.installation.operations.count()
    untouched()

    reply = shop.as_publisher("PUT", path, body)

    assert (reply.status, reply.error[0]) == (422, "license_expired")
    assert customer.installation.operations.count() == operations
    assert customer.integration["updateInProgress"] is False


def test_a_license_that_expired_skips_the_installation_in_a_rollout(
    shop, customer, expired, untouched
):
    sync_install_base(shop.connector)
    rollout = start_rollout(shop.connector, options=RolloutOptions(waves=("rest",)))
    untouched()

    drive(rollout)

    push = rollout.pushes.get()
    assert (push.state, push.code) == (Push.State.SKIPPED, "license_expired")
    assert "Renew the license" in push.message
    rollout.refresh_from_db()
    assert rollout.state == "completed"


def test_a_license_that_expired_refuses_a_step(customer, expired, untouched):
    untouched()

    assert customer.press("verify_shop").error[0] == "license_expired"


def test_an_installation_of_another_connector(shop, customer, untouched):
    orders = Connector.objects.get(slug=publish(ORDERS).slug)
    untouched()

    reply = shop.call(
        "update",
        options(customer, customer.account.token),
        connector_id=orders.connector_id,
    )

    code, message = reply.error
    assert code == "installation_foreign"
    assert "an installation of shop-to-chat, not of orders-to-slack" in message
    assert customer.installation.connector == shop.connector


def test_an_installation_of_another_connector_that_is_not_on_record(shop, customer, untouched):
    orders = Connector.objects.get(slug=publish(ORDERS).slug)
    Installation.objects.all().delete()
    untouched()

    reply = shop.call(
        "uninstall",
        options(customer, customer.account.token),
        part="uninstaller",
        connector_id=orders.connector_id,
    )

    code, message = reply.error
    assert code == "installation_foreign"
    assert "It was not changed" in message


def test_an_integration_that_is_no_installation(shop, customer, untouched):
    own = customer.do("POST", "/integrations", {"name": "Mine"})
    untouched()

    for function, part in (("install", "installer"), ("uninstall", "uninstaller")):
        call = {"_integrationId": own["_id"], "bearerToken": customer.account.token}
        code, message = shop.call(function, call, part=part).error

        assert code == "installation_foreign"
        assert "tagged with no connector" in message


def test_a_complete_installation_is_not_installed_again(customer, untouched):
    untouched()

    code, message = customer.press("install").error

    assert code == "already_installed"
    assert "Push an update instead" in message


# The call


@pytest.mark.parametrize("function", ["frobnicate", "Install", "remove_shop", ""])
def test_an_unknown_function(shop, customer, untouched, function):
    untouched()

    code, _ = shop.call(function, options(customer, customer.account.token)).error

    assert code in {"invalid_function", "missing_required_field"}


def test_a_step_that_the_installation_does_not_have(customer, untouched):
    untouched()

    code, message = customer.press("verify_orders_to_chat").error

    assert code == "step_not_found"
    assert "it has verify_shop, verify_chat" in message


@pytest.mark.parametrize(
    ("integration_id", "code"),
    [
        (None, "missing_required_field"),
        ("", "missing_required_field"),
        ("../connections", "invalid_field"),
        ({"$ne": ""}, "invalid_field"),
        (["a" * 24], "invalid_field"),
        ("f" * 25, "invalid_field"),
    ],
)
@pytest.mark.parametrize(
    ("part", "function"), [("installer", "update"), ("uninstaller", "uninstall")]
)
def test_a_call_that_names_no_installation(
    shop, customer, untouched, integration_id, code, part, function
):
    call = {"_integrationId": integration_id, "bearerToken": customer.account.token}
    untouched()

    said, message = shop.call(function, call, part=part).error

    assert said == code
    assert "_integrationId" in message
    assert Installation.objects.count() == 1


def test_a_database_without_releases(customer, untouched):
    Release.objects.all().delete()
    untouched()

    operation = customer.push()

    assert operation.code == "not_published"
    assert "connector-kit publish" in operation.message


def test_a_connector_that_is_not_served_here(shop, customer, untouched):
    untouched()

    reply = shop.call("update", options(customer, customer.account.token), connector_id="a" * 24)

    assert reply.error[0] == "invalid_field"
