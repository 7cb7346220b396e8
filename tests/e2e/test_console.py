"""The console in a browser: what staff do, from logging in to watching a rollout end."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from workshop.browser import DESKTOP, PHONE, serious_findings, spills_over
from workshop.console import ConsoleField
from workshop.edits import PAGE_SIZE

Member = Callable[[str], Page]


def heading(page: Page, name: str | re.Pattern[str]):
    return page.get_by_role("heading", name=name)


def state(page: Page):
    return page.locator("#progress .badge").first


def test_a_stranger_has_to_log_in_and_comes_where_they_wanted(stranger: Page, console) -> None:
    stranger.goto("/console/installations/")
    expect(heading(stranger, "Log in")).to_be_visible()

    stranger.get_by_label("Username").fill("viewer")
    stranger.get_by_label("Password").fill("wrong")
    stranger.get_by_role("button", name="Log in").click()
    expect(stranger.get_by_role("alert")).to_contain_text("correct username and password")

    stranger.get_by_label("Password").fill("a password for the tests only")
    stranger.get_by_role("button", name="Log in").click()
    expect(heading(stranger, "Install base")).to_be_visible()


def test_the_keyboard_leads_past_the_navigation_and_through_it(member: Member) -> None:
    page = member("viewer")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.get_by_role("link", name="Install base").focus()
    page.keyboard.press("Enter")
    expect(heading(page, "Install base")).to_be_visible()
    expect(page.get_by_role("link", name="Install base")).to_have_attribute("aria-current", "page")


def test_the_install_base_is_searched_and_counted(member: Member, console: ConsoleField) -> None:
    page = member("viewer")
    page.goto("/console/installations/")
    expect(page.get_by_role("status").first).to_contain_text("6 installations")
    expect(page.locator(".chart svg").last).to_be_visible()

    customer = console.field.customers[0]
    page.get_by_role("searchbox").fill(customer.email.upper())
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").first).to_contain_text("1 installation")
    page.locator("tbody th a").click()
    expect(page.locator("main")).to_contain_text(customer.integration_id)
    expect(page.locator("main")).to_contain_text("1.1.0")


def test_a_viewer_finds_no_buttons_and_is_refused_what_they_would_do(member: Member) -> None:
    page = member("viewer")
    page.goto("/console/rollouts/1/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rollout 1")
    expect(page.get_by_role("link", name="Audit log")).to_have_count(0)

    page.goto("/console/rollouts/new/")
    expect(heading(page, "Not allowed")).to_be_visible()


def test_a_drift_check_shows_what_the_customer_changed(
    member: Member, console: ConsoleField
) -> None:
    customer = console.field.customers[1]
    export = next(
        document
        for document in customer.documents("exports")
        if document.get("_integrationId") == customer.integration_id
    )
    customer.change("exports", export["externalId"], ("pageSize",), PAGE_SIZE)
    page = member("operator")
    page.goto(f"/console/installations/{customer.integration_id}/")

    page.get_by_role("button", name="Check for drift").click()

    expect(state(page)).to_have_text("done", timeout=60_000)
    expect(page.locator("main")).to_contain_text(f"found {PAGE_SIZE}")
    page.goto(f"/console/installations/{customer.integration_id}/")
    expect(page.locator("main")).to_contain_text(f"found {PAGE_SIZE}")


def test_a_rollout_is_previewed_tried_paused_resumed_and_watched_to_its_end(
    member: Member, console: ConsoleField
) -> None:
    page = member("operator")
    page.get_by_role("link", name="Rollouts").click()
    page.get_by_role("link", name="New rollout").click()
    page.get_by_label("Connector").select_option(label=console.field.slug)
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Waves").fill("half of them")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_label("Waves")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("main")).to_contain_text("is not the size of a wave")

    page.get_by_label("Waves").fill("1, rest")
    page.get_by_label("In parallel").fill("1")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").first).to_contain_text("4 of 6 installations")
    expect(page.get_by_role("row", name="Wave 2")).to_be_visible()

    page.get_by_role("button", name=re.compile("Dry run")).click()
    expect(state(page)).to_have_text("done", timeout=60_000)
    expect(page.locator("main .card")).to_have_count(4)
    expect(page.locator("main .card").first).to_contain_text("planned")

    page.go_back()
    page.get_by_role("button", name="Start the rollout").click()
    expect(page.locator(".messages")).to_contain_text("Started")
    page.get_by_role("button", name="Pause").click()
    expect(state(page)).to_have_text("paused")
    expect(page.locator("#progress")).to_contain_text("Paused by operator")

    page.get_by_role("link", name="Resume").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("not started will be updated")
    question.get_by_label("Reason").fill("Nothing is wrong")
    question.get_by_role("button", name="Resume").click()
    expect(state(page)).to_have_text("completed", timeout=120_000)
    expect(page.locator("#parts")).to_contain_text("4 updated 2 already current of 6")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("rollout.resume")
    assert {customer.integration()["version"] for customer in console.field.customers} == {"1.1.0"}


PAGES = (
    "",
    "connectors/",
    "connectors/commerce-hub/",
    "connectors/commerce-hub/1.1.0/?against=1.0.0",
    "installations/",
    "installations/?words=nobody&connector=nothing",
    "installations/{example}/",
    "installations/{example}/changes/",
    "installations/{example}/operations/",
    "licenses/",
    "licenses/?standing=nothing",
    "licenses/new/",
    "licenses/calendar/",
    "licenses/1/",
    "preview/commerce-hub/",
    "rollouts/",
    "rollouts/new/",
    "rollouts/new/?connector=commerce-hub",
    "rollouts/1/",
    "rollouts/1/installations/",
    "audit/",
    "nothing/here/",
)
LOOKS = {
    "light": ("light", DESKTOP),
    "dark": ("dark", DESKTOP),
    "phone": ("light", PHONE),
}


def test_every_page_is_free_of_serious_barriers_in_every_look(
    member: Member, console: ConsoleField
) -> None:
    page = member("admin")

    findings = {}
    for name in PAGES:
        page.goto(f"/console/{name.format(example=console.example)}")
        for look, (scheme, size) in LOOKS.items():
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            findings[name, look] = serious_findings(page) + ["spills over"] * spills_over(page)

    assert {where: found for where, found in findings.items() if found} == {}


def test_the_log_in_page_is_free_of_serious_barriers(stranger: Page) -> None:
    stranger.goto("/console/")

    assert serious_findings(stranger) == []
