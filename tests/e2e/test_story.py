"""The life of an installation in a browser: install, configure, upgrade the edition, roll out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Shared
from workshop.browser import DESKTOP, PATIENCE_SECONDS, PHONE, log_in, serious_findings, spills_over
from workshop.console import PASSWORD
from workshop.field import Field
from workshop.services import Services

FIRST, SECOND = "examples.notices.v1_0:OrderNotices", "examples.notices.v1_1:OrderNotices"
STOREFRONTS, NEXT_STOREFRONTS = (
    "examples.storefronts.v1_0:Storefronts",
    "examples.storefronts.v1_1:Storefronts",
)
PUBLISHER = "publisher@example.com"
SAVED = "Saved and applied."


@dataclass
class Story:
    """A publisher with one connector, who tries it out in the sandbox."""

    field: Field

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.field.services.web_port}"

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self.field.services.run(*command)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the platform as the owner of the account that has the connector installed."""
        sandbox = self.field.services.sandbox
        answer = requests.request(
            method,
            f"{sandbox.base_url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {sandbox.publisher_token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def component(self, resource: str, integration_id: str, name: str) -> dict[str, Any]:
        [found] = [
            document
            for document in self.call("GET", f"/{resource}")
            if document.get("_integrationId") == integration_id and document["externalId"] == name
        ]
        return found


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared[Story]]:
    @contextmanager
    def make() -> Iterator[Story]:
        folder = tmp_path_factory.mktemp("story")
        settings = {"DEBUG": "0", "CONNECTOR_KIT_PREVIEW_EMAIL": PUBLISHER}
        with Services(folder, accounts=1, settings=settings, web_workers=1) as services:
            field, password = Field.start(services), "--password-stdin"
            services.run("staff", "add", "operator", "--role", "operator", password, stdin=PASSWORD)
            yield Story(field)

    stories = Shared(make)
    yield stories
    stories.stop()


@pytest.fixture
def story(request: pytest.FixtureRequest, stories: Shared[Story]) -> Story:
    """The publisher of both stories, each of another connector."""
    return stories.for_test(request)


def opened(chromium: Browser, story: Story, **looks: Any) -> Page:
    context = chromium.new_context(viewport=DESKTOP, base_url=story.address, **looks)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    return context.new_page()


def test_from_the_first_step_of_installing_to_a_finished_rollout(
    chromium: Browser, story: Story
) -> None:
    story.field.publish(FIRST)
    staff = opened(chromium, story)
    log_in(staff, story.address, "operator", PASSWORD)
    integration_id = install(staff, story)
    customer = opened(chromium, story)
    configure(staff, customer, story, integration_id)
    upgrade(staff, customer, story, integration_id)
    roll_out(staff, customer, story, integration_id)
    for page in (staff, customer):
        page.context.close()


def install(staff: Page, story: Story) -> str:
    """Go through the install wizard, as a customer will."""
    staff.goto(f"/console/connectors/{story.field.slug}/")
    staff.get_by_role("link", name="Try the install wizard").click()
    staff.get_by_label("License edition").fill("standard")
    staff.get_by_role("button", name="Start preview").click()
    assert_usable(staff)

    staff.get_by_role("button", name="Save and test connection").click()
    expect(staff.locator(".messages .error")).to_contain_text("cannot log in")
    staff.get_by_label("basic username").fill("jo")
    staff.get_by_label("basic password").fill("the-shop-s-own")
    staff.get_by_role("button", name="Save and test connection").click()
    staff.get_by_label("token token").fill("the-chat-s-own")
    staff.get_by_role("button", name="Save and test connection").click()
    expect(staff.locator("main")).to_contain_text("is installed. The customer now sees")
    return id_in(staff)


def id_in(page: Page) -> str:
    """The integration that the address of *page* names."""
    return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]


def configure(staff: Page, customer: Page, story: Story, integration_id: str) -> None:
    """Send the customer a link, who saves something wrong first, and then something right."""
    staff.goto(f"/console/installations/{integration_id}/")
    staff.get_by_role("button", name="Create a link for the customer").click()
    link = staff.get_by_label("Link", exact=True).input_value()
    customer.goto(link)
    expect(customer.get_by_role("heading", level=2)).to_have_text("Orders")
    expect(customer.get_by_role("link", name="Digest")).to_have_count(0)
    assert_usable(customer)

    expect(customer.get_by_label("From amount")).to_be_hidden()
    customer.locator("#id_f-which").select_option("large")
    expect(customer.get_by_label("From amount")).to_be_visible()
    customer.get_by_label("Channel").fill("#sales")
    customer.get_by_label("From amount").fill("many")
    customer.get_by_role("button", name="Save").last.click()
    expect(customer.get_by_role("alert")).to_be_focused()
    expect(customer.get_by_role("alert")).to_contain_text("From amount")
    expect(customer.get_by_label("Channel")).to_have_value("#sales")
    assert_usable(customer)

    customer.get_by_label("From amount").fill("100")
    customer.get_by_role("button", name="Save").last.click()
    expect(customer.locator("#change")).to_contain_text(SAVED)
    expect(customer.get_by_label("From amount")).to_have_value("100")
    notice = story.component("imports", integration_id, "notice")
    assert notice["http"]["body"] == ['{"channel": "#sales"}']

    customer.get_by_label("On: Tell").uncheck()
    customer.get_by_text("Settings of Tell").click()
    customer.get_by_role("button", name=re.compile("Add row")).click()
    row = customer.locator("[data-rows] tbody tr").last
    row.get_by_role("textbox").first.fill("c1")
    row.get_by_role("textbox").last.fill("Jo's shop")
    customer.get_by_label("Schedule (cron): Tell").fill("? 99 * ? * *")
    customer.get_by_role("button", name="Save").last.click()
    expect(customer.get_by_label("Schedule (cron): Tell")).to_have_attribute("aria-invalid", "true")
    customer.get_by_label("Schedule (cron): Tell").fill("? 30 6 ? * *")
    customer.get_by_role("button", name="Save").last.click()
    expect(customer.locator("#change")).to_contain_text(SAVED)
    expect(customer.locator("main")).to_contain_text("At 06:30 every day")
    flow = story.component("flows", integration_id, "tell")
    assert (flow["disabled"], flow["schedule"]) == (True, "? 30 6 ? * *")
    [names] = story.component("imports", integration_id, "notice")["lookups"]
    assert names["map"] == {"c1": "Jo's shop"}


def upgrade(staff: Page, customer: Page, story: Story, integration_id: str) -> None:
    """Sell the higher edition; the customer takes it up, and sees what it has."""
    story.manage("license", "reconcile", story.field.slug)
    staff.goto("/console/licenses/")
    staff.get_by_role("link", name="publisher@example.com").click()
    assert_usable(staff)
    staff.get_by_text("Change edition").first.click()
    staff.get_by_label("Edition").select_option("premium")
    staff.get_by_role("button", name="Change edition").click()
    expect(staff.locator(".messages .success")).to_contain_text("done")

    [license_] = story.call("GET", f"/connectors/{story.field.connector_id}/licenses")
    assert license_["opts"]["connectorEdition"] == "premium"
    body = {"licenseOpts": license_["opts"], "_integrationId": integration_id}
    assert story.call("PUT", f"/integrations/{integration_id}/settings/changeEdition", body)[
        "success"
    ]

    customer.goto(f"/settings/{integration_id}/")
    customer.get_by_role("link", name="Digest").click()
    expect(customer.get_by_label("Title of the digest")).to_have_value("Orders of the day")
    expect(customer.locator("main")).to_contain_text("Tell of the day")
    customer.get_by_role("link", name="Orders").click()
    expect(customer.get_by_label("Channel")).to_have_value("#sales")


def roll_out(staff: Page, customer: Page, story: Story, integration_id: str) -> None:
    """Publish the next version and watch it arrive; what the customer has set stays."""
    story.field.publish(SECOND)
    update_all(staff, story)

    customer.goto(f"/settings/{integration_id}/")
    customer.get_by_role("link", name="Details").click()
    expect(customer.get_by_label("With a link to the order")).not_to_be_checked()
    customer.get_by_role("link", name="Orders").click()
    expect(customer.get_by_label("From amount")).to_have_value("100")
    assert story.call("GET", f"/integrations/{integration_id}")["version"] == "1.1.0"
    assert story.component("flows", integration_id, "tell")["schedule"] == "? 30 6 ? * *"


def update_all(staff: Page, story: Story) -> None:
    """Roll the newest release out to the only installation that there is, with all its stores."""
    staff.goto(f"/console/rollouts/new/?connector={story.field.slug}")
    staff.get_by_role("button", name="Preview").click()
    expect(staff.get_by_role("status").first).to_contain_text("1 of 1 installation")
    staff.get_by_role("button", name="Start the rollout").click()
    expect(staff.locator("#progress .badge").first).to_have_text("completed", timeout=120_000)


def test_stores_of_framework_2_from_the_wizard_to_an_update_and_away(
    chromium: Browser, story: Story
) -> None:
    story.field.publish(STOREFRONTS)
    staff = opened(chromium, story)
    log_in(staff, story.address, "operator", PASSWORD)
    parent = install_shared_part(staff, story)
    stores = [add_store(staff, story, parent, number) for number in (1, 2)]
    customer = opened(chromium, story)
    for number, store in enumerate(stores, start=1):
        configure_store(staff, customer, story, store, number)
    story.manage("installbase", "sync", story.field.slug)
    look_at(staff, parent, stores)

    story.field.publish(NEXT_STOREFRONTS)
    update_all(staff, story)
    for number, store in enumerate(stores, start=1):
        assert story.call("GET", f"/integrations/{store}")["version"] == "1.1.0"
        assert story.component("flows", store, "sync_refunds")
        orders = story.component("exports", store, "orders")
        assert orders["http"]["relativeURI"] == f"/orders/{number}"

    remove_store(staff, story, parent, stores[0])
    for page in (staff, customer):
        page.context.close()


def install_shared_part(staff: Page, story: Story) -> str:
    """Take the steps of the parent; what was entered survives a step that is refused."""
    staff.goto(f"/console/preview/{story.field.slug}/")
    staff.get_by_role("button", name="Start preview").click()
    staff.get_by_label("basic username").fill("jo")
    staff.get_by_role("button", name="Save and test connection").click()
    expect(staff.locator(".messages .error")).to_contain_text("cannot log in")
    staff.get_by_label("basic password").fill("the-erp-s-own")
    staff.get_by_role("button", name="Save and test connection").click()
    staff.get_by_role("button", name="Install", exact=True).click()
    expect(staff.locator("main")).to_contain_text("Version 1.0.0 is installed")
    assert_usable(staff)
    return id_in(staff)


def add_store(staff: Page, story: Story, parent: str, number: int) -> str:
    """Add a store on the wizard's page of its parent, and take its steps."""
    staff.goto(f"/console/preview/{story.field.slug}/{parent}/")
    staff.get_by_role("button", name="Add a store").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text(f"Adding Storefront {number}")
    staff.get_by_label("token token").fill(f"token-{number}")
    staff.get_by_role("button", name="Save and test connection").click()
    expect(staff.locator("main")).to_contain_text("The store is installed")
    return id_in(staff)


def configure_store(staff: Page, customer: Page, story: Story, store: str, number: int) -> None:
    """Let the customer save the settings of one store on a page of its own."""
    staff.goto(f"/console/installations/{store}/")
    staff.get_by_role("button", name="Create a link for the customer").click()
    customer.goto(staff.get_by_label("Link", exact=True).input_value())
    expect(customer.get_by_role("heading", level=1)).to_have_text(
        f"Settings of Storefront {number}"
    )
    customer.get_by_label("Path of new orders").fill(f"/orders/{number}")
    customer.get_by_role("button", name="Save").last.click()
    expect(customer.locator("#change")).to_contain_text(SAVED)
    orders = story.component("exports", store, "orders")
    assert orders["http"]["relativeURI"] == f"/orders/{number}"


def look_at(staff: Page, parent: str, stores: list[str]) -> None:
    """Find parent and stores in the install base, told apart and leading to each other."""
    staff.goto("/console/installations/?stores=only")
    names = [re.compile(f"Storefront {number} of {PUBLISHER}") for number in (1, 2)]
    expect(staff.locator("tbody th a")).to_have_text(names)
    staff.get_by_role("link", name="Storefront 2").click()
    assert id_in(staff) == stores[1]
    staff.get_by_role("link", name=PUBLISHER).first.click()
    assert id_in(staff) == parent
    expect(staff.get_by_role("link", name="Storefront 1", exact=True)).to_be_visible()
    assert_usable(staff)


def remove_store(staff: Page, story: Story, parent: str, store: str) -> None:
    """Remove one store; the other and the parent stay."""
    staff.goto(f"/console/preview/{story.field.slug}/{store}/")
    staff.get_by_role("button", name="Remove this store").click()
    expect(staff.locator(".messages .success")).to_contain_text("Store removed")
    staff.goto(f"/console/installations/{parent}/")
    expect(staff.get_by_role("link", name="Storefront 2", exact=True)).to_be_visible()
    expect(staff.get_by_role("link", name="Storefront 1", exact=True)).to_have_count(0)


def assert_usable(page: Page) -> None:
    """Nothing serious is found by axe, in any look, and a phone need not scroll sideways."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert serious_findings(page) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert not spills_over(page)
    assert serious_findings(page) == []
    page.set_viewport_size(DESKTOP)
