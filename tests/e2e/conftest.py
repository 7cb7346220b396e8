"""A browser in front of a whole installation: web, worker, beat, Redis, and the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Generic, TypeVar

import pytest
from playwright.sync_api import Browser, Page

from workshop.browser import DESKTOP, PATIENCE_SECONDS, browser, log_in
from workshop.console import PASSWORD, ConsoleField, start
from workshop.services import Services

ACCOUNTS = 6


T = TypeVar("T")


class Shared(Generic[T]):
    """What tests share, until one of them fails: a second chance gets one that is fresh."""

    def __init__(self, make: Callable[[], AbstractContextManager[T]]) -> None:
        self._make = make
        self._stack = ExitStack()
        self._running: T | None = None

    def for_test(self, request: pytest.FixtureRequest) -> T:
        if request.node.execution_count > 1:
            self.stop()
        if self._running is None:
            self._running = self._stack.enter_context(self._make())
        return self._running

    def stop(self) -> None:
        self._running = None
        self._stack.close()


@pytest.fixture(scope="package")
def consoles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared[ConsoleField]]:
    @contextmanager
    def make() -> Iterator[ConsoleField]:
        folder = tmp_path_factory.mktemp("console")
        settings = {"DEBUG": "0"}
        with Services(folder, accounts=ACCOUNTS, settings=settings, web_workers=1) as services:
            yield start(services)

    consoles = Shared(make)
    yield consoles
    consoles.stop()


@pytest.fixture
def console(request: pytest.FixtureRequest, consoles: Shared[ConsoleField]) -> ConsoleField:
    """The console of all tests: six installations, two of them updated."""
    return consoles.for_test(request)


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
