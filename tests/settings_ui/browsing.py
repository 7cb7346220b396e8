"""A browser in front of pages that the test process serves itself."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from workshop.browser import DESKTOP, PATIENCE_SECONDS, browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium; its event loop must not keep the tests of this process from the database."""
    with pytest.MonkeyPatch.context() as patch, browser() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield started


@pytest.fixture
def site(live_server, settings) -> str:
    """The address of the pages."""
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def window(chromium: Browser, site: str) -> Iterator[Page]:
    """A window whose console has to stay free of errors and of refusals by the policy."""
    context = chromium.new_context(viewport=DESKTOP, base_url=site)
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


def enter(context: BrowserContext, site: str, client) -> None:
    """Give the browser the session that *client*, of Django's, has."""
    host = urlsplit(site).hostname
    context.add_cookies(
        [
            {"name": name, "value": cookie.value, "domain": host, "path": "/"}
            for name, cookie in client.cookies.items()
        ]
    )
