"""What every test may use."""

from collections.abc import Iterator

import pytest

from connector_kit.embedded import stop_redis
from tests.settings import HOME


@pytest.fixture(scope="session", autouse=True)
def _no_redis_outlives_the_tests() -> Iterator[None]:
    yield
    stop_redis(HOME)
