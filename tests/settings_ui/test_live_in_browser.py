"""Pages that follow what happens: they replace what changed, and say when they cannot follow."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from connector_kit.models import Installation, Push, Rollout
from tests.settings_ui.browsing import chromium, enter, site, window
from tests.settings_ui.fixtures import PASSWORD, World, operator, world
from tests.settings_ui.test_pages import at
from workshop.browser import DESKTOP, PHONE, serious_findings, spills_over

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["chromium", "operator", "site", "window", "world"]


@pytest.fixture
def rollout(world: World) -> Rollout:
    world.install(4)
    return world.roll_out(waves=("2", "rest"))


@pytest.fixture
def page(window: Page, site: str, operator, rollout: Rollout) -> Page:
    """The page of a running rollout."""
    enter(window.context, site, operator)
    window.goto(at("rollout", rollout.pk))
    return window


def update_one(rollout: Rollout) -> None:
    waiting = rollout.pushes.filter(state=Push.State.WAITING).order_by("pk")
    Push.objects.filter(pk=waiting[0].pk).update(state=Push.State.UPDATED)


def test_what_is_selected_stays_selected_while_numbers_change(page: Page, rollout: Rollout):
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#progress th'))")
    selected = page.evaluate("getSelection().toString()")
    assert selected

    update_one(rollout)

    expect(page.locator("#progress")).to_contain_text("1 updated")
    assert page.evaluate("getSelection().toString()") == selected


def test_a_question_stays_open_with_what_was_typed_while_numbers_change(
    page: Page, rollout: Rollout
):
    page.get_by_role("link", name="Abort").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("4 installations not started will stay as they are")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.type("Wrong rel")
    assert serious_findings(page) == []

    update_one(rollout)
    expect(dialog).to_contain_text("3 installations not started will stay as they are")
    page.keyboard.type("ease")
    dialog.get_by_role("button", name="Abort").click()

    expect(page.locator("#standing")).to_contain_text("aborted")
    expect(page.locator("#why")).to_contain_text("Aborted by operator: Wrong release")
    expect(page.locator("#parts")).to_contain_text("1 updated 3 not started of 4")


def test_a_question_can_be_left_without_an_answer(page: Page, rollout: Rollout):
    page.get_by_role("link", name="Abort").click()
    page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Abort").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Abort").click()
    page.get_by_role("dialog").get_by_role("button", name="Abort").click()
    expect(page.get_by_role("dialog")).to_be_visible()  # a reason is needed
    assert Rollout.objects.get().state == "running"


def test_the_rollouts_pages_have_no_barriers_in_any_look(page: Page, rollout: Rollout):
    one = rollout.pushes.order_by("pk")[0]
    Push.objects.filter(pk=one.pk).update(
        state=Push.State.FAILED, code="http_500", message="Away.", claimed_at=timezone.now()
    )
    Installation.objects.filter(pk=one.installation_id).update(update_in_progress=True)
    for scheme, size in (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        for address in (
            at("rollouts"),
            at("control", rollout.pk, "abort"),
            at("rollout", rollout.pk),
        ):
            page.goto(address)
            assert serious_findings(page) == [], address
            assert not spills_over(page), address


def test_a_server_that_is_gone_is_told_within_seconds_with_the_time_of_the_last_answer(
    page: Page, rollout: Rollout
):
    page.route("**/progress/**", lambda route: route.abort())

    expect(page.get_by_role("alert")).to_contain_text("The server is not responding")
    expect(page.get_by_role("alert")).to_contain_text("UTC")
    expect(page.locator("html")).to_have_class("stale")
    assert serious_findings(page) == []

    update_one(rollout)
    page.unroute("**/progress/**")
    expect(page.locator("#progress")).to_contain_text("1 updated")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_whoever_is_logged_out_is_told_and_comes_back_to_the_same_page(
    page: Page, rollout: Rollout
):
    here = page.url
    page.context.clear_cookies(name="sessionid")

    expect(page.get_by_role("alert")).to_contain_text("You are logged out")
    expect(page.locator("#progress")).to_contain_text("Wave 2")
    page.get_by_role("link", name="Log in and return to this page").click()
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.wait_for_url(here)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#progress")).to_contain_text("paused")


def test_back_shows_no_customers_after_logging_out(window: Page, site: str, operator, world: World):
    world.install(1)
    enter(window.context, site, operator)
    window.goto(at("installations"))
    expect(window.locator("main")).to_contain_text("customer0@example.com")
    window.get_by_role("button", name="Log out").click()
    expect(window.get_by_role("button", name="Log in")).to_be_visible()

    window.go_back()

    expect(window.get_by_role("button", name="Log in")).to_be_visible()
    assert "customer0@example.com" not in window.content()
