"""The same events by REST, for a shop that has a token."""

import json

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from connector_kit.models import Connector, ProvisioningEvent
from connector_kit.publisher.licenses import refused_subscriptions
from connector_kit.publisher.roles import Role, Scope
from tests.api.fixtures import token_of
from tests.api.provisioning.shop import SUBSCRIPTIONS, errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client, desk):
    """Call with an operator's token: `call("POST", path, body)`."""
    cache.clear()
    token = token_of("shop", Role.OPERATOR)

    def run(method, path=SUBSCRIPTIONS, body=None, **headers):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        given = {"Authorization": f"Bearer {token}", **headers}
        return getattr(client, method.lower())(path, headers=given, **sent)

    return run


def event(number, kind, subscription="sub_1", **data):
    return {
        "id": f"evt_{number}",
        "type": kind,
        "occurred_at": f"2027-01-{number:02}T10:00:00Z",
        "subscription": subscription,
        "data": data,
    }


def test_an_event_by_rest_does_what_a_webhook_does(call, desk):
    answer = call("POST", body=event(1, "signed_up", email=desk.email))
    desk.catch_up()

    assert answer.status_code == 202
    assert ProvisioningEvent.objects.get().source == "shop (token tests)"
    assert len(desk.at_platform()) == 1


def test_a_subscription_shows_its_license_and_what_it_came_from(call, desk):
    call("POST", body=event(1, "signed_up", email=desk.email))
    call("POST", body=event(3, "payment_failed"))
    call("POST", body=event(2, "subscribed", paid_through="2027-12-31"))
    desk.catch_up()

    shown = call("GET", f"{SUBSCRIPTIONS}sub_1/").json()

    assert shown["license"]["email"] == desk.email
    assert shown["license"]["ends"] == "2027-12-31"
    assert shown["entitlement"]["past_due_since"] == "2027-01-03T10:00:00.000Z"
    kinds = [document["kind"] for document in shown["events"]]
    assert kinds == ["payment_failed", "subscribed", "signed_up"]


def test_subscriptions_are_listed_page_by_page_in_few_queries(
    call, desk, django_assert_max_num_queries
):
    for number in range(1, 6):
        call("POST", body=event(number, "signed_up", f"sub_{number}", email=desk.email))
    desk.catch_up()

    with django_assert_max_num_queries(5):
        page = call("GET", f"{SUBSCRIPTIONS}?limit=3").json()
    following = call("GET", page["next"]).json()

    keys = [document["subscription"] for document in (*page["results"], *following["results"])]
    assert keys == ["sub_5", "sub_4", "sub_3", "sub_2", "sub_1"]
    assert following["next"] is None


def test_a_token_that_reads_does_not_write_and_none_does_nothing(client, call):
    reading = {"Authorization": f"Bearer {token_of('eve', Role.VIEWER, {Scope.PROVISIONING_READ})}"}

    assert client.get(SUBSCRIPTIONS).status_code == 401
    assert call("GET", **reading).status_code == 200
    answer = call("POST", body=event(1, "cancelled"), **reading)
    assert (answer.status_code, errors(answer)) == (403, [("permission_denied", None)])
    answer = call("GET", Authorization="Bearer ck_0_0")
    assert (answer.status_code, errors(answer)) == (401, [("authentication_failed", None)])
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_form_of_a_browser_is_no_event(desk):
    cache.clear()
    token_of("alice", Role.OPERATOR)
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(User.objects.get(username="alice"))
    browser.cookies["csrftoken"] = "a" * 32

    answer = browser.post(SUBSCRIPTIONS, {"csrfmiddlewaretoken": "a" * 32, "id": "evt_1"})

    assert (answer.status_code, errors(answer)) == (415, [("unsupported_media_type", None)])


def test_a_password_opens_nothing(call):
    assert call("GET", Authorization="Basic c2hvcDpzZXNhbWU=").status_code == 401


@pytest.mark.parametrize("key", ["nobody", "%00"])
def test_an_unknown_subscription_is_not_found(call, key):
    answer = call("GET", f"{SUBSCRIPTIONS}{key}/")

    assert (answer.status_code, errors(answer)) == (404, [("not_found", None)])


def test_errors_name_the_field(call):
    answer = call("POST", body={**event(1, "signed_up", email="a@example.com"), "id": None})

    assert (answer.status_code, errors(answer)) == (422, [("missing_required_field", "id")])


def test_a_subscription_that_comes_to_no_license_says_why_until_it_does(call, desk):
    call("POST", body=event(1, "signed_up", email=desk.email))
    Connector.objects.update(connector_id=None)
    desk.catch_up()
    shown = call("GET", f"{SUBSCRIPTIONS}sub_1/").json()
    assert (shown["code"], shown["license"]) == ("not_licensed", None)
    assert shown["events"][0]["outcome"] == "refused"
    assert [
        refused_subscription["subscription"] for refused_subscription in refused_subscriptions()
    ] == ["sub_1"]
    refused = call("GET", f"{SUBSCRIPTIONS}?refused=true").json()["results"]
    assert [document["subscription"] for document in refused] == ["sub_1"]
    assert call("GET", f"{SUBSCRIPTIONS}?refused=false").json()["results"] == []

    Connector.objects.update(connector_id=desk.connector.connector_id)
    call("POST", body=event(2, "subscribed", paid_through="2090-01-01"))
    desk.catch_up()

    assert call("GET", f"{SUBSCRIPTIONS}sub_1/").json()["license"]["ends"] == "2090-01-01"
    assert refused_subscriptions() == []
