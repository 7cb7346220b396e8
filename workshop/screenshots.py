"""Pictures of every page of the console, for the docs: ``make screenshots``.

A complete server runs for them, with the sandbox as the platform, so that the pictures show the
real pages.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from workshop.browser import DESKTOP, PHONE, browser, log_in
from workshop.console import PASSWORD, ConsoleField, start
from workshop.edits import PAGE_SIZE
from workshop.services import ROOT, Services

FOLDER = ROOT / "docs" / "screenshots"
ACCOUNTS = 12
PUBLISHER = "publisher@example.com"
"""Whose account the sandbox's publisher token belongs to."""
NOTICES = "examples.notices.v1_0:OrderNotices"
AT_MOST = 2_000_000
"""Bytes of all pictures together; they live in the repository."""

PAGES = {
    "overview": "",
    "connectors": "connectors/",
    "connector": "connectors/{slug}/",
    "release": "connectors/{slug}/1.1.0/?against=1.0.0",
    "install-base": "installations/",
    "installation": "installations/{example}/",
    "changes": "installations/{example}/changes/",
    "operations": "installations/{example}/operations/",
    "licenses": "licenses/",
    "license": "licenses/1/",
    "license-calendar": "licenses/calendar/?month={month}",
    "rollouts": "rollouts/",
    "rollout": "rollouts/2/",
    "rollout-installations": "rollouts/2/installations/",
    "audit-log": "audit/",
}
"""The pages that only have to be opened."""

LOOKS = {"install-base", "rollout"}
"""Those that are also shown in the dark and on a phone."""


def main() -> int:
    """Take the pictures; returns 1 when they are too large to keep."""
    home = Path(tempfile.mkdtemp(prefix="connector-kit-screenshots-"))
    try:
        settings = {"DEBUG": "0", "CONNECTOR_KIT_PREVIEW_EMAIL": PUBLISHER}
        with Services(home, accounts=ACCOUNTS, settings=settings) as services:
            field = start(services)
            with browser() as chromium:
                page = chromium.new_page(viewport=DESKTOP)
                taken = sorted(_take_all(page, field))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for old in set(FOLDER.glob("*.png")) - set(taken):
        old.unlink()
    size = sum(path.stat().st_size for path in taken)
    print(f"{len(taken)} pictures, {size // 1000} kB, in {FOLDER.relative_to(ROOT)}")
    return int(size > AT_MOST)


def _take_all(page: Page, field: ConsoleField) -> Iterator[Path]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.goto(f"{field.address}/console/")
    yield _take(page, "log-in")
    log_in(page, field.address, "admin", PASSWORD)
    yield from _drift(page, field)
    yield from _rollout(page, field)
    month = f"{datetime.now(UTC) + timedelta(days=365):%Y-%m}"
    for name, path in PAGES.items():
        words = {"slug": field.field.slug, "example": field.example, "month": month}
        page.goto(f"{field.address}/console/{path.format(**words)}")
        yield _take(page, name)
        if name in LOOKS:
            yield from _other_looks(page, name)
    yield from _settings(page, field)


def _settings(page: Page, field: ConsoleField) -> Iterator[Path]:
    """A connector with settings: its install wizard, and what its customers see then."""
    field.field.services.run("publish", NOTICES)
    page.goto(f"{field.address}/console/preview/order-notices/")
    page.get_by_label("License edition").fill("premium")
    page.get_by_role("button", name="Start preview").click()
    yield _take(page, "install-wizard")
    shop, chat = {"basic username": "jo", "basic password": "secret"}, {"token token": "secret"}
    for entered in (shop, chat):
        for label, value in entered.items():
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Save and test connection").click()
    page.get_by_text("Installed").wait_for()
    integration_id = urlsplit(page.url).path.rstrip("/").rpartition("/")[2]
    page.goto(f"{field.address}/settings/{integration_id}/")
    page.locator("#id_f-which").select_option("large")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("alert").wait_for()
    yield _take(page, "settings")
    yield from _other_looks(page, "settings")
    page.get_by_text("Settings of Tell").click()
    page.get_by_text("Settings of Tell").scroll_into_view_if_needed()
    yield _take(page, "settings-flow")


def _drift(page: Page, field: ConsoleField) -> Iterator[Path]:
    """A customer changes something, and is asked."""
    customer = field.field.customers[0]
    mine = (
        document
        for document in customer.documents("exports")
        if document.get("_integrationId") == customer.integration_id
    )
    customer.change("exports", next(mine)["externalId"], ("pageSize",), PAGE_SIZE)
    page.goto(f"{field.address}/console/installations/{customer.integration_id}/")
    page.get_by_role("button", name="Check for drift").click()
    _wait_until(page, "done")
    yield _take(page, "dry-run")


def _rollout(page: Page, field: ConsoleField) -> Iterator[Path]:
    """A rollout from its form to its end."""
    page.goto(f"{field.address}/console/rollouts/new/")
    yield _take(page, "new-rollout-connector")
    page.get_by_label("Connector").select_option(label=field.field.slug)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("In parallel").fill("2")
    page.get_by_role("button", name="Preview").click()
    yield _take(page, "new-rollout")
    page.get_by_role("button", name="Start the rollout").click()
    page.get_by_role("button", name="Pause").click()
    _wait_until(page, "paused")
    yield _take(page, "rollout-paused")
    page.get_by_role("link", name="Resume").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Nothing is wrong")
    yield _take(page, "rollout-resume")
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    _wait_until(page, "completed")


def _wait_until(page: Page, state: str) -> None:
    """Wait until the page says that the rollout as a whole is in that *state*."""
    page.locator("#progress > p .badge", has_text=state).wait_for(timeout=120_000)


def _other_looks(page: Page, name: str) -> Iterator[Path]:
    page.emulate_media(color_scheme="dark")
    yield _take(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    yield _take(page, f"{name}-phone")
    page.set_viewport_size(DESKTOP)


def _take(page: Page, name: str) -> Path:
    """Take a picture of the part of *page* that fits a screen."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled", scale="css")
    return path


if __name__ == "__main__":
    sys.exit(main())
