"""Publishing: the two records on the platform, the release here, and nothing twice."""

import pytest

from connector_kit import Export, Ref
from connector_kit.blueprint import DeclarationError
from connector_kit.integrator.errors import IntegratorError, Unauthorized
from connector_kit.models import Connector, Release
from connector_kit.publisher import publish
from connector_kit.publisher.errors import (
    PublicationRefused,
    PublisherError,
    RecordLost,
    VersionTaken,
)
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS, SYSTEM_TOKEN

pytestmark = pytest.mark.django_db


def test_the_listing_names_the_functions_and_the_stack_that_answers_them(platform):
    result = publish(ORDERS)

    listing = platform.call("GET", f"/connectors/{result.listing.id}")
    expected = {
        "name": "Orders to Slack",
        "handle": "orders-to-slack",
        "description": "Tells a channel about new orders.",
        "applications": ["shopify", "slack"],
        "_stackId": result.stack.id,
        "installerFunction": "install",
        "updateFunction": "update",
        "preUninstallFunction": "preUninstallFunction",
        "uninstallerFunction": "uninstall",
    }
    assert {name: listing[name] for name in expected} == expected


def test_the_stack_record_leads_to_this_server_with_its_system_token(platform, stack_address):
    result = publish(ORDERS)

    stack = platform.call("GET", f"/stacks/{result.stack.id}")
    token = platform.call("GET", f"/stacks/{result.stack.id}/systemToken")
    assert stack["type"] == "server"
    assert stack["server"]["hostURI"] == stack_address
    assert token["systemToken"] == SYSTEM_TOKEN
    assert result.foreign_system_token is None


def test_the_release_is_recorded_with_all_its_documents(platform):
    result = publish(ORDERS)

    release = Release.objects.get(connector__slug="orders-to-slack", version="1.0.0")
    assert release.digest == result.digest == release.blueprint().digest
    assert release.connector.class_path == ORDERS
    assert release.connector.connector_id == result.listing.id


def test_a_dry_run_says_what_it_would_do_and_does_nothing(platform):
    result = publish(ORDERS, dry_run=True)

    assert (result.stack.action, result.listing.action) == ("create", "create")
    assert platform.call("GET", "/connectors") == []
    assert platform.call("GET", "/stacks") == []
    assert not Connector.objects.exists()


def test_publishing_again_finds_nothing_to_do(platform):
    publish(ORDERS)

    again = publish(ORDERS)

    assert not again
    assert len(platform.call("GET", "/connectors")) == len(platform.call("GET", "/stacks")) == 1


def test_a_published_connector_is_named_by_its_slug(platform):
    publish(ORDERS)

    assert publish("orders-to-slack").slug == "orders-to-slack"


def test_the_only_configured_connector_is_the_default(platform, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": ORDERS}

    assert publish().slug == "orders-to-slack"


def test_what_is_still_being_written_gets_a_version_for_each_content(platform, monkeypatch):
    first, again = (publish(ORDERS, development=True) for _ in range(2))
    monkeypatch.setattr(OrdersToSlack, "description", "Something else.")
    changed = publish(ORDERS, development=True)
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    higher = publish(ORDERS, development=True)

    assert [result.version for result in (first, again, changed, higher)] == [
        "1.0.0-dev.1",
        "1.0.0-dev.1",
        "1.0.0-dev.2",
        "1.1.0-dev.1",
    ]
    assert not again
    assert publish(ORDERS).version == "1.1.0"


def test_changed_content_under_a_published_version_is_refused_before_anything_is_written(
    platform, monkeypatch
):
    publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "description", "Something else.")

    with pytest.raises(VersionTaken, match="higher version"):
        publish(ORDERS)

    assert platform.call("GET", "/connectors")[0]["description"] != "Something else."


def test_what_the_check_refuses_is_not_published_and_all_of_it_is_named(platform, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "push_timeout_seconds": "soon"}

    with pytest.raises(PublicationRefused) as raised:
        publish("tests.publisher.declared:Unsound")

    codes = [objection.code for objection in raised.value.objections]
    assert codes[0].startswith("setting_")
    assert len([code for code in codes if code.startswith("declaration_")]) >= 3
    with pytest.raises(PublicationRefused, match="CONNECTOR_KIT_PUSH_TIMEOUT"):
        publish()
    assert platform.call("GET", "/connectors") == platform.call("GET", "/stacks") == []


def test_a_declaration_with_mistakes_is_refused_as_the_check_does(platform):
    with pytest.raises(DeclarationError) as raised:
        publish("tests.publisher.declared:Unsound")

    assert len(raised.value.problems) >= 3
    assert platform.call("GET", "/connectors") == []


def test_a_function_that_nobody_wrote_is_refused_before_anything_is_sent(platform, monkeypatch):
    export = Export(
        "More",
        connection=OrdersToSlack.shop,
        http={"relativeURI": "/"},
        hooks={"preMap": {"function": "keepPaid", "_stackId": Ref("@stack")}},
    )
    monkeypatch.setattr(OrdersToSlack, "more_orders", export, raising=False)

    with pytest.raises(PublicationRefused, match="keepPaid"):
        publish(ORDERS)

    assert platform.call("GET", "/stacks") == []
    assert not Connector.objects.exists()


def test_a_higher_version_updates_the_listing_and_adds_a_release(platform, monkeypatch):
    first = publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "description", "Something better.")

    second = publish(ORDERS)

    assert second.listing.id == first.listing.id
    assert [change.path for change in second.listing.changes] == ["description"]
    assert platform.call("GET", "/connectors")[0]["description"] == "Something better."
    assert Release.objects.newest(Connector.objects.get()).version == "1.1.0"


def test_an_older_release_published_again_does_not_bring_back_its_words(platform, monkeypatch):
    publish(ORDERS)
    with monkeypatch.context() as later:
        later.setattr(OrdersToSlack, "version", "1.1.0")
        later.setattr(OrdersToSlack, "description", "Something better.")
        publish(ORDERS)

    result = publish(ORDERS)

    assert not result
    assert "1.1.0 stays the newest" in result.notes[0]
    assert platform.call("GET", "/connectors")[0]["description"] == "Something better."


def test_a_version_lower_than_the_newest_is_published_with_a_warning(platform, monkeypatch):
    publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "version", "0.9.0")

    assert "lower than 1.0.0" in publish(ORDERS).notes[0]


def test_a_server_that_moved_is_followed_by_its_stack_record(platform, settings):
    first = publish(ORDERS)
    moved = {"host_uri": "https://new.example.com", "secret_key": "a long random text"}
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, **moved}

    result = publish(ORDERS)

    stack = platform.call("GET", f"/stacks/{first.stack.id}")
    assert result.stack.action == "update"
    assert stack["server"]["hostURI"] == "https://new.example.com"
    token = platform.call("GET", f"/stacks/{first.stack.id}/systemToken")
    assert token["systemToken"] == SYSTEM_TOKEN


def test_fields_of_the_listing_that_the_kit_does_not_decide_are_kept(platform, monkeypatch):
    published = publish(ORDERS)
    listing = platform.call("GET", f"/connectors/{published.listing.id}")
    edited = {**listing, "contactEmail": "owner@example.com", "published": True}
    platform.call("PUT", f"/connectors/{published.listing.id}", edited)
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")
    monkeypatch.setattr(OrdersToSlack, "description", "Something better.")

    publish(ORDERS)

    after = platform.call("GET", f"/connectors/{published.listing.id}")
    assert (after["contactEmail"], after["published"]) == ("owner@example.com", True)


def test_with_lost_records_the_listing_and_stack_are_found_by_name(platform):
    first = publish(ORDERS)
    Connector.objects.all().delete()

    second = publish(ORDERS)

    assert (second.listing.id, second.stack.id) == (first.listing.id, first.stack.id)
    assert len(platform.call("GET", "/connectors")) == len(platform.call("GET", "/stacks")) == 1


@pytest.mark.parametrize("path", ["/stacks", "/connectors"])
def test_an_answer_lost_after_a_create_leaves_one_record(platform, path):
    platform.control(
        "/faults", {"rate": 1.0, "kinds": ["lost_answer"], "methods": ["POST"], "paths": path}
    )

    publish(ORDERS)

    assert len(platform.call("GET", path)) == 1


def test_a_listing_the_platform_lost_is_made_again_only_on_request(platform):
    first = publish(ORDERS)
    platform.call("DELETE", f"/connectors/{first.listing.id}")

    with pytest.raises(RecordLost, match="--new-records"):
        publish(ORDERS)
    second = publish(ORDERS, new_records=True)

    assert second.listing.id != first.listing.id
    assert Connector.objects.get().connector_id == second.listing.id


def test_a_stack_record_the_platform_lost_is_made_again(platform):
    first = publish(ORDERS)
    listing = platform.call("GET", f"/connectors/{first.listing.id}")
    platform.call("PUT", f"/connectors/{first.listing.id}", {**listing, "_stackId": None})
    platform.call("DELETE", f"/stacks/{first.stack.id}")

    second = publish(ORDERS)

    listing = platform.call("GET", f"/connectors/{first.listing.id}")
    assert listing["_stackId"] == second.stack.id != first.stack.id


def test_two_listings_of_that_name_are_not_chosen_between(platform):
    first = publish(ORDERS)
    listing = platform.call("GET", f"/connectors/{first.listing.id}")
    platform.call("POST", "/connectors", listing)
    Connector.objects.all().delete()

    with pytest.raises(RecordLost, match="CONNECTOR_KIT_CONNECTORS"):
        publish(ORDERS)


def test_the_settings_can_say_which_listing_is_meant(platform, settings):
    listing = platform.call(
        "POST",
        "/connectors",
        {
            "name": "By hand",
            "handle": "hand",
            "installerFunction": "i",
            "updateFunction": "u",
            "uninstallerFunction": "x",
        },
    )
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "connectors": f"{listing['_id']}={ORDERS}"}

    result = publish(ORDERS)

    assert result.listing.id == listing["_id"]
    assert platform.call("GET", "/connectors")[0]["name"] == "Orders to Slack"


def test_a_listing_published_under_another_slug_is_refused(platform, settings):
    first = publish(ORDERS)
    Connector.objects.update(slug="something-else")
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "connectors": f"{first.listing.id}={ORDERS}",
    }

    with pytest.raises(PublisherError, match="something-else"):
        publish(ORDERS)


def test_a_system_token_that_calls_here_would_be_refused_with_is_reported(platform, settings):
    first = publish(ORDERS)
    platform.call("DELETE", f"/stacks/{first.stack.id}/systemToken")  # makes a new one

    result = publish(ORDERS)

    token = platform.call("GET", f"/stacks/{first.stack.id}/systemToken")["systemToken"]
    assert result.foreign_system_token == token
    assert "CONNECTOR_KIT_SYSTEM_TOKEN" in result.notes[0]
    assert token not in f"{result!r}{result.to_json()}"


def test_a_refused_token_changes_nothing(platform, settings):
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "token": "wrong"}

    with pytest.raises(Unauthorized) as caught:
        publish(ORDERS)

    assert "wrong" not in str(caught.value).split()
    assert not Connector.objects.exists()


def test_a_failure_half_way_is_completed_by_publishing_again(platform):
    platform.control(
        "/faults", {"rate": 1.0, "kinds": ["500"], "methods": ["POST"], "paths": "/connectors"}
    )
    with pytest.raises(IntegratorError):
        publish(ORDERS)
    platform.control("/faults", {"rate": 0.0})

    publish(ORDERS)

    assert len(platform.call("GET", "/connectors")) == len(platform.call("GET", "/stacks")) == 1
