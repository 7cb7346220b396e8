"""What licenses may name: the editions and add-ons that there are, and as many trial days."""

from datetime import timedelta

import pytest

from connector_kit import AddOn, Edition
from connector_kit.licensing import Event, Kind, LicensingError
from connector_kit.models import Connector, License
from connector_kit.publisher import publish
from connector_kit.publisher.licenses import (
    LicenseError,
    LicenseRequest,
    change_edition,
    child,
    receive,
    set_add_ons,
    trial,
)
from tests.publisher.declared import OrdersToSlack
from tests.publisher.licenses.fixtures import BY, Desk

pytestmark = pytest.mark.django_db


class Sold(OrdersToSlack):
    name = "Sold orders"
    trial_days = 30

    standard = Edition("Standard")
    premium = Edition("Premium")
    payouts = AddOn("Payouts")
    refunds = AddOn("Refunds")


@pytest.fixture
def shop(platform):
    """A desk of a connector that has editions, add-ons and trials of 30 days."""
    return Desk(platform, Connector.objects.get(slug=publish(f"{__name__}:Sold").slug))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"add_ons": ("typo",)}, "add_ons"),
        ({"add_ons": ("payouts", "typo")}, "add_ons"),
        ({"edition": "gold"}, "edition"),
        ({"opts": {"connectorEdition": "gold"}}, "opts"),
        (
            {"opts": {"addonLicenses": [{"type": "addon", "licenses": [{"addOnId": "typo"}]}]}},
            "opts",
        ),
    ],
)
def test_what_the_connector_does_not_have_is_granted_to_nobody(shop, asked, field):
    with pytest.raises(LicenseError) as refused:
        shop.grant(50, **asked)

    assert (refused.value.field, isinstance(refused.value, LicensingError)) == (field, True)
    assert License.objects.count() == 0


def test_what_the_connector_has_is_granted(shop):
    row = shop.grant(50, edition="premium", add_ons=("refunds", "payouts"))

    assert (row.code, row.add_ons, row.edition) == ("", ["payouts", "refunds"], "premium")


def test_a_wrong_word_takes_nothing_away(shop):
    row = shop.grant(50, add_ons=("payouts",))

    with pytest.raises(LicenseError, match=r"typo.*there are payouts, refunds"):
        set_add_ons(row, add_ons=("typo",), by=BY, clock=shop.clock)
    with pytest.raises(LicenseError, match="gold"):
        change_edition(row, "gold", by=BY, clock=shop.clock)
    with pytest.raises(LicenseError, match="gold"):
        child(row, opts={"connectorEdition": "gold"}, by=BY, clock=shop.clock)

    row.refresh_from_db()
    assert (row.add_ons, row.edition) == (["payouts"], "")


def test_of_a_connector_that_declares_none_a_new_word_does_not_replace_a_known_one(desk):
    row = desk.grant(50, add_ons=("payouts",))

    with pytest.raises(LicenseError, match="declares no add-ons"):
        set_add_ons(row, add_ons=("typo",), by=BY, clock=desk.clock)

    row = set_add_ons(row, add_ons=("payouts", "refunds"), by=BY, clock=desk.clock)
    assert row.add_ons == ["payouts", "refunds"]
    assert set_add_ons(row, add_ons=(), by=BY, clock=desk.clock).add_ons == []


@pytest.mark.parametrize("wrong", [{"add_ons": ["typo"]}, {"edition": "gold"}])
def test_an_event_of_the_shop_that_names_what_there_is_not_is_refused(shop, wrong):
    signed_up = {"email": shop.email, "connector": shop.connector.slug}
    event = Event("e1", shop.now, "s1", Kind.SIGNED_UP, {**signed_up, **wrong})

    with pytest.raises(LicensingError):
        receive(event, source="test", clock=shop.clock)


def days_of_trial(shop, **given):
    row = trial(shop.connector, LicenseRequest(shop.email), by=BY, clock=shop.clock, **given)
    return row.ends - shop.day(0)


def test_a_trial_lasts_as_long_as_the_class_says(shop):
    assert days_of_trial(shop) == timedelta(days=30)


def test_a_policy_and_the_one_who_asks_say_more_than_the_class(shop, settings):
    assert days_of_trial(shop, days=3) == timedelta(days=3)
    License.objects.all().delete()
    rules = ((shop.connector.slug, 7),)
    from connector_kit.licensing.policy import parse_policies

    text = ", ".join(f'"{slug}/*": {{"trial_days": {days}}}' for slug, days in rules)
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "license_policies": parse_policies(f"{{{text}}}"),
    }

    assert days_of_trial(shop) == timedelta(days=7)


def test_a_trial_of_a_class_that_is_silent_or_not_here_lasts_as_by_default(desk):
    assert days_of_trial(desk) == timedelta(days=14)
    License.objects.all().delete()
    Connector.objects.update(class_path="no_such_module:Gone")
    desk.connector.refresh_from_db()

    assert days_of_trial(desk) == timedelta(days=14)


def test_a_sign_up_in_the_shop_lasts_as_long_as_the_class_says(shop):
    told = {"email": shop.email, "connector": shop.connector.slug}
    receive(Event("e1", shop.now, "s1", Kind.SIGNED_UP, told), source="test", clock=shop.clock)
    shop.tick()

    row = License.objects.get()
    assert (row.is_trial, row.ends) == (True, shop.day(30))
