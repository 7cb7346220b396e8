"""A browser in front of a whole installation: web, worker, beat, Redis, and the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from workshop.browser import DESKTOP, browser, log_in
from workshop.console import PASSWORD, ConsoleField, start
from workshop.services import Services

ACCOUNTS = 6
SECONDS = 30
"""How long a page may take to say what a test waits for; machines are busy at times."""


@pytest.fixture(scope="package")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleField]:
    """A console with six installations, two of them updated."""
    folder = tmp_path_factory.mktemp("console")
    with Services(folder, accounts=ACCOUNTS, settings={"DEBUG": "0"}, web_workers=1) as services:
        yield start(services)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def stranger(chromium: Browser, console: ConsoleField) -> Iterator[Page]:
    """A browser in which nobody has logged in; its console and its requests have to be clean."""
    context = chromium.new_context(viewport=DESKTOP, base_url=console.address)
    context.set_default_timeout(SECONDS * 1000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None,
    )
    yield page
    context.close()
    assert not troubles


@pytest.fixture
def member(stranger: Page, console: ConsoleField) -> Callable[[str], Page]:
    """Logs a member of the staff in, by role."""

    def entered(role: str) -> Page:
        log_in(stranger, console.address, role, PASSWORD)
        return stranger

    return entered
