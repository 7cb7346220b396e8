"""Fixtures for pytest: ``pytest_plugins = ["connector_kit.testing.plugin"]`` in conftest.py.

Name what is tested with ``@pytest.mark.connector("package.module:Class")``, or with a fixture
``connector`` of your own. Installing the kit does not activate the fixtures, as their names are
common.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from connector_kit.adoption.loading import load_connector, load_object
from connector_kit.blueprint import Connector, compile_connector
from connector_kit.sandbox import Sandbox
from connector_kit.testing.accounts import Account
from connector_kit.testing.platform import Platform
from connector_kit.testing.running import SYSTEM_TOKEN, RunningStack

if TYPE_CHECKING:
    from connector_kit.testing.installed import InstalledConnector

_MARKS = (
    "connector(target, former=()): what is tested, as package.module[:name]; its former versions",
    "sandbox(**options): how the sandbox is started, as in accounts=5 or page_size=2",
    "every_edition: repeat the test with `installation` in each edition",
    "every_upgrade: repeat the test with `installation` updated from each former version",
)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    for mark in _MARKS:
        config.addinivalue_line("markers", mark)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat tests for each edition, and for each former version."""
    test = metafunc.definition
    mark = test.get_closest_marker("connector")
    if test.get_closest_marker("every_edition"):
        if mark is None:
            raise pytest.UsageError('every_edition needs @pytest.mark.connector("package.module").')
        declared = _class_in(mark.args[0])
        metafunc.parametrize(
            "edition", [edition.name for edition in compile_connector(declared).editions]
        )
    if test.get_closest_marker("every_upgrade"):
        former = mark.kwargs.get("former", ()) if mark else ()
        if not former:
            raise pytest.UsageError(
                "every_upgrade needs @pytest.mark.connector(..., former=[...])."
            )
        metafunc.parametrize("former", former, ids=str)


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


def _class_in(thing: Any) -> type[Connector]:
    """Return the class that *thing* is, names, or is the module of."""
    if isinstance(thing, type):
        return thing
    return load_connector(thing if isinstance(thing, str) else thing.__name__)


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


@pytest.fixture
def edition() -> str | None:
    """The edition that `installation` has, by its attribute in the class; None is the lowest."""
    return None


@pytest.fixture
def former() -> object:
    """The version that `installation` is updated from; None is none."""
    return None


@pytest.fixture(scope="session")
def stack_server(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:  # noqa: ARG001
    """Where the kit's own server answers, over the tests' database, for all tests."""
    from pytest_django.live_server_helper import LiveServer  # noqa: PLC0415 - needs Django

    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        yield server.url
        server.stop()


@pytest.fixture
def installation(
    request: pytest.FixtureRequest,
    connector: Any,
    edition: str | None,
    former: Any,
    stack_server: str,
    transactional_db: None,  # noqa: ARG001 - the server has connections of its own
    settings: Any,
) -> Iterator[InstalledConnector]:
    """`connector`, published and installed in the sandbox, whose applications answer.

    Needs pytest-django, with ``DJANGO_SETTINGS_MODULE = "connector_kit.testing.settings"``.
    """
    # Models need Django, which only this fixture does.
    from connector_kit.testing.installed import InstalledConnector  # noqa: PLC0415

    mark = request.node.get_closest_marker("sandbox")
    settings.ROOT_URLCONF = "connector_kit.testing.served_urls"
    options = {"bucket": 0, "applications": True, **(mark.kwargs if mark else {})}
    with Sandbox(**options) as sandbox:
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "token": sandbox.publisher_token,
            "base_url": sandbox.base_url,
            "host_uri": stack_server,
            "system_tokens": (SYSTEM_TOKEN,),
            "connectors": (),
            "rate_size": 1_000_000,
            "rate_per_second": 1_000_000.0,
        }
        installed = InstalledConnector(sandbox, _class_in(former or connector))
        try:
            installed.install(edition)
            if former:
                installed.update(_class_in(connector))
            yield installed
        finally:
            installed.close()
