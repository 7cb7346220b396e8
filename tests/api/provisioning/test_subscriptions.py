"""The same events by REST, for a shop that logs in."""

import base64
import json

import pytest
from django.contrib.auth.models import User

from connector_kit.models import Connector, ProvisioningEvent
from connector_kit.publisher.licenses import refused_subscriptions
from tests.api.provisioning.shop import SUBSCRIPTIONS, errors

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client, desk):
    """Call as a member of the staff: `call("POST", path, body)`."""
    User.objects.create_user("shop", password="sesame", is_staff=True)
    login = base64.b64encode(b"shop:sesame").decode()

    def run(method, path=SUBSCRIPTIONS, body=None, **headers):
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body else {}
        given = {"Authorization": f"Basic {login}", **headers}
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
    assert ProvisioningEvent.objects.get().source == "shop"
    assert len(desk.at_platform()) == 1


def test_a_subscription_shows_its_licence_and_what_it_came_from(call, desk):
    call("POST", body=event(1, "signed_up", email=desk.email))
    call("POST", body=event(3, "payment_failed"))
    call("POST", body=event(2, "subscribed", paid_through="2027-12-31"))
    desk.catch_up()

    shown = call("GET", f"{SUBSCRIPTIONS}sub_1/").json()

    assert shown["license"]["email"] == desk.email
    assert shown["license"]["ends"] == "2027-12-31"
    assert shown["entitlement"]["past_due_since"] == "2027-01-03T10:00:00.000Z"
    kinds = [each["kind"] for each in shown["events"]]
    assert kinds == ["payment_failed", "subscribed", "signed_up"]


def test_subscriptions_are_listed_page_by_page_in_few_queries(
    call, desk, django_assert_max_num_queries
):
    for number in range(1, 6):
        call("POST", body=event(number, "signed_up", f"sub_{number}", email=desk.email))
    desk.catch_up()

    with django_assert_max_num_queries(4):
        page = call("GET", f"{SUBSCRIPTIONS}?limit=3").json()
    following = call("GET", page["next"]).json()

    keys = [each["subscription"] for each in (*page["results"], *following["results"])]
    assert keys == ["sub_5", "sub_4", "sub_3", "sub_2", "sub_1"]
    assert following["next"] is None


def test_strangers_and_users_that_are_not_staff_are_turned_away(client, call, desk):
    User.objects.create_user("guest", password="sesame")
    guest = base64.b64encode(b"guest:sesame").decode()

    assert client.get(SUBSCRIPTIONS).status_code == 401
    answer = call("POST", body=event(1, "cancelled"), Authorization=f"Basic {guest}")
    assert (answer.status_code, errors(answer)) == (403, [("permission_denied", None)])
    answer = call("GET", Authorization="Basic bm9ib2R5Ong=")
    assert (answer.status_code, errors(answer)) == (401, [("authentication_failed", None)])
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("key", ["nobody", "%00"])
def test_an_unknown_subscription_is_not_found(call, key):
    answer = call("GET", f"{SUBSCRIPTIONS}{key}/")

    assert (answer.status_code, errors(answer)) == (404, [("not_found", None)])


def test_errors_name_the_field(call):
    answer = call("POST", body={**event(1, "signed_up", email="a@example.com"), "id": None})

    assert (answer.status_code, errors(answer)) == (422, [("missing_required_field", "id")])


def test_a_subscription_that_comes_to_no_licence_says_why_until_it_does(call, desk):
    call("POST", body=event(1, "signed_up", email=desk.email))
    Connector.objects.update(connector_id=None)
    desk.catch_up()
    shown = call("GET", f"{SUBSCRIPTIONS}sub_1/").json()
    assert (shown["code"], shown["license"]) == ("not_licensed", None)
    assert shown["events"][0]["outcome"] == "refused"
    assert [each["subscription"] for each in refused_subscriptions()] == ["sub_1"]

    Connector.objects.update(connector_id=desk.connector.connector_id)
    call("POST", body=event(2, "subscribed", paid_through="2090-01-01"))
    desk.catch_up()

    assert call("GET", f"{SUBSCRIPTIONS}sub_1/").json()["license"]["ends"] == "2090-01-01"
    assert refused_subscriptions() == []
