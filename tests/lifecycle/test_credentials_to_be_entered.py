"""Connections are created with placeholders, which count as missing and never replace a login."""

import pytest

from connector_kit import Connection
from connector_kit.blueprint.placeholders import TO_BE_ENTERED, not_entered
from connector_kit.documents import MASK
from connector_kit.integrator.resources.connections import Connections, Ping
from tests.lifecycle import v1_0

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class ShopToChat(v1_0.ShopToChat):
    """The shop wants a token instead of a password."""

    version = "1.1.0"
    shop = Connection("Shop", type="http", http={**HTTP, "auth": {"type": "token"}})


@pytest.fixture
def newcomer(shop):
    newcomer = shop.customer()
    newcomer.begin(shop.connector)
    return newcomer


def test_a_connection_is_created_with_placeholders_and_cannot_log_in(newcomer):
    connection = newcomer.component("shop")

    reply = newcomer.press("verify_shop")

    assert not_entered(connection) == ["http.auth.basic.username"]
    assert connection["offline"] is True
    assert reply.body["success"] is False
    assert "http.auth.basic.username" in reply.body["message"]
    assert TO_BE_ENTERED not in str((reply.body, newcomer.last_operation.plan))


def test_a_placeholder_is_missing_even_if_the_ping_succeeds(newcomer, monkeypatch):
    monkeypatch.setattr(Connections, "ping", lambda *_: Ping(ok=True))

    reply = newcomer.press("verify_shop")

    assert reply.body["message"] == (
        "The connection 'Shop' cannot log in: http.auth.basic.username must still be entered"
    )


def test_a_changed_login_gets_placeholders_and_keeps_what_was_entered(shop, customer):
    shop.publish(f"{__name__}:ShopToChat")

    operation = customer.push()

    auth = customer.component("shop")["http"]["auth"]
    assert operation.outcome == "done"
    assert auth == {
        "type": "token",
        "basic": {"username": "jo", "password": MASK},
        "token": {"token": MASK},
    }
    path = f"/connections/{customer.component('shop')['_id']}"
    ping = customer.do("GET", f"{path}/ping")
    assert [error["field"] for error in ping["errors"]] == ["http.auth.token.token"]
