"""Customers of the sandbox, a stack that serves the connectors, and what an account must hold.

The lifecycle is reached as the platform reaches it: a route of the sandbox, which posts to the
stack's ``/function``, which calls the sandbox back with that call's one-time token.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from connector_kit.documents import MASK, resolve
from connector_kit.integrator.transport.timing import SystemClock
from connector_kit.lifecycle.situations import blueprint_for
from connector_kit.models import Connector, Installation, Operation, Order, RefusedCall, Release
from connector_kit.publisher import publish
from tests.lifecycle.doorway import DOORWAY, Doorway
from tests.publisher.fixtures import SYSTEM_TOKEN, Platform

FIRST, SECOND = "tests.lifecycle.v1_0:ShopToChat", "tests.lifecycle.v1_1:ShopToChat"

FAR = "2099-01-01T00:00:00.000Z"

CREDENTIALS = {
    "basic": {"username": "jo", "password": "basic-credential-of-jo"},
    "token": {"token": "token-credential-of-jo"},
}
SECRETS = ("basic-credential-of-jo", "token-credential-of-jo")
"""What customers type in and must never be found anywhere."""


@dataclass(frozen=True)
class Reply:
    """What a request brought: status and JSON (text from the state routes), errors included."""

    status: int
    body: Any

    @property
    def error(self) -> tuple[str, str]:
        """Code and message of the only error."""
        [error] = self.body["errors"]
        return error["code"], error["message"]


@dataclass
class Customer:
    """A customer's account, looked at and worked in with the customer's own token."""

    platform: Platform
    number: int
    integration_id: str = ""

    @property
    def account(self) -> Any:
        return self.platform.sandbox.accounts[self.number]

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """Call ``/v1``; a refusal is a reply too."""
        return ask(
            method, f"{self.platform.sandbox.base_url}{path}", body, token=self.account.token
        )

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/v1``, which must work; returns the answer's body."""
        reply = self.ask(method, path, body)
        assert reply.status < 300, reply.body
        return reply.body

    # Installing

    def start(self, connector: Connector, opts: Any = None, **options: Any) -> Reply:
        """Have the platform install; the integration is there even when the installer fails.

        *opts* are the license's.
        """
        body = {"email": self.account.email, "expires": FAR, "sandbox": False, **options}
        body |= {"opts": opts} if opts else {}
        self.platform.call("POST", f"/connectors/{connector.connector_id}/licenses", body)
        before = self.integration_ids()
        reply = self.ask("POST", f"/integrations/{connector.connector_id}/install", options)
        [self.integration_id] = self.integration_ids() - before
        return reply

    def begin(self, connector: Connector, **options: Any) -> list[dict[str, Any]]:
        """Have the installer run; returns the steps."""
        reply = self.start(connector, **options)
        assert reply.status == 200, reply.body
        steps: list[dict[str, Any]] = self.integration["install"]
        return steps

    def begin_in_pieces(self, connector: Connector) -> list[dict[str, Any]]:
        """Have the installer called until it has done everything; returns the steps."""
        reply = self.start(connector)
        while reply.status != 200:
            assert reply.error[0] == "checkpoint"
            reply = self.press("install")
        steps: list[dict[str, Any]] = self.integration["install"]
        return steps

    def install(self, connector: Connector, **options: Any) -> "Customer":
        """Install completely, credentials and all."""
        for step in self.begin(connector, **options):
            self.log_in(step)
            reply = self.press(step)
            assert reply.body["success"], reply.body
        return self

    def log_in(self, step: dict[str, Any]) -> None:
        """Enter the credentials of the step's connection, if it has one."""
        if "_connectionId" not in step:
            return
        path = f"/connections/{step['_connectionId']}"
        connection = self.do("GET", path)
        auth = connection["http"]["auth"]
        kind = auth["type"]
        auth[kind] = {**auth.get(kind, {}), **CREDENTIALS[kind]}
        self.do("PUT", path, connection)

    def press(self, step: dict[str, Any] | str) -> Reply:
        """Press an install step."""
        function = step if isinstance(step, str) else step["installerFunction"]
        return self.ask("PUT", f"{self.home}/installer/{function}", {})

    # Updating

    def order(
        self,
        release: Release | None = None,
        kind: Order.Kind = Order.Kind.ROLLOUT,
        *,
        recreate_deleted: bool = False,
    ) -> Order:
        """Put on record what the next call may do: bring *release*, by default the newest."""
        installation = self.installation
        release = release or Release.objects.newest(installation.connector)
        return Order.objects.place(installation, kind, release, recreate_deleted=recreate_deleted)

    def push(self, release: Release | None = None, *, recreate_deleted: bool = False) -> Operation:
        """Have the publisher push *release*, or what is ordered; returns what is on record."""
        if release or recreate_deleted or not Order.objects.to_serve(self.installation):
            self.order(release, recreate_deleted=recreate_deleted)
        return self.push_unordered()

    def push_unordered(self) -> Operation:
        """Have the platform call the update function, whether something is ordered or not.

        A call that could not show the installation leaves no operation: one that is on no record
        stands for it.
        """
        connector, before = self.installation.connector, self.installation.operations.count()
        path = f"/connectors/{connector.connector_id}/update"
        self.platform.call("PUT", path, {"_integrationIds": [self.integration_id]})
        drained = self.platform.control("/drain", {"timeout_seconds": 30})
        assert drained["drained"]
        if self.installation.operations.count() == before:
            refused = RefusedCall.objects.order_by("last_at").last()
            return Operation(outcome="failed", code=refused.code if refused else "")
        return self.last_operation

    def lose_records(self) -> None:
        """Have all records of the installation lost; a sync of the install base lists it again."""
        connector = self.installation.connector
        self.installation.delete()
        Installation.objects.create(connector=connector, integration_id=self.integration_id)

    # License and settings

    def licensed(self, **opts: Any) -> None:
        """Have the publisher write the license's opts."""
        connector = self.installation.connector
        path = f"/connectors/{connector.connector_id}/licenses"
        [own] = [
            document
            for document in self.platform.call("GET", path)
            if document.get("_integrationId") == self.integration_id
        ]
        body = {"expires": own["expires"], "opts": opts}
        self.platform.call("PUT", f"{path}/{own['_id']}", body)

    def use(self, function: str, body: Any = None) -> Reply:
        """Call a settings function."""
        return self.ask("PUT", f"{self.home}/settings/{function}", body or {})

    # Uninstalling

    def begin_uninstall(self) -> Reply:
        return self.ask("PUT", f"{self.home}/uninstaller/preUninstallFunction", {})

    def press_remove(self, step: dict[str, Any] | str) -> Reply:
        """Press an uninstall step."""
        function = step if isinstance(step, str) else step["uninstallerFunction"]
        return self.ask("PUT", f"{self.home}/uninstaller/{function}", {})

    def end_uninstall(self) -> Reply:
        return self.ask("DELETE", f"{self.home}/install")

    def uninstall(self) -> None:
        """Uninstall completely, step by step."""
        for step in self.begin_uninstall().body:
            reply = self.press_remove(step)
            assert reply.body["success"], reply.body
        reply = self.end_uninstall()
        assert reply.status == 200, reply.body

    # Looking

    @property
    def home(self) -> str:
        return f"/integrations/{self.integration_id}"

    @property
    def integration(self) -> dict[str, Any]:
        return self.do("GET", self.home)

    @property
    def installation(self) -> Installation:
        return Installation.objects.get(integration_id=self.integration_id)

    @property
    def last_operation(self) -> Operation:
        return self.installation.operations.latest("pk")

    def integration_ids(self) -> set[str]:
        return {
            document["_id"]
            for resource, document in self.everything()
            if resource == "integrations"
        }

    def everything(self) -> list[tuple[str, dict[str, Any]]]:
        """Every document of the account with its resource type, whoever it belongs to."""
        found = self.platform.control(f"/accounts/{self.account.account_id}/documents")
        return [
            (resource, document) for resource, documents in found.items() for document in documents
        ]

    def untouched(self) -> dict[str, Any]:
        """Everything that a refused call must leave as it was, to be compared with ``==``."""
        state = {document["_id"]: document for _, document in self.everything()}
        for name in ("updateInProgress", "lastModified"):
            state.get(self.integration_id, {}).pop(name, None)
        return state

    def tagged(self) -> list[tuple[str, dict[str, Any]]]:
        """The components of the installation."""
        return [
            (resource, document)
            for resource, document in self.everything()
            if document.get("_integrationId") == self.integration_id and "_connectorId" in document
        ]

    def component(self, external_id: str) -> dict[str, Any]:
        """The component's document."""
        [found] = [
            document for _, document in self.tagged() if document["externalId"] == external_id
        ]
        return found

    def change(self, external_id: str, **fields: Any) -> None:
        """Change fields of a component, as the customer may."""
        resource, document = next(
            row for row in self.tagged() if row[1]["externalId"] == external_id
        )
        stored = self.do("PUT", f"/{resource}/{document['_id']}", {**document, **fields})
        assert {name: stored[name] for name in fields} == fields

    def delete(self, external_id: str) -> None:
        """Delete a component, as the customer may."""
        resource, document = next(
            row for row in self.tagged() if row[1]["externalId"] == external_id
        )
        self.do("DELETE", f"/{resource}/{document['_id']}")

    def requests(self, *, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of what connectors asked of this account, in order."""
        log = self.platform.control(f"/log?limit=20000&account={self.account.account_id}")
        asked = [document for document in log if document.get("token") == "one_time"]
        return [(document["method"], document["path"].removeprefix("/v1")) for document in asked][
            since:
        ]


def ask(method: str, url: str, body: Any, *, token: str) -> Reply:
    """Send one request; whatever the answer's status."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.request(method, url, json=body, headers=headers, timeout=30)
    is_text = answer.headers["Content-Type"].startswith("text/plain")
    body = answer.text if is_text else answer.json() if answer.content else None
    return Reply(answer.status_code, body)


@dataclass
class Shop:
    """The publisher's connector, its releases, and the stack that runs it."""

    platform: Platform
    stack_address: str
    connector: Connector = field(init=False)

    def publish(self, target: str) -> Release:
        """Publish a version; it is what installations get from then on."""
        result = publish(target)
        self.connector = Connector.objects.get(slug=result.slug)
        return self.connector.releases.get(version=result.version)

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
    """What is wrong with the account when *release* ought to be installed in it, completely."""
    blueprint = blueprint_for(customer.installation, release)
    connector = release.connector
    held = {
        document["externalId"]: (resource, document) for resource, document in customer.tagged()
    }
    ids = {
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
def shop(platform: Platform, stack_address: str, doorway: Doorway) -> Shop:
    """The connector's first version is published."""
    shop = Shop(platform, stack_address)
    shop.publish(FIRST)
    return shop


@pytest.fixture
def customer(shop: Shop) -> Customer:
    """A customer who has installed the first version."""
    return Customer(shop.platform, 0).install(shop.connector)


@pytest.fixture
def upgraded(shop: Shop, customer: Customer) -> Release:
    """The second version is published; the customer still has the first."""
    return shop.publish(SECOND)
