"""Text that JSON carries and a store does not, in settings and in accounts, on each database."""

import pytest
from pytest_django.live_server_helper import LiveServer

from connector_kit.installation_settings import save_settings
from connector_kit.publisher.actions import Actor
from tests.lifecycle.fixtures import FIRST, SECOND, Customer, Shop, problems_of
from tests.lifecycle.settings_fixtures import CHAT, body, installed, save
from tests.rollouts.databases import KINDS, serving

HALF = "x\ud83d"
NUL = "a\x00b"
ODD = pytest.mark.parametrize("odd", [HALF, NUL], ids=["half a character", "NUL"])


@pytest.fixture(params=KINDS)
def production(request, tmp_path, platform, settings):
    """The publisher's side, with its stack over a database of production."""
    with KINDS[request.param](tmp_path) as configured, serving(configured):
        server = LiveServer("127.0.0.1")
        settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "host_uri": server.url}
        settings.ROOT_URLCONF = "tests.lifecycle.served_urls"
        yield Shop(platform, server.url)
        server.stop()


def is_well(customer: Customer) -> bool:
    """Whether the last update came to its end, and the customer may edit."""
    operation = customer.push()
    is_locked = customer.integration["updateInProgress"]
    return operation.outcome in ("done", "current") and not is_locked


@ODD
def test_a_setting_that_cannot_be_stored_is_refused_and_leaves_nothing_behind(production, odd):
    production.publish(CHAT)
    customer = installed(production)

    code, message = save(customer, {"channel": odd}).error

    assert code == "invalid_settings"
    assert message.startswith("channel: ")
    assert "SQL" not in message.upper()
    assert customer.installation.settings == {}
    assert save(customer, {"channel": "#ok"}).body["success"] is True
    assert body(customer) == '{"channel": "#ok"}'
    assert is_well(customer)


@ODD
def test_what_a_customer_wrote_is_recorded_with_a_sign_in_its_place(production, odd):
    production.publish(FIRST)
    customer = Customer(production.platform, 0).install(production.connector)
    customer.change("chat", name=f"Our orders {odd}")
    release = production.publish(SECOND)

    operation = customer.push()

    assert (operation.outcome, operation.message) == ("done", "")
    assert problems_of(customer, release) == []
    [audited] = operation.changes.filter(external_id="chat")
    [name] = [field for field in audited.fields if field["path"] == "name"]
    shown = f"Our orders {odd}".replace("\ud83d", "�").replace("\x00", "␀")
    assert (name["before"], name["after"]) == (shown, "Team chat")


NAMED = "tests.lifecycle.settings_refused:Named"
UNWANTED = "at noon"
"""A text that the kit can store, and the platform does not want."""


@pytest.fixture
def named(shop):
    """A customer of the connector whose setting the platform may refuse."""
    shop.publish(NAMED)
    return installed(shop)


def test_a_setting_that_the_platform_refuses_is_in_nobodys_way(named):
    reply = save(named, {"lag": 5, "when": UNWANTED})

    assert reply.status == 422
    assert named.installation.settings == {}
    assert is_well(named)
    assert named.component("orders")["delta"] == {"lagOffset": 0}
    assert save(named, {"lag": 6}).body["success"] is True
    assert named.component("orders")["delta"] == {"lagOffset": 6}
    assert named.component("sync")["schedule"] == "? 0 * ? * *"


def test_a_change_that_the_platform_refuses_ends_on_record(named, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}
    values = {"when": UNWANTED, "lag": 5}
    change = save_settings(named.installation, values, by=Actor("staff")).change

    assert named.push().outcome == "failed"

    change.refresh_from_db()
    assert change.outcome == "refused"
    assert "schedule" in change.message
    assert named.installation.settings == {}
    assert is_well(named)
    assert named.component("orders")["delta"] == {"lagOffset": 0}
