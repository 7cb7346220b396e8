"""Pages that follow what happens: they replace what changed, and say when they cannot follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from connector_kit.models import Push, Rollout
from tests.settings_ui.browsing import chromium, enter, site, window
from tests.settings_ui.fixtures import PASSWORD, World, operator, world
from tests.settings_ui.test_pages import at
from workshop.browser import serious_findings

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.django_db(transaction=True)]

__all__ = ["chromium", "operator", "site", "window", "world"]


@pytest.fixture
def rollout(world: World) -> Rollout:
    world.install(4)
    return world.roll_out(waves=["2", "rest"])


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


def test_a_server_that_is_gone_is_told_within_seconds_with_the_time_of_the_last_answer(
    page: Page, rollout: Rollout
):
    page.route("**/progress/**", lambda route: route.abort())

    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
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
    page.get_by_role("link", name="Log in and come back here").click()
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.wait_for_url(here)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("#progress")).to_contain_text("paused")
