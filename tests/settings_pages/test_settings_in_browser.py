"""The settings page in a browser: one save for all of it, and nothing typed is lost in silence."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from connector_kit.models import SettingsChange
from connector_kit.publisher.actions import THE_KIT
from connector_kit.publisher.settings_links import make_link
from tests.lifecycle.settings_fixtures import chat
from tests.settings_pages.records import DOCUMENT, ORDERS, installation_with
from tests.settings_ui.browsing import chromium, enter, site, window
from workshop.browser import PHONE, serious_findings, spills_over

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["chat", "chromium", "site", "window"]


@pytest.fixture
def settings_page(window: Page, chat) -> Page:
    """The settings of an installation, opened by a customer with a link."""
    open_by_link(window, chat.installation)
    return window


def open_by_link(window: Page, installation) -> None:
    parts = urlsplit(make_link(installation, by=THE_KIT).url)
    window.goto(f"{parts.path}?{parts.query}")


def tab(page: Page, name: str):
    return page.get_by_role("navigation", name="Sections").get_by_role("link", name=name)


def unsaved(page: Page):
    return page.get_by_text("You have unsaved changes.")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()


def test_what_was_typed_stays_over_tabs_and_is_saved_with_the_rest(settings_page: Page, chat):
    page = settings_page
    expect(unsaved(page)).to_be_hidden()
    expect(tab(page, "Orders")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Currency")).to_be_hidden()
    page.get_by_label("Channel").fill("#sales")
    expect(unsaved(page)).to_be_visible()

    tab(page, "General").click()
    expect(page.get_by_label("Channel")).to_be_hidden()
    page.get_by_label("Currency").select_option("USD")
    tab(page, "Orders").click()
    expect(page.get_by_label("Channel")).to_have_value("#sales")
    page.get_by_label("On: Orders to chat").check()
    save(page)
    page.wait_for_url("**change=*")

    change = SettingsChange.objects.get()
    assert (change.values["channel"], change.values["currency"]) == ("#sales", "USD")
    assert change.flows == {"orders_to_chat": {"disabled": False}}
    expect(unsaved(page)).to_be_hidden()


def test_an_error_in_a_hidden_section_is_shown_and_leads_there(settings_page: Page):
    page = settings_page
    page.get_by_label("Lag").fill("many")
    tab(page, "General").click()
    page.get_by_label("Currency").select_option("USD")
    save(page)

    expect(page.get_by_role("alert").filter(has_text="Nothing was saved")).to_be_focused()
    tab(page, "General").click()
    expect(page.get_by_label("Lag")).to_be_hidden()
    page.get_by_role("link", name="Orders: Lag").click()
    expect(page.get_by_label("Lag")).to_be_focused()
    expect(page.get_by_label("Lag")).to_have_value("many")
    assert serious_findings(page) == []


def test_leaving_asks_while_something_is_not_saved(settings_page: Page):
    page = settings_page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == []

    page.get_by_label("Channel").fill("#sales")
    page.reload()
    assert asked == ["beforeunload"]

    page.get_by_label("Channel").fill("#sales")
    page.get_by_role("link", name="Discard changes").click()
    expect(page.get_by_label("Channel")).to_have_value("#orders")
    assert asked == ["beforeunload"]


def test_refreshing_options_keeps_the_place_and_what_was_typed(settings_page: Page):
    page = settings_page
    page.get_by_label("Channel").fill("#sales")
    page.get_by_text("Settings of Orders to chat").click()
    button = page.get_by_role("button", name="Refresh options of Listed")
    button.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 0

    button.click()

    expect(page.get_by_label("Listed").get_by_role("option", name="Refunds")).to_be_attached()
    expect(page.get_by_label("Channel")).to_have_value("#sales")
    assert page.evaluate("scrollY") == before
    expect(unsaved(page)).to_be_visible()


def test_a_page_without_a_server_says_so_and_keeps_what_was_typed(settings_page: Page):
    page = settings_page
    page.get_by_label("Channel").fill("#sales")
    page.route("**/*", lambda route: route.abort())
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("The server is not responding")
    expect(page.get_by_role("alert")).to_contain_text("UTC")
    assert serious_findings(page) == []

    page.unroute("**/*")
    expect(page.get_by_role("alert").filter(has_text="server")).to_have_count(0)
    save(page)
    page.wait_for_url("**change=*")
    assert SettingsChange.objects.get().values["channel"] == "#sales"


def test_an_expired_link_is_told_by_itself_and_a_new_one_lets_what_was_typed_be_saved(
    settings_page: Page, chat
):
    page = settings_page
    page.get_by_label("Channel").fill("#sales")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    expect(page.get_by_role("alert")).to_contain_text("Your link to these settings")
    expect(page.get_by_label("Channel")).to_have_value("#sales")

    page.context.add_cookies([cookie for cookie in cookies if cookie["name"] == "sessionid"])
    expect(page.get_by_role("alert").filter(has_text="link")).to_have_count(0)
    save(page)
    page.wait_for_url("**change=*")
    assert SettingsChange.objects.get().values["channel"] == "#sales"


def test_another_store_opens_beside_the_first_and_both_keep_what_was_typed(window: Page):
    stores = [
        {"id": "s1", "title": "DE shop", "sections": [ORDERS]},
        {"id": "s2", "title": "US shop", "sections": [ORDERS]},
    ]
    installation = installation_with({"supportsMultiStore": True, "sections": stores})
    open_by_link(window, installation)
    window.get_by_label("Channel").fill("#de")

    window.get_by_role("button", name="US shop").click()
    expect(window.get_by_role("heading", name="US shop: Orders")).to_be_visible()
    expect(window.get_by_role("heading", name="DE shop: Orders")).to_be_hidden()
    window.get_by_role("textbox", name="Channel").fill("#us")
    assert serious_findings(window) == []
    window.get_by_role("button", name="DE shop").click()

    expect(window.get_by_role("textbox", name="Channel")).to_have_value("#de")
    sent = window.evaluate("[...new FormData(document.querySelector('form[data-state]'))]")
    assert {value for name, value in sent if name.endswith("-channel")} == {"#de", "#us"}


def test_a_link_for_a_customer_is_readable_and_copied_by_a_button(window: Page, site: str, staff):
    installation = installation_with(DOCUMENT)
    enter(window.context, site, staff())
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.goto(f"/console/installations/{installation.integration_id}/")
    window.get_by_role("button", name="Create a link for the customer").click()

    link = window.get_by_label("Link", exact=True)
    assert link.evaluate("field => field.scrollHeight <= field.clientHeight")
    window.get_by_role("button", name="Copy link").click()
    expect(window.get_by_role("button", name="Copied")).to_be_visible()
    assert window.evaluate("navigator.clipboard.readText()") == link.input_value()


def test_the_page_has_no_barriers_in_any_look(settings_page: Page):
    page = settings_page
    page.get_by_label("Channel").fill("#sales")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name in ("Orders", "General"):
            tab(page, name).click()
            assert serious_findings(page) == []
    page.set_viewport_size(PHONE)
    assert serious_findings(page) == []
    assert not spills_over(page)
