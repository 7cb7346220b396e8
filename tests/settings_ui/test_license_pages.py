"""Licenses on pages: found, made, changed, with everything that is wrong said where it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connector_kit.models import License, LicenseEvent, StaffAction
from connector_kit.publisher.roles import Role
from tests.lifecycle.fixtures import doorway, no_waiting, server, shop  # noqa: F401
from tests.publisher.fixtures import platform
from tests.settings_pages.conftest import staff

__all__ = ["platform", "shop", "staff"]

SOON = timezone.now().date() + timedelta(days=200)


@pytest.fixture
def stack_address(server, settings, db):  # noqa: F811
    settings.ROOT_URLCONF = "tests.settings_pages.served_urls"
    return server.url


def at(name, *args, **query):
    return reverse(f"console:{name}", args=args, query=query or None)


def html(response):
    return response.content.decode()


@pytest.fixture
def give(shop, staff):
    """Gives licenses on the page for new ones."""
    browser = staff(Role.OPERATOR)

    def give(**fields):
        email = shop.platform.sandbox.accounts[0].email
        form = {"connector": shop.connector.slug, "email": email, "until": SOON, **fields}
        return browser.post(at("license-new"), form, follow=True)

    give.browser = browser
    give.shop = shop
    return give


def test_a_license_is_given_and_shown_with_who_gave_it(give):
    page = html(give())
    [row] = give.shop.platform.call(
        "GET", f"/connectors/{give.shop.connector.connector_id}/licenses"
    )
    assert row["expires"].startswith(str(SOON + timedelta(days=License.objects.get().grace_days)))
    assert "active" in page
    assert "the-operator" in page


def test_a_customer_without_an_account_leaves_a_grant_that_waits(give):
    page = html(give(email="nobody@example.com"))
    assert "Not delivered to integrator.io" in page
    assert "invalid_user" in page
    assert "nobody@example.com" in html(give.browser.get(at("licenses", state="pending")))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"until": ""}, "Enter the last day"),
        ({"until": "2001-01-01"}, "is in the past"),
        ({"email": "nonsense"}, "valid email"),
        ({"time_zone": "Nowhere/Land"}, "Nowhere/Land"),
    ],
)
def test_what_is_wrong_with_a_new_license_is_said_beside_the_field(give, fields, words):
    page = html(give(**fields))
    assert words in page
    assert 'aria-invalid="true"' in page
    assert not License.objects.exists()


def test_a_license_is_extended_switched_off_reactivated_and_deleted(give):
    give()
    key = License.objects.get().pk

    def act(name, **fields):
        return html(give.browser.post(at("license-act", key, name), fields, follow=True))

    act("extend", days=10)
    assert License.objects.get().ends == SOON + timedelta(days=10)
    act("renew", until=SOON + timedelta(days=400))
    assert "expired" in act("expire")
    act("reactivate", until=SOON)
    assert License.objects.get().standing == "active"
    act("delete")
    assert License.objects.get().vanished_at
    acts = LicenseEvent.objects.filter(by="the-operator").values_list("act", flat=True)
    assert {"create", "extend", "renew", "expire", "reactivate", "delete"} <= {*acts}
    action = StaffAction.objects.get(action="license.create")
    assert action.actor.username == "the-operator"


def test_setting_the_stores_leaves_add_ons_that_the_platform_alone_knows(give):
    give()
    row = License.objects.get()
    address = f"/connectors/{give.shop.connector.connector_id}/licenses"
    give.browser.post(at("license-act", row.pk, "add-ons"), {"add_ons": "payouts, returns"})
    License.objects.update(add_ons=None)  # as it is with licenses that were found there

    give.browser.post(at("license-act", row.pk, "add-ons"), {"add_ons": "", "stores": "2"})

    [live] = give.shop.platform.call("GET", address)
    found = {
        addon_license["type"]: len(addon_license["licenses"])
        for addon_license in live["opts"]["addonLicenses"]
    }
    assert found == {"addon": 2, "store": 2}


def test_add_ons_that_are_shown_can_be_taken_away(give):
    give()
    row = License.objects.get()
    give.browser.post(at("license-act", row.pk, "add-ons"), {"add_ons": "payouts"})

    give.browser.post(at("license-act", row.pk, "add-ons"), {"add_ons": ""})

    assert License.objects.get().add_ons == []


def test_an_act_that_does_not_fit_changes_nothing(give):
    give()
    row = License.objects.get()
    browser = give.browser
    assert browser.post(at("license-act", row.pk, "convert")).status_code == 404
    assert browser.post(at("license-act", row.pk, "nonsense")).status_code == 404
    page = browser.post(at("license-act", row.pk, "renew"), {"until": "2001-01-01"})
    assert page.status_code == 422
    assert "is in the past" in html(page)
    assert License.objects.get().ends == row.ends


def test_the_calendar_counts_the_licenses_that_end_on_a_day(give):
    give()
    month = html(give.browser.get(at("license-calendar", month=f"{SOON:%Y-%m}")))
    assert f"?ends={SOON}" in month
    listed = html(give.browser.get(at("licenses", ends=SOON)))
    assert License.objects.get().email in listed
    assert "No licenses match these filters" in html(
        give.browser.get(at("licenses", ends=timezone.localdate()))
    )


def test_a_license_with_dates_of_the_platform_is_in_the_calendar_too(give):
    License.objects.create(
        connector=give.shop.connector,
        email="elsewhere@example.com",
        license_id="b" * 24,
        expires=datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC),
    )
    assert "?ends=2027-03-31" in html(give.browser.get(at("license-calendar", month="2027-03")))
    assert "elsewhere@example.com" in html(give.browser.get(at("licenses", ends="2027-03-31")))
    assert "No licenses match these filters" in html(
        give.browser.get(at("licenses", ends="2027-04-01"))
    )


@pytest.mark.parametrize("month", ["", "nonsense", "0001-01", "9999-12", "2026-13"])
def test_any_month_has_a_calendar(give, month):
    assert give.browser.get(at("license-calendar", month=month)).status_code == 200


def test_viewers_see_licenses_and_have_no_buttons(give, staff):
    give()
    key = License.objects.get().pk
    viewer = staff(Role.VIEWER)
    page = viewer.get(at("license", key))
    assert page.status_code == 200
    assert "Change this license" not in html(page)
    assert viewer.get(at("license-new")).status_code == 403
    assert viewer.post(at("license-act", key, "delete")).status_code == 403


@pytest.mark.django_db
def test_installations_are_found_by_where_their_license_stands(shop, staff):
    from connector_kit.models import Installation

    Installation.objects.create(
        connector=shop.connector, integration_id="a" * 24, name="With grace", mode="settings"
    )
    License.objects.create(
        connector=shop.connector,
        email="buyer@example.com",
        integration_id="a" * 24,
        standing="grace",
        ends=date(2026, 1, 1),
        expires=datetime(2026, 1, 9, tzinfo=UTC),
    )
    browser = staff(Role.VIEWER)
    assert "With grace" in html(browser.get(at("installations", license="grace")))
    assert "With grace" not in html(browser.get(at("installations", license="active")))
