"""A real browser for tests and screenshots: Debian's Chromium, driven by Playwright.

``python -m workshop.browser`` installs it where it is missing and can be installed, and says in one
line what is missing where it cannot.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from workshop import debian
from workshop.debian import PackageMissing

NAMES = ("chromium", "chromium-browser", "google-chrome")

FLAGS = (
    "--no-sandbox",  # Chromium's own; tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

DESKTOP: ViewportSize = {"width": 1200, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}

PATIENCE_SECONDS = 60
"""How long a page may take to show what a test waits for; machines are busy at times."""

SERIOUS = ("serious", "critical")
"""The impacts, in axe's words, that no page may have."""


def chromium() -> str:
    """The path of Chromium; installs it with apt where that is possible.

    Raises `PackageMissing`.
    """
    if found := _installed():
        return found
    debian.install("chromium", "tests of the pages need it")
    if found := _installed():
        return found
    raise PackageMissing("Chromium was installed, and is not found: is it on PATH?")


def _installed() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with a fresh profile, gone with everything it stored at the end."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), headless=True, args=[*FLAGS]
        )
        try:
            yield started
        finally:
            started.close()


def serious_findings(page: Page) -> list[str]:
    """What axe finds on *page* that keeps people from using it, each with the place."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: "
        f"{node['target']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def spills_over(page: Page) -> bool:
    """Whether *page* must be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


def log_in(page: Page, address: str, name: str, password: str) -> None:
    """Log in to the console at *address* by its page."""
    page.goto(f"{address}/console/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", level=1, name="Overview").wait_for()


def main() -> int:
    """Say where the browser is, or what is missing."""
    try:
        chromium()
    except PackageMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
