"""Connectors and releases over the API, publishing included: the same services as the command's."""

import pytest

from connector_kit.blueprint import compile_connector
from connector_kit.models import Connector, License, StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.roles import Role
from tests.publisher import hooked_1_0, hooked_1_1
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, recorded

WHERE = "connectors/orders-to-slack"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def published(platform):
    return Connector.objects.get(slug=publish(ORDERS).slug)


@pytest.fixture
def second(published, monkeypatch):
    """Version 1.1.0, deployed and not published: other words, a flow less."""
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "description", "Something better.")
    monkeypatch.setattr(OrdersToSlack, "orders_to_slack", None)


def test_a_connector_shows_its_newest_release(api, published):
    [listed] = api.get("connectors/")["results"]

    assert listed == api.get(f"{WHERE}/")
    assert (listed["slug"], listed["newest_release"]) == ("orders-to-slack", "1.0.0")
    assert listed["installations"] == 0


def test_a_release_shows_what_it_declares(api, published):
    [listed] = api.get(f"{WHERE}/releases/")["results"]
    release = api.get(f"{WHERE}/releases/1.0.0/")

    assert listed["digest"] == release["digest"] == compile_connector(OrdersToSlack).digest
    components = {component["external_id"]: component for component in release["components"]}
    assert components["new_orders"]["document"]["_connectionId"] == {"$ref": "shop"}
    assert components["shop"]["customer_owns"] == ["http"]
    assert list(components)[-1] == "@integration"


def test_two_releases_are_compared_as_an_update_would(api, second):
    publish(ORDERS)

    there = api.get(f"{WHERE}/releases/1.0.0/difference/1.1.0/")
    back = api.get(f"{WHERE}/releases/1.1.0/difference/1.0.0/")
    same = api.get(f"{WHERE}/releases/1.0.0/difference/1.0.0/")

    assert [
        (step["action"], step["externalId"])
        for step in there["steps"]
        if step["action"] not in ("unchanged", "update")
    ] == [("delete", "orders_to_slack")]
    assert back["summary"]["create"] == 1
    assert {step["action"] for step in same["steps"]} == {"unchanged"}


def test_the_plan_of_a_publication_shows_each_field_and_changes_nothing(api, platform, second):
    plan = api.get(f"{WHERE}/publish-plan/")

    assert (plan["version"], plan["new_release"], plan["dry_run"]) == ("1.1.0", True, True)
    stack, listing = plan["changes"]
    assert (stack["action"], listing["action"]) == ("unchanged", "update")
    assert [field["path"] for field in listing["fields"]] == ["description"]
    assert platform.call("GET", "/connectors")[0]["description"] != "Something better."


def test_publishing_is_recorded_with_who_did_it(api, platform, second):
    done = api.post(f"{WHERE}/publish/")

    assert (done["version"], done["new_release"]) == ("1.1.0", True)
    assert platform.call("GET", "/connectors")[0]["description"] == "Something better."
    action = StaffAction.objects.filter(action="connector.publish").latest("pk")
    assert action.actor.username == "admin-of-the-tests"
    assert action.after["version"] == "1.1.0"


def test_an_operator_sees_the_plan_and_does_not_publish(as_role, second):
    operator = as_role(Role.OPERATOR)

    operator.get(f"{WHERE}/publish-plan/")
    assert operator.ask("POST", f"{WHERE}/publish/").status_code == 403


def test_other_content_under_a_published_version_is_a_conflict(api, published, monkeypatch):
    monkeypatch.setattr(OrdersToSlack, "description", "Something else.")

    answer = api.ask("POST", f"{WHERE}/publish/")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "version_taken"
    objections = api.get(f"{WHERE}/publish-check/")["objections"]
    assert [objection["code"] for objection in objections] == ["version_taken"]


def test_what_breaks_installations_is_refused_by_name_unless_it_is_accepted(
    api, platform, monkeypatch
):
    first = "tests.publisher.hooked_1_0:Hooked"
    connector = Connector.objects.get(slug=publish(first).slug)
    recorded(connector, connector.releases.get())
    monkeypatch.setattr(hooked_1_0, "Hooked", hooked_1_1.Hooked)  # deployed

    answer = api.ask("POST", "connectors/hooked/publish/")

    assert answer.status_code == 409
    told = {error["code"]: error for error in answer.json()["errors"]}
    assert [*told] == ["function_dropped"]
    assert "1.0.0 (1 installation, new installations)" in told["function_dropped"]["message"]
    assert told["function_dropped"]["field"] == "orders.hooks.preSavePage.function"
    done = api.post("connectors/hooked/publish/", {"break_installations": True})
    assert {document["weight"] for document in done["broken"]} == {"breaks"}
    answer = api.ask("POST", "connectors/hooked/publish/", {"break_installations": "perhaps"})
    assert answer.json()["errors"][0]["field"] == "break_installations"


def test_a_mistake_in_the_class_is_told_with_its_place(api, published, monkeypatch):
    monkeypatch.setattr(OrdersToSlack, "version", "two")

    answer = api.ask("GET", f"{WHERE}/publish-plan/")

    assert answer.status_code == 409
    [error] = answer.json()["errors"]
    assert (error["code"], error["field"]) == ("connector_kit.E002", "OrdersToSlack")


def test_a_class_that_is_not_deployed_is_a_conflict(api, published):
    Connector.objects.update(class_path="no.such.module:Thing")

    answer = api.ask("GET", f"{WHERE}/publish-plan/")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "connector_not_loaded"


def test_a_platform_that_refuses_the_token_is_told_apart_from_our_own_401(api, published, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wr0ng-t0ken"}

    answer = api.ask("GET", f"{WHERE}/publish-plan/")

    assert answer.status_code == 502
    assert "wr0ng-t0ken" not in answer.text


def test_without_a_token_for_the_platform_it_says_how_to_get_one(api, published, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": ""}

    answer = api.ask("GET", f"{WHERE}/publish-plan/")

    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "no_publisher_token"


def test_a_platform_that_is_away_is_a_503(api, published, settings):
    away = {"base_url": "http://127.0.0.1:9/v1"}
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **away}

    answer = api.ask("GET", "usage/")

    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "platform_unavailable"


def test_usage_is_counted_from_the_jobs(api, platform):
    assert api.get("usage/") == {"usage": []}
    answer = api.ask("GET", "usage/", params={"since": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "since"


def test_enabled_flows_are_told_by_license_and_environment(api, base):
    first, second, *_ = base.install(3)
    first.flows = {"a": {"disabled": False}, "b": {"disabled": True}, "c": {}}
    first.save()
    second.sandbox = True
    second.save()
    License.objects.create(
        connector=base.connector, integration_id=first.integration_id, license_id="64a1", email="a"
    )

    rows = {row["integration_id"]: row for row in api.get("usage/enabled/")["results"]}

    row = rows[first.integration_id]
    assert (row["license_id"], row["environment"], row["enabled_flows"]) == (
        "64a1",
        "production",
        2,
    )
    assert rows[second.integration_id]["license_id"] == ""
    of_sandbox = api.get("usage/enabled/", environment="sandbox")["results"]
    assert [row["integration_id"] for row in of_sandbox] == [second.integration_id]
    licensed = api.get("usage/enabled/", license_id="64a1")["results"]
    assert [row["integration_id"] for row in licensed] == [first.integration_id]


def test_an_unknown_connector_is_not_found(api, platform):
    for path in ("", "releases/", "releases/1.0.0/", "publish-plan/", "versions/"):
        answer = api.ask("GET", f"connectors/nope/{path}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")


def test_the_default_release_is_shown_and_moved_by_who_may_publish(api, as_role, second):
    publish(ORDERS)

    listed = api.get(f"{WHERE}/releases/")["results"]
    assert [(document["version"], document["default"]) for document in listed] == [
        ("1.1.0", False),
        ("1.0.0", True),
    ]
    assert [document["installations"] for document in listed] == [0, 0]
    where = f"{WHERE}/releases/1.1.0/default/"
    assert as_role(Role.OPERATOR).ask("POST", where).status_code == 403

    assert api.post(where)["default"] is True
    assert api.get(f"{WHERE}/")["default_release"] == "1.1.0"
    assert api.get(f"{WHERE}/releases/1.0.0/")["live"] is False
    assert api.ask("POST", f"{WHERE}/releases/9.9.9/default/").status_code == 409
