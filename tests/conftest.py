"""What every test may use."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from connector_kit.local_redis import stop_redis
from tests.settings import HOME, database

# How long an example takes says more about the machine than about the code. What decides over a
# change tries the same examples each time; new ones are found while one works.
settings.register_profile(
    "kit",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("kit")


@pytest.fixture(scope="session", autouse=True)
def _no_redis_outlives_the_tests() -> Iterator[None]:
    yield
    stop_redis(HOME)


def pytest_configure(config: pytest.Config) -> None:
    """The slow suite is given a time: when that is over, it stops what it started, as on Ctrl-C."""
    if config.option.markexpr.startswith("chaos"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests commit where a server's threads read what they wrote.

    An SQLite in memory is one connection for all threads; PostgreSQL shows what is committed.
    """
    if not database:
        return
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)
