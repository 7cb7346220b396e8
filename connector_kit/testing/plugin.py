"""Fixtures for pytest: ``pytest_plugins = ["connector_kit.testing.plugin"]`` in conftest.py.

Name what is tested with ``@pytest.mark.connector("package.module:Class")``, or with a fixture
``connector`` of your own. Installing the kit does not activate the fixtures, as their names are
common.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector_kit.adoption.loading import load_object
from connector_kit.sandbox import Sandbox
from connector_kit.testing.accounts import Account
from connector_kit.testing.platform import Platform
from connector_kit.testing.running import RunningStack

_MARKS = (
    "connector(target): what is tested, as a class, a module or package.module[:name]",
    "sandbox(**options): how the sandbox is started, as in accounts=5 or page_size=2",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)


@pytest.fixture
def connector(request: pytest.FixtureRequest) -> object:
    """What is tested: what the mark ``connector`` names. To be replaced by one's own."""
    mark = request.node.get_closest_marker("connector")
    if mark is None or not mark.args:
        raise pytest.UsageError(
            'Nothing says what is tested: mark it with @pytest.mark.connector("package.module"), '
            "or define a fixture connector that returns it."
        )
    (target,) = mark.args
    return load_object(target) if isinstance(target, str) else target


@pytest.fixture
def platform(connector: object) -> Platform:
    """The platform, which calls functions of `connector` in this process."""
    return Platform(connector)


@pytest.fixture
def stack(connector: object) -> Iterator[RunningStack]:
    """A running stack that serves the functions of `connector` over HTTP, from this process."""
    with RunningStack(connector) as running:
        yield running


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A local integrator.io with three customers and without a rate limit, new for every test.

    ``@pytest.mark.sandbox(accounts=5, bucket=100)`` chooses otherwise.
    """
    mark = request.node.get_closest_marker("sandbox")
    with Sandbox(**{"bucket": 0, **(mark.kwargs if mark else {})}) as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Account]:
    """The account of the sandbox's first customer."""
    account = Account(sandbox)
    yield account
    account.close()
