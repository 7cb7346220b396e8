"""Settings of an installation over the API: read, changed down to the account, linked to."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connector_kit.models import SettingsChange, StaffAction
from connector_kit.publisher.roles import Role, Scope
from tests.lifecycle.fixtures import customer, doorway, no_waiting, server, shop, upgraded
from tests.lifecycle.settings_fixtures import NEXT_CHAT, SHOPS, body, chat, installed
from tests.settings_pages.records import DOCUMENT, GENERAL, ORDERS, installation_with

__all__ = ["chat", "customer", "doorway", "no_waiting", "server", "shop", "upgraded"]


@pytest.fixture
def stack_address(server, settings, db):
    """Where the stack listens, and the API with it."""
    settings.ROOT_URLCONF = "tests.api.settings_urls"
    return server.url


def settings_of(installation):
    return f"installations/{installation.integration_id}/settings/"


def test_values_and_pages_are_read_from_the_records(api):
    told = api.get(settings_of(installation_with(DOCUMENT)))

    assert told["values"] == {
        "currency": "EUR",
        "send_to": "channel",
        "channel": "#orders",
        "person": "",
        "note": None,
    }
    assert (told["is_multi_store"], told["waiting"]) == (False, 0)
    [store] = told["stores"]
    assert [page["title"] for page in store["pages"]] == ["Orders", "Refunds", "General"]
    [flow] = store["pages"][0]["flows"]
    assert (flow["name"], flow["is_on"], flow["schedule"]) == ("orders", True, "? 0 2 ? * *")
    [tab] = store["pages"][0]["tabs"]
    shown = {field["name"]: (field["is_shown"], field["is_required"]) for field in tab["fields"]}
    assert shown == {"send_to": (True, False), "channel": (True, True), "person": (False, False)}


def test_values_of_stores_are_by_store(api):
    stores = [{"id": "s1", "title": "DE", "sections": [ORDERS]}, {"id": "s2", "title": "US"}]
    general = [{"id": "s2", **GENERAL}]
    document = {"supportsMultiStore": True, "sections": stores, "general": general}

    told = api.get(settings_of(installation_with(document)))

    assert told["values"]["s2"] == {"currency": "EUR"}
    assert told["values"]["s1"]["channel"] == "#orders"


def test_secrets_are_masked(api):
    fields = [{"name": "api_key", "label": "Key", "value": "hunter2"}]
    installation = installation_with({"general": {"fields": fields}})
    SettingsChange.objects.create(installation=installation, values={"api_key": "x7"}, by="alice")

    told = [api.get(settings_of(installation)), api.get(f"{settings_of(installation)}changes/")]

    assert "hunter2" not in str(told)
    assert "x7" not in str(told)


def test_what_takes_a_few_queries_takes_no_more_with_more_flows(
    api, client, django_assert_max_num_queries
):
    installation = installation_with(DOCUMENT)
    client.get(f"/api/v1/{settings_of(installation)}", headers=api.headers)

    with django_assert_max_num_queries(5):
        client.get(f"/api/v1/{settings_of(installation)}", headers=api.headers)


def test_values_come_into_the_account_and_the_change_says_so(shop, chat, as_role):
    shop.publish(NEXT_CHAT)
    operator = as_role(Role.OPERATOR)
    path = settings_of(chat.installation)

    answer = operator.ask("PATCH", path, {"values": {"channel": "#staff"}})
    assert answer.status_code == 202, answer.text
    assert chat.platform.control("/drain", {"timeout_seconds": 30})["drained"]

    change = operator.get(f"{path}changes/{answer.json()['id']}/")
    assert (change["outcome"], change["values"]) == ("applied", {"channel": "#staff"})
    assert change["by"] == "operator-of-the-tests (token tests)"
    assert body(chat) == '{"channel": "#staff"}'
    assert [result["id"] for result in operator.get(f"{path}changes/")["results"]] == [change["id"]]
    assert operator.get(f"{path}changes/", outcome="waiting")["results"] == []
    assert operator.get(path)["values"]["channel"] == "#staff"
    saved = StaffAction.objects.get(action="settings.save")
    assert (saved.actor_name, saved.after["values"]) == (change["by"], {"channel": "#staff"})


def test_what_is_wrong_is_said_by_field_and_nothing_is_saved(shop, chat, api):
    wish = {"values": {"lag": 61, "nonsense": 1}, "flows": {"nowhere": {"disabled": True}}}

    answer = api.ask("PATCH", settings_of(chat.installation), wish)

    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"values.lag", "values.nonsense", "flows.nowhere"}
    assert all(error["message"] for error in answer.json()["errors"])
    assert not SettingsChange.objects.exists()
    assert not StaffAction.objects.filter(action="settings.save").exists()


def test_what_is_wrong_in_a_store_is_said_where_it_was_sent(shop, api):
    shop.publish(SHOPS)
    customer = installed(shop)
    wish = {"values": {"s1": {"lag": "many", "nonsense": 1, "title": ""}, "s2": {"lag": 1}}}

    answer = api.ask("PATCH", settings_of(customer.installation), wish)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        *("values.s2", "values.s1.title", "values.s1.lag", "values.s1.nonsense")
    }


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, None),
        ({"values": []}, "values"),
        ({"values": {"channel": "\0"}}, "values.channel"),
        ({"flows": {"orders": True}}, "flows.orders"),
    ],
)
def test_what_makes_no_sense_is_refused(api, wish, field):
    answer = api.ask("PATCH", settings_of(installation_with(DOCUMENT)), wish)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


def test_flows_take_the_scope_of_flows(as_role):
    path = settings_of(installation_with(DOCUMENT))
    narrow = as_role(Role.OPERATOR, {Scope.SETTINGS_WRITE})

    answer = narrow.ask("PATCH", path, {"flows": {"orders": {"disabled": True}}})

    assert answer.status_code == 403
    assert "flows:write" in answer.json()["errors"][0]["message"]


def test_a_flow_is_switched(api):
    installation = installation_with(DOCUMENT)

    answer = api.ask("PATCH", settings_of(installation), {"flows": {"orders": {"disabled": True}}})

    assert answer.status_code == 202, answer.text
    change = SettingsChange.objects.get(pk=answer.json()["id"])
    assert (change.values, change.flows) == ({}, {"orders": {"disabled": True}})
    assert answer.json()["outcome"] == "waiting"
    assert answer.json()["message"]  # there is no platform here, and it says so
    assert api.get(settings_of(installation))["waiting"] == 1


def test_a_link_opens_the_settings_until_its_time_is_over(api, client):
    installation = installation_with(DOCUMENT)

    link = api.post(f"{settings_of(installation)}link/", {"hours": 2}, expect=201)

    parts = urlsplit(link["url"])
    page = client.get(f"{parts.path}?{parts.query}", follow=True)
    assert page.status_code == 200
    left = parse_datetime(link["until"]) - timezone.now()
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    made = StaffAction.objects.get(action="settings.link")
    assert made.actor_name == "admin-of-the-tests (token tests)"
    assert "open" not in str(made.after)


@pytest.mark.parametrize("hours", [0, -1, 721, 1e300, "soon"])
def test_a_link_lives_for_a_sensible_time(api, hours):
    path = f"{settings_of(installation_with(DOCUMENT))}link/"

    answer = api.ask("POST", path, {"hours": hours})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "hours")


def test_changes_of_another_installation_are_not_found(api):
    one, other = installation_with(DOCUMENT), installation_with(DOCUMENT, number=2)
    change = SettingsChange.objects.create(installation=other, values={"x": 1}, by="alice")

    assert api.ask("GET", f"{settings_of(one)}changes/{change.pk}/").status_code == 404
    assert api.get(f"{settings_of(one)}changes/")["results"] == []
