"""The shop's webhooks: what is signed and fresh is stored, everything else is refused."""

import json
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from standardwebhooks import Webhook

from connector_kit.models import License, ProvisioningEvent, Subscription
from connector_kit.server import celery_app
from tests.api.provisioning.shop import WEBHOOKS, Shop, errors, new_secret, told

pytestmark = pytest.mark.django_db

SECRET, NEXT_SECRET = new_secret(), new_secret()


@pytest.fixture
def shop(client, settings, desk):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "webhook_secrets": (SECRET, NEXT_SECRET)}
    return Shop(client, SECRET)


@pytest.fixture
def signed_up(desk):
    return told("subscription.signed_up", email=desk.email, edition="standard")


@pytest.fixture
def eager():
    """Run tasks where they are sent."""
    celery_app.conf.task_always_eager = True
    yield
    celery_app.conf.task_always_eager = False


def stored():
    return ProvisioningEvent.objects.count()


def test_an_event_is_stored_before_it_is_answered(shop, signed_up):
    answer = shop.send("evt_1", signed_up)

    assert answer.status_code == 202
    assert answer.json() == {"event": "evt_1", "subscription": "sub_1", "duplicate": False}
    event = ProvisioningEvent.objects.get(event_id="evt_1")
    assert (event.kind, event.source, event.processed_at) == ("signed_up", "webhook", None)


def test_what_is_stored_becomes_a_license_at_the_next_tick(shop, desk, signed_up):
    shop.send("evt_1", signed_up)
    desk.catch_up()

    (live,) = desk.at_platform()
    row = Subscription.objects.get(key="sub_1").license
    assert (row.license_id, row.email, row.is_trial) == (live["_id"], desk.email, True)
    assert live["opts"] == {"connectorEdition": "standard"}
    assert row.events.first().by == "event evt_1"


def test_a_task_takes_it_into_account_at_once(
    shop, desk, signed_up, eager, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        shop.send("evt_1", signed_up)

    assert len(desk.at_platform()) == 1


def test_the_same_event_again_is_accepted_and_changes_nothing(shop, desk, signed_up):
    shop.send("evt_1", signed_up)
    desk.catch_up()
    before = desk.at_platform()

    answer = shop.send("evt_1", signed_up)
    desk.catch_up()

    assert (answer.status_code, answer.json()["duplicate"]) == (202, True)
    assert stored() == 1
    assert desk.at_platform() == before


def test_the_same_id_with_another_body_is_a_conflict(shop, signed_up):
    shop.send("evt_1", signed_up)

    answer = shop.send("evt_1", told("cancelled"))

    assert answer.status_code == 409
    assert errors(answer) == [("event_changed", "id")]
    assert stored() == 1


def test_who_has_signed_up_is_not_signed_up_for_somebody_else(shop, signed_up):
    shop.send("evt_1", signed_up)

    answer = shop.send("evt_2", told("signed_up", email="other@example.com"))

    assert (answer.status_code, errors(answer)) == (409, [("already_signed_up", "type")])
    assert stored() == 1


def test_both_secrets_are_good_while_a_new_one_takes_over(shop, signed_up, settings):
    assert shop.send("evt_1", signed_up, secret=NEXT_SECRET).status_code == 202

    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "webhook_secrets": (NEXT_SECRET,)}
    assert shop.send("evt_2", told("cancelled"), secret=SECRET).status_code == 401
    assert shop.send("evt_2", told("cancelled"), secret=NEXT_SECRET).status_code == 202


def test_a_sender_may_send_the_signatures_of_both_secrets(shop, signed_up):
    body = json.dumps(signed_up).encode()
    now = datetime.now(UTC)
    wrong = Webhook(new_secret()).sign("evt_1", now, body.decode())
    right = Webhook(SECRET).sign("evt_1", now, body.decode())

    answer = shop.send(
        "evt_1", body, webhook_signature=f"{wrong} {right}",
        webhook_timestamp=str(int(now.timestamp())),
    )  # fmt: skip

    assert answer.status_code == 202


def test_forged_webhooks_are_refused(shop, signed_up):
    assert shop.send("evt_1", signed_up, secret=new_secret()).status_code == 401
    assert stored() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook_id": "evt_2"},
        {"webhook_id": ""},
        {"webhook_timestamp": ""},
        {"webhook_timestamp": "soon"},
        {"webhook_timestamp": "nan"},
        {"webhook_timestamp": "1e400"},
        {"webhook_signature": ""},
        {"webhook_signature": "v1"},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v1,####"},
        {"webhook_signature": "v1,a,b"},
        {"webhook_signature": "v2,AAAA"},
        {"webhook_signature": " ".join(["v1,AAAA"] * 50)},
        {"webhook_signature": "v1," + "A" * 5000},
    ],
)
def test_headers_that_do_not_fit_are_refused(shop, signed_up, headers):
    answer = shop.send("evt_1", signed_up, **headers)

    assert (answer.status_code, errors(answer)) == (401, [("invalid_signature", None)])
    assert stored() == 0


def test_a_changed_body_is_refused(shop, client, signed_up):
    sent = shop.send("evt_1", signed_up)
    request = sent.wsgi_request
    headers = {name: request.headers[name] for name in request.headers if "Webhook" in name}

    body = json.dumps({**signed_up, "type": "cancelled"})
    answer = client.post(WEBHOOKS, body, content_type="application/json", headers=headers)

    assert answer.status_code == 401


@pytest.mark.parametrize(("ago", "status"), [(290, 202), (310, 401), (-290, 202), (-310, 401)])
def test_what_was_signed_long_ago_or_in_the_future_is_refused(shop, signed_up, ago, status):
    assert shop.send("evt_1", signed_up, ago=ago).status_code == status
    assert stored() == (status == 202)


def test_nothing_is_trusted_without_a_secret(shop, signed_up, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "webhook_secrets": ()}

    answer = shop.send("evt_1", signed_up)

    assert answer.status_code == 401
    assert "CONNECTOR_KIT_WEBHOOK_SECRETS" in answer.json()["errors"][0]["message"]


def test_no_answer_and_no_log_holds_a_secret(shop, signed_up, caplog):
    answer = shop.send("evt_1", signed_up, secret=new_secret())

    assert SECRET.removeprefix("whsec_") not in answer.content.decode() + caplog.text


def test_large_bodies_are_refused_unread(shop):
    answer = shop.send("evt_1", b"{" + b" " * 70_000 + b"}")

    assert (answer.status_code, errors(answer)) == (413, [("body_too_large", None)])


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, [("invalid_json", None)]),
        (b"[]", 400, [("invalid_json", None)]),
        (b'{"a": NaN}', 400, [("invalid_json", None)]),
        (b"[" * 5000, 400, [("invalid_json", None)]),
        (
            b"{}",
            422,
            [
                ("missing_required_field", "occurred_at"),
                ("missing_required_field", "subscription"),
                ("missing_required_field", "type"),
            ],
        ),
        (told("resurrected"), 422, [("invalid_field", "type")]),
        (told("signed_up"), 422, [("missing_required_field", "email")]),
        (told("signed_up", email="a@example.com", x=1), 422, [("unknown_field", "x")]),
        (
            told("signed_up", email="a@example.com", connector="no-such"),
            422,
            [("unknown_connector", "connector")],
        ),
        ({**told("cancelled"), "data": "sub_1"}, 422, None),
    ],
)
def test_what_is_signed_and_wrong_is_refused_with_every_field_named(shop, body, status, said):
    answer = shop.send("evt_1", body)

    assert answer.status_code == status
    assert said is None or sorted(errors(answer), key=str) == said
    assert stored() == 0


def test_bytes_that_are_no_text_are_refused(shop):
    assert shop.send("evt_1", b"\xff\xfe{}").status_code == 401


def test_only_post_is_known(client):
    answer = client.get(WEBHOOKS)

    assert (answer.status_code, errors(answer)) == (405, [("method_not_allowed", None)])


def test_a_customer_without_an_account_becomes_a_grant_that_waits(shop, desk):
    shop.send("evt_1", told("signed_up", email="later@example.com"))
    desk.catch_up()

    assert License.objects.pending().get().code == "invalid_user"


@pytest.fixture
def slow(settings, shop):
    cache.clear()
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "api_write_rate": "2/hour"}


def test_what_is_not_signed_is_slowed_and_takes_nothing_from_the_shop(shop, slow, signed_up):
    forged = [shop.send("evt_0", signed_up, secret=new_secret()) for _ in range(4)]

    assert [item.status_code for item in forged] == [401, 401, 429, 429]
    assert 0 < int(forged[-1].headers["Retry-After"]) <= 3600
    assert [shop.send(f"evt_{n}", signed_up).status_code for n in range(4)] == [202, 409, 409, 409]


def test_made_up_addresses_do_not_hide_who_sends_what_is_not_signed(shop, slow, signed_up):
    made_up = [{"X_Forwarded_For": f"192.0.2.{number}"} for number in range(3)]

    forged = [
        shop.send("evt_0", signed_up, secret=new_secret(), **document) for document in made_up
    ]

    assert forged[-1].status_code == 429


def test_a_refused_webhook_is_logged_with_the_address(shop, signed_up, caplog):
    shop.send("evt_0", signed_up, secret=new_secret())

    assert "code=invalid_signature, address=127.0.0.1" in caplog.text
