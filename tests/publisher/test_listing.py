"""The listing as the class declares it: written by publishing, checked before."""

import pytest

from connector_kit.blueprint import compile_connector, problems
from connector_kit.models import StaffAction
from connector_kit.publisher import publish
from connector_kit.publisher.actions import Actor
from connector_kit.publisher.errors import VersionTaken
from connector_kit.publisher.record_plans import two_dot_zero
from tests.publisher.declared import OrdersToSlack
from tests.publisher.fixtures import ORDERS

LISTING = {
    "handle": "osl",
    "website_url": "https://orders.example.com",
    "image_url": "https://orders.example.com/logo.png",
    "help_url": "https://orders.example.com/help",
    "contact_email": "owner@example.com, second@example.com",
    "iclients": {"http": ["64a1f0c2b3d4e5f607182901"]},
    "trial_days": 30,
}


def declare(**attributes):
    return type(OrdersToSlack)("OrdersToSlack", (OrdersToSlack,), attributes)


def codes(**attributes):
    return {problem.id.rpartition(".")[2] for problem in problems(declare(**attributes))}


@pytest.fixture
def listed(monkeypatch, platform):
    """The connector with a whole listing; its iClient exists."""
    iclient = platform.call("POST", "/iclients", {"name": "Shop app", "provider": "shopify"})
    for name, value in {**LISTING, "iclients": {"http": [iclient["_id"]]}}.items():
        monkeypatch.setattr(OrdersToSlack, name, value)
    return iclient["_id"]


@pytest.mark.django_db
def test_publishing_writes_what_the_class_says_of_its_listing(platform, listed):
    result = publish(ORDERS)

    listing = platform.call("GET", f"/connectors/{result.listing.id}")
    expected = {
        "handle": "osl",
        "websiteURL": "https://orders.example.com",
        "imageURL": "https://orders.example.com/logo.png",
        "helpURL": "https://orders.example.com/help",
        "contactEmail": "owner@example.com, second@example.com",
        "_iClientIdMap": [{"_iClientIds": [listed], "connection": {"type": "http"}}],
        "trialEnabled": True,
        "trialPeriod": 30,
    }
    assert {name: listing.get(name) for name in expected} == expected
    assert not publish(ORDERS)


@pytest.mark.django_db
def test_the_listing_can_be_corrected_without_a_new_version(platform, monkeypatch):
    first = publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "contact_email", "owner@example.com")

    second = publish(ORDERS)

    assert second.digest == first.digest
    assert [change.path for change in second.listing.changes] == ["contactEmail"]


@pytest.mark.django_db
def test_trials_end_when_the_class_says_that_there_are_none(platform, monkeypatch, listed):
    publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "trial_days", 0)

    result = publish(ORDERS)

    assert platform.call("GET", f"/connectors/{result.listing.id}")["trialEnabled"] is False


@pytest.mark.django_db
def test_a_new_handle_leads_to_the_same_listing(platform, monkeypatch):
    first = publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "handle", "osl")

    assert publish(ORDERS).listing.id == first.listing.id
    assert platform.call("GET", "/connectors")[0]["handle"] == "osl"


@pytest.mark.django_db
def test_a_connector_of_framework_two_keeps_its_source_integration(platform, monkeypatch):
    first = publish(ORDERS)
    live = platform.call("GET", f"/connectors/{first.listing.id}")
    source = platform.call("POST", "/integrations", {"name": "Source"})["_id"]
    own = {"framework": "twoDotZero", "twoDotZero": {"_integrationId": source}}
    platform.call("PUT", f"/connectors/{first.listing.id}", {**live, **own})
    monkeypatch.setattr(OrdersToSlack, "framework", 2)
    monkeypatch.setattr(OrdersToSlack, "version", "1.1.0")  # its settings pages are other ones

    result = publish(ORDERS)

    assert result.listing.id == first.listing.id
    live = platform.call("GET", f"/connectors/{first.listing.id}")
    assert (live["framework"], live["twoDotZero"]["_integrationId"]) == ("twoDotZero", source)


@pytest.mark.django_db
def test_a_connector_of_framework_two_lists_its_editions_once(platform):
    target = "tests.publisher.declared:OrdersByEdition"
    first = publish(target)

    live = platform.call("GET", f"/connectors/{first.listing.id}")
    listed = live["twoDotZero"]["editions"]
    assert [(document["displayName"], document["order"]) for document in listed] == [
        ("Standard", 1),
        ("Gold plan", 2),
    ]
    assert all(document["_id"] for document in listed)
    assert publish(target).listing.action == "unchanged"


def test_editions_keep_the_ids_that_licenses_refer_to():
    live = {
        "_integrationId": "1",
        "editions": [
            {"_id": "a", "displayName": "Standard", "order": 1},
            {"_id": "b", "displayName": "Premium", "order": 2},
        ],
    }

    written = two_dot_zero(live, (("Starter", 1), ("Standard", 2)))

    assert written == {
        "_integrationId": "1",
        "editions": [
            {"displayName": "Starter", "order": 1},
            {"_id": "a", "displayName": "Standard", "order": 2},
        ],
    }
    assert two_dot_zero(live, ()) == live


@pytest.mark.django_db
def test_a_publication_is_recorded_with_who_made_it(platform):
    publish(ORDERS, by=Actor("alice"))
    publish(ORDERS, by=Actor("bob"))

    [action] = StaffAction.objects.all()
    assert (action.actor_name, action.action) == ("alice", "connector.publish")
    assert action.subject == "connector/orders-to-slack"
    assert action.after["version"] == "1.0.0"


@pytest.mark.django_db
def test_other_content_under_the_version_is_refused_whatever_the_listing_says(
    platform, monkeypatch
):
    publish(ORDERS)
    monkeypatch.setattr(OrdersToSlack, "website_url", "https://new.example.com")
    monkeypatch.setattr(OrdersToSlack, "description", "Something else.")

    with pytest.raises(VersionTaken):
        publish(ORDERS)

    assert "websiteURL" not in platform.call("GET", "/connectors")[0]


def test_the_listing_is_no_part_of_a_release():
    assert compile_connector(declare(**LISTING)).digest == compile_connector(OrdersToSlack).digest


def test_a_sound_listing_is_passed_over():
    assert codes(**LISTING) == codes()


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        pytest.param({"handle": "o s l"}, "E080", id="a handle with blanks"),
        pytest.param({"website_url": "orders.example.com"}, "E081", id="an address without scheme"),
        pytest.param({"image_url": "ftp://x.example.com/a"}, "E081", id="an address of ftp"),
        pytest.param({"help_url": None}, "E081", id="no text"),
        pytest.param({"image_url": "http://x.example.com/a"}, "W080", id="a logo over http"),
        pytest.param({"contact_email": "owner"}, "E082", id="a contact without a host"),
        pytest.param({"contact_email": "a@example.com;b@c.d"}, "E082", id="the wrong separator"),
        pytest.param({"framework": 3}, "E083", id="a framework that there is not"),
        pytest.param({"framework": "2"}, "E083", id="a framework as text"),
        pytest.param({"trial_days": "14"}, "E084", id="a trial as text"),
        pytest.param({"trial_days": -1}, "E084", id="a trial of less than nothing"),
        pytest.param({"trial_days": 15}, "W081", id="a trial the platform does not know"),
        pytest.param({"iclients": ["64a1f0c2b3d4e5f607182901"]}, "E085", id="no types"),
        pytest.param({"iclients": {"http": ["shop-app"]}}, "E085", id="no id"),
        pytest.param({"iclients": {"http": []}}, "E085", id="no ids"),
        pytest.param(
            {"iclients": {"salesforce": ["64a1f0c2b3d4e5f607182901"]}}, "W082", id="an unused type"
        ),
    ],
)
def test_a_mistake_in_the_listing_is_reported(attributes, code):
    assert code in codes(**attributes)
