"""Customers of the sandbox, a stack that serves the connectors, and what an account must hold.

The lifecycle is reached as the platform reaches it: a route of the sandbox, which posts to the
stack's ``/function``, which calls the sandbox back with that call's one-time token.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from connector_kit.documents import MASK, resolve
from connector_kit.integrator.transport.timing import SystemClock
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector, Release
from connector_kit.publisher import publish
from tests.lifecycle.customers import CREDENTIALS, FAR, SECRETS, Customer, Reply, ask
from tests.lifecycle.doorway import DOORWAY, Doorway
from tests.lifecycle.frameworks import FIRST, ONE, SECOND, Framework
from tests.publisher.fixtures import SYSTEM_TOKEN, Platform

__all__ = ["CREDENTIALS", "FAR", "FIRST", "SECOND", "SECRETS", "Customer", "Reply", "ask"]


@dataclass
class Shop:
    """The publisher's connector, its releases, and the stack that runs it."""

    platform: Platform
    stack_address: str
    framework: Framework = ONE
    connector: Connector = field(init=False)

    def publish(self, target: str, **options: bool) -> Release:
        """Publish a version; the first is what new installations get."""
        result = publish(target, **options)
        self.connector = Connector.objects.get(slug=result.slug)
        return self.connector.releases.get(version=result.version)

    def customer(self, number: int = 0) -> Customer:
        """The owner of an account, who has not installed anything."""
        return self.framework.customer(self.platform, number)

    def as_publisher(self, method: str, path: str, body: Any = None) -> Reply:
        """Call ``/v1`` with the publisher's token; a refusal is a reply too."""
        sandbox = self.platform.sandbox
        return ask(method, f"{sandbox.base_url}{path}", body, token=sandbox.publisher_token)

    def call(
        self,
        function: str,
        options: dict[str, Any],
        *,
        part: str = "installer",
        connector_id: str = "",
    ) -> Reply:
        """Call a function of the stack as the platform would; without *part* as in 2.0."""
        body = {
            "_connectorId": connector_id or self.connector.connector_id,
            **({"type": part} if part else {}),
            "function": function,
            "options": options,
        }
        return ask("POST", f"{self.stack_address}/function", body, token=SYSTEM_TOKEN)


def problems_of(customer: Customer, release: Release) -> list[str]:
    """What is wrong with the account when *release* ought to be installed in it, completely.

    The components of a store refer to those of its parent.
    """
    parent = customer.installation.parent
    shared = {
        document["externalId"]: document["_id"]
        for _, document in customer.everything()
        if parent and document.get("_integrationId") == parent.integration_id
    }
    blueprint = blueprint_for(customer.installation, release)
    connector = release.connector
    held = {
        document["externalId"]: (resource, document) for resource, document in customer.tagged()
    }
    ids = {
        **shared,
        "@integration": customer.integration_id,
        "@connector": connector.connector_id,
        "@stack": connector.stack_id,
        **{name: document["_id"] for name, (_, document) in held.items()},
    }
    names = Counter(document["externalId"] for _, document in customer.tagged())
    integration = customer.integration
    problems = [f"{name} is there {count} times" for name, count in names.items() if count > 1]
    problems += [f"untagged: {name}" for name in _untagged(customer, blueprint)]
    problems += [f"not declared: {name}" for name in names if name not in _names(blueprint)]
    for component in blueprint.components:
        resource, document = held.get(component.external_id, ("", {}))
        if resource != component.resource:
            problems.append(f"missing: {component.external_id}")
        elif not _says(document, resolve(component.document, ids)):
            problems.append(f"wrong: {component.external_id}: {document}")
    if not _says(integration, resolve(blueprint.integration.document, ids)):
        problems.append(f"wrong settings page: {integration}")
    shown = tuple(integration.get(name) for name in ("mode", "version", "updateInProgress"))
    if shown != ("settings", release.version, False):
        problems.append(f"the integration says {shown}")
    return problems + _wrong_records(customer, release, ids)


def _names(blueprint: Any) -> set[str]:
    return {component.external_id for component in blueprint.components}


def _untagged(customer: Customer, blueprint: Any) -> list[str]:
    return [
        document["externalId"]
        for _, document in customer.everything()
        if document.get("externalId") in _names(blueprint) and not document.get("_connectorId")
    ]


def _wrong_records(customer: Customer, release: Release, ids: dict[str, str]) -> list[str]:
    """Where the records say something else than the account."""
    blueprint = blueprint_for(customer.installation, release)
    row = customer.installation
    rows = {
        component.external_id: (component.resource_id, component.applied_id)
        for component in row.components.all()
    }
    declared = (*blueprint.components, blueprint.integration)
    wanted = {
        component.external_id: (ids.get(component.external_id), component.digest)
        for component in declared
    }
    problems = [f"records: {rows}, wanted {wanted}"] if rows != wanted else []
    if (row.release, row.version) != (release, release.version):
        problems.append(f"recorded release: {row.release}, version {row.version}")
    return problems


def _says(live: Any, declared: Any) -> bool:
    """Whether *live* says at least what *declared* says."""
    if isinstance(declared, dict):
        return all(_says((live or {}).get(key), value) for key, value in declared.items())
    if isinstance(declared, list):
        return len(live) == len(declared) and all(map(_says, live, declared))
    return live in (declared, MASK)


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: Any):
    """One server for all tests, over their database."""
    with django_db_blocker.unblock():
        server = LiveServer("127.0.0.1")
        yield server
        server.stop()


@pytest.fixture
def stack_address(server: Any, settings: Any, db: None):
    """Where the stack listens."""
    settings.ROOT_URLCONF = "tests.lifecycle.served_urls"
    return server.url


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Repeats and looks come at once."""
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)


@pytest.fixture
def doorway():
    """What came to the stack, and what happens before a call is answered."""
    DOORWAY.__init__()
    yield DOORWAY
    DOORWAY.__init__()


@pytest.fixture
def shop(request: Any, platform: Platform, stack_address: str, doorway: Doorway) -> Shop:
    """The connector's first version is published; in framework 1.0, unless `IN_BOTH`."""
    shop = Shop(platform, stack_address, getattr(request, "param", ONE))
    shop.publish(shop.framework.first)
    return shop


@pytest.fixture
def customer(shop: Shop) -> Customer:
    """A customer who has installed the first version."""
    return shop.customer().install(shop.connector)


@pytest.fixture
def upgraded(shop: Shop, customer: Customer) -> Release:
    """The second version is published; the customer still has the first."""
    return shop.publish(shop.framework.second)
