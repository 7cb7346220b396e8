"""What every test may use."""

import os
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have tests commit where a server's threads read what they wrote.

    An SQLite in memory is one connection for all threads; PostgreSQL shows what is committed.
    """
    if not database:
        return
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)
