"""What every test may use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from connector_kit.local_redis import stop_redis
from tests.rotation import ROTATION
from tests.scheduling import Scheduling, put_longest_first
from tests.settings import HOME, database

# How long an example takes says more about the machine than about the code. In CI the default suite
# tries the same examples each time; the slow one tries others each day (`tests.rotation`).
settings.register_profile(
    "kit",
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ and ROTATION is None,
)
settings.load_profile("kit")

REAL = (
    "e2e",
    "extension/test_calls_in_processes.py",
    "extension/test_function_route.py",
    "extension/test_isolation.py",
    "extension/test_isolation_privacy.py",
    "extension/test_serve.py",
    "management/test_record_command.py",
    "sandbox/test_command.py",
    "server/test_function_processes.py",
    "server/test_local_redis.py",
    "server/test_serving.py",
    "settings_pages/test_settings_in_browser.py",
    "settings_ui/test_live_in_browser.py",
)
"""Tests that talk to processes which they start, or to a browser."""


@pytest.fixture(scope="session", autouse=True)
def _no_redis_outlives_the_tests() -> Iterator[None]:
    yield
    stop_redis(HOME)


@pytest.fixture
def strict_fields() -> bool:
    """Whether the sandbox keeps only what the published schemas have; all do with STRICT_FIELDS=1.

    Parametrize a test with it to tell its story where exports and scripts keep no external id.
    """
    return "STRICT_FIELDS" in os.environ


def pytest_configure(config: pytest.Config) -> None:
    """The slow suite is given a time: when that is over, it stops what it started, as on Ctrl-C."""
    if config.option.markexpr.startswith("chaos"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    config.option.loadscopereorder = False  # the order is that of `put_longest_first`
    return Scheduling(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("points")
        if database and "server" in getattr(item, "fixturenames", ()):
            # An SQLite in memory is one connection for all threads, as those of a server are;
            # PostgreSQL shows what is committed.
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)
        if _is_real(item.path) and not item.get_closest_marker("chaos"):
            # The machine decides when processes and browsers get on: what they do is waited for,
            # but a start may fail, or a port be taken, for reasons that are none of the kit's. They
            # get a second chance, and the summary names the first one; all others fail at once.
            item.add_marker(pytest.mark.flaky(reruns=1))
    yield
    put_longest_first(items)


def _is_real(path: Path) -> bool:
    within = path.relative_to(Path(__file__).parent).as_posix()
    return within.startswith(REAL)
