"""A browser in front of a whole installation: web, worker, beat, Redis, and the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from workshop.browser import DESKTOP, PATIENCE_SECONDS, browser, log_in
from workshop.console import PASSWORD, ConsoleField, start
from workshop.services import Services

ACCOUNTS = 6


class Consoles:
    """The console that tests share, until one of them fails."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._tmp_path_factory = tmp_path_factory
        self._stack = ExitStack()
        self._running: ConsoleField | None = None

    def running(self) -> ConsoleField:
        """A console with six installations, two of them updated."""
        if self._running is None:
            folder = self._tmp_path_factory.mktemp("console")
            services = Services(folder, accounts=ACCOUNTS, settings={"DEBUG": "0"}, web_workers=1)
            self._running = start(self._stack.enter_context(services))
        return self._running

    def stop(self) -> None:
        self._running = None
        self._stack.close()


@pytest.fixture(scope="package")
def consoles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consoles]:
    consoles = Consoles(tmp_path_factory)
    yield consoles
    consoles.stop()


@pytest.fixture
def console(request: pytest.FixtureRequest, consoles: Consoles) -> ConsoleField:
    """The console of all tests; a second chance gets one in which nothing has happened yet."""
    if request.node.execution_count > 1:
        consoles.stop()
    return consoles.running()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def stranger(chromium: Browser, console: ConsoleField) -> Iterator[Page]:
    """A browser in which nobody has logged in; its console and its requests have to be clean."""
    context = chromium.new_context(viewport=DESKTOP, base_url=console.address)
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
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
