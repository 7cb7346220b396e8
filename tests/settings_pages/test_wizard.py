"""The install wizard, tried out in an account of the sandbox, step by step."""

import pytest

from connector_kit.models import Installation, StaffAction
from connector_kit.publisher.roles import Role
from tests.lifecycle.fixtures import CREDENTIALS
from tests.settings_pages.browser_form import sent_by_a_browser


@pytest.fixture
def preview(shop, settings):
    """The settings name an account of the sandbox to try things out in."""
    account = shop.platform.sandbox.accounts[1]
    settings.CONNECTOR_KIT = {
        **settings.CONNECTOR_KIT,
        "preview_token": account.token,
        "preview_email": account.email,
    }
    return shop


def html(response) -> str:
    return response.content.decode()


def test_a_preview_goes_through_every_step_to_the_end_and_away_again(preview, staff):
    browser = staff()
    start = f"/console/preview/{preview.connector.slug}/"
    page = browser.post(start, {"edition": ""}, follow=True)
    here = page.request["PATH_INFO"]
    entered = {"username": "jo", **CREDENTIALS["basic"], **CREDENTIALS["token"]}
    for _ in range(10):
        if "is installed" in html(page):
            break
        form = sent_by_a_browser(html(page).partition("Uninstall preview")[0])
        for name in form:
            if name.startswith("credential:"):
                form[name] = entered[name.rpartition(".")[2]]
        action = "connect" if "/connect/" in html(page) else "run"
        page = browser.post(f"{here}{action}/", form, follow=True)
    assert "The customer now sees the settings page" in html(page)
    installation = Installation.objects.get()
    assert (installation.version, installation.sandbox) == ("1.0.0", installation.sandbox)
    listed = html(browser.get(start))
    assert installation.integration_id in listed

    page = browser.post(f"{here}end/", follow=True)
    assert "Preview uninstalled." in html(page)
    actions = StaffAction.objects.filter(action__startswith="preview.").order_by("pk")
    assert [action.action for action in actions] == ["preview.start", "preview.end"]


@pytest.mark.parametrize("edition", ["", "Premium"])
def test_a_preview_of_framework_two_goes_through_the_same_pages(preview, staff, edition):
    preview.publish("tests.lifecycle.two_1_0:Two")
    browser = staff()
    start = f"/console/preview/{preview.connector.slug}/"
    page = browser.post(start, {"edition": edition}, follow=True)
    here = page.request["PATH_INFO"]
    for _ in range(5):
        if "is installed" in html(page):
            break
        form = sent_by_a_browser(html(page).partition("Uninstall preview")[0])
        action = "connect" if "/connect/" in html(page) else "run"
        page = browser.post(f"{here}{action}/", form, follow=True)

    assert "The customer now sees the settings page" in html(page)
    assert Installation.objects.get().edition == (edition.lower() or "standard")

    page = browser.post(f"{here}end/", follow=True)
    assert "Preview uninstalled." in html(page)
    assert Installation.objects.get().vanished_at


def test_stores_of_framework_two_are_added_to_a_preview_and_removed_again(preview, staff):
    preview.publish("examples.storefronts.v1_0:Storefronts")
    browser = staff()
    start = f"/console/preview/{preview.connector.slug}/"
    page = browser.post(start, {"edition": ""}, follow=True)
    parent = page.request["PATH_INFO"]
    # A step that is refused keeps what was entered.
    user, password = "credential:http.auth.basic.username", "credential:http.auth.basic.password"
    page = browser.post(f"{parent}connect/", {"function": "ERP", user: "jo"}, follow=True)
    assert "Cannot log in without http.auth.basic.password" in html(page)
    browser.post(f"{parent}connect/", {"function": "ERP", user: "", password: "x"})
    copy = sent_by_a_browser(html(browser.get(parent)).partition("Uninstall preview")[0])
    page = browser.post(f"{parent}run/", copy, follow=True)
    assert "Version 1.0.0 is installed" in html(page)

    stores = []
    for _ in range(2):
        page = browser.post(f"{parent}store/", follow=True)
        stores.append(page.request["PATH_INFO"])
        token = {"function": "Shop", "credential:http.auth.token.token": "t"}
        page = browser.post(f"{stores[-1]}connect/", token, follow=True)
        assert "The store is installed" in html(page)
    assert "Storefront 2" in html(browser.get(parent))

    page = browser.post(f"{stores[0]}end/", follow=True)
    assert "Store removed." in html(page)
    assert "Storefront 1" not in html(page)
    browser.post(f"{parent}end/")
    assert not Installation.objects.active().exists()


def test_an_edition_that_the_listing_lacks_is_named_with_those_it_has(preview, staff):
    preview.publish("tests.lifecycle.two_1_0:Two")

    page = staff().post(f"/console/preview/{preview.connector.slug}/", {"edition": "Gold"})

    assert "It has Standard, Premium" in html(page)


def test_a_step_that_fails_says_why_and_can_be_done_again(preview, staff):
    browser = staff()
    page = browser.post(f"/console/preview/{preview.connector.slug}/", follow=True)
    here = page.request["PATH_INFO"]
    form = sent_by_a_browser(html(page).partition("Uninstall preview")[0])
    page = browser.post(f"{here}connect/", form, follow=True)
    assert "cannot log in" in html(page)
    assert "Save and test connection" in html(page)


def test_the_wizard_leaves_customers_installations_alone(preview, customer, staff):
    browser = staff()
    page = browser.get(
        f"/console/preview/{preview.connector.slug}/{customer.integration_id}/", follow=True
    )
    assert page.status_code == 503
    assert "no longer exists" in html(page)


def test_without_an_address_for_the_license_the_page_says_what_to_set(shop, staff):
    page = staff().post(f"/console/preview/{shop.connector.slug}/")
    assert page.status_code == 503
    assert "CONNECTOR_KIT_PREVIEW_EMAIL" in html(page)


def test_viewers_and_strangers_start_no_previews(preview, staff, client):
    start = f"/console/preview/{preview.connector.slug}/"
    assert client.get(start).status_code == 302
    assert staff(Role.VIEWER).get(start).status_code == 403
