"""Whatever a shop signs that cannot be used is refused, as JSON."""

import json

import pytest

from tests.api.provisioning.shop import Shop, errors, new_secret, told

pytestmark = pytest.mark.django_db
SECRET = new_secret()


@pytest.fixture
def shop(client, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "webhook_secrets": (SECRET,)}
    client.raise_request_exception = False
    return Shop(client, SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 30_000 + b"]" * 30_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"type": NaN}',
        b'{"type": 1e999}',
        b'{"type": ' + b"9" * 5000 + b"}",
        rb'{"type": "\ud83d"}',
        b'{"type": "x", "type": "y"}',
        json.dumps({f"a{n}": 1 for n in range(4000)}).encode(),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_event(shop, body):
    answer = shop.send("evt_1", body)

    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/json"
    assert errors(answer)


@pytest.mark.parametrize("name", ["type", "timestamp", "data"])
@pytest.mark.parametrize(
    "value",
    [
        *(None, 2**70, 1.5, [], {}, "", "x" * 50_000, "a\0b", "\ud83d", "\u202e"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9" * 5000),
    ],
    ids=lambda value: repr(value)[:20].encode("unicode_escape"),
)
def test_a_field_that_cannot_be_used(shop, name, value):
    event = told("subscription.signed_up", email="buyer@example.com") | {name: value}

    answer = shop.send("evt_1", event)

    assert answer.status_code in (202, 400, 422)
    assert answer["Content-Type"] == "application/json"
    if answer.status_code != 202:
        assert errors(answer)


@pytest.mark.parametrize("name", ["subscription", "email", "edition", "connector", "expires"])
@pytest.mark.parametrize("value", [2**70, [], {}, "x" * 50_000, "a\0b", "\ud83d", "0001-01-01"])
def test_data_that_cannot_be_used(shop, name, value):
    event = told("subscription.signed_up", email="buyer@example.com")
    event["data"][name] = value

    answer = shop.send("evt_1", event)

    assert answer.status_code in (202, 400, 422)
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook_id": "x" * 5000},
        {"webhook_id": "\x00"},
        {"webhook_timestamp": "9" * 5000},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "1e999"},
        {"webhook_timestamp": "\u0661"},
        {"webhook_signature": "v1," + "x" * 50_000},
        {"webhook_signature": " ".join(["v1,eA=="] * 5000)},
        {"webhook_signature": "\xff"},
    ],
    ids=lambda headers: str(headers)[:40].encode("unicode_escape"),
)
def test_a_head_that_cannot_be_used(shop, headers):
    answer = shop.send("evt_1", told("subscription.signed_up"), **headers)

    assert answer.status_code in (400, 401, 422)
    assert errors(answer)
