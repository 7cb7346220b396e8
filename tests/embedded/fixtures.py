"""An account whose token the publisher holds, in the sandbox; what is in it, and what must be."""

import logging
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.fernet import Fernet

from connector_kit.documents import resolve
from connector_kit.embedded import add_account, deploy, record_release
from connector_kit.models import Component, EmbeddedAccount, Installation, Release
from examples.embedded.applications import running
from tests.embedded.shop import credentials_for
from tests.lifecycle.fixtures import Reply, ask
from tests.publisher.fixtures import Platform

FIRST, SECOND = "tests.embedded.shop:ShopToChat", "tests.embedded.shop_1_1:ShopToChat"


@dataclass
class Embedding:
    """The account, looked at with its own token."""

    platform: Platform
    account: EmbeddedAccount
    number: int = 0

    @property
    def sandbox_account(self) -> Any:
        return self.platform.sandbox.accounts[self.number]

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        """Call ``/v1``; a refusal is a reply too."""
        url = f"{self.platform.sandbox.base_url}{path}"
        return ask(method, url, body, token=self.sandbox_account.token)

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/v1``, which must work; returns the answer's body."""
        reply = self.ask(method, path, body)
        assert reply.status < 300, reply.body
        return reply.body

    def everything(self) -> list[tuple[str, dict[str, Any]]]:
        """Every document of the account with its resource type."""
        account_id = self.sandbox_account.account_id
        found = self.platform.control(f"/accounts/{account_id}/documents")
        return [
            (resource, document) for resource, documents in found.items() for document in documents
        ]

    def of(self, deployment: Installation) -> dict[str, tuple[str, dict[str, Any]]]:
        """The deployment's documents by name; fails when one is there twice.

        Where a type keeps no external id, the records say which they are.
        """
        prefix = f"{deployment.integration_id}."
        rows = Component.objects.filter(installation=deployment).exclude(external_id="@integration")
        recorded = dict(rows.values_list("resource_id", "external_id"))
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for resource, document in self.everything():
            if str(document.get("externalId", "")).startswith(prefix):
                name = document["externalId"].removeprefix(prefix)
                assert name not in found, f"{name} is there twice"
                found[name] = (resource, document)
            elif document["_id"] in recorded and "externalId" not in document:
                found[recorded[document["_id"]]] = (resource, document)
        return found

    def integration(self, deployment: Installation) -> dict[str, Any]:
        found: dict[str, Any] = self.do("GET", f"/integrations/{deployment.integration_id}")
        return found

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of what was asked of this account, in order."""
        log = self.platform.control(f"/log?limit=20000&account={self.sandbox_account.account_id}")
        return [(document["method"], document["path"].removeprefix("/v1")) for document in log]


def problems_of(embedding: Embedding, deployment: Installation, release: Release) -> list[str]:
    """What is wrong when *release* ought to be deployed, completely and once."""
    deployment = Installation.objects.get(pk=deployment.pk)
    blueprint = release.blueprint()
    held = embedding.of(deployment)
    ids = {
        "@integration": deployment.integration_id,
        "@stack": EmbeddedAccount.objects.get().stack_id,
        **{name: document["_id"] for name, (_, document) in held.items()},
    }
    problems = [
        f"not declared: {name}"
        for name in held
        if name not in {component.external_id for component in blueprint.components}
    ]
    for component in blueprint.components:
        resource, document = held.get(component.external_id, ("", {}))
        wanted = resolve(component.document, ids)
        if resource != component.resource:
            problems.append(f"missing: {component.external_id}")
        elif resource != "connections" and not _says(document, wanted):
            problems.append(f"wrong: {component.external_id}: {document}, wanted {wanted}")
        if "_connectorId" in document:
            problems.append(f"locked: {component.external_id}")
    integration = embedding.integration(deployment)
    state = embedding.do("GET", f"/integrations/{deployment.integration_id}/state/connectorKit")
    if state["version"] != release.version:
        problems.append(f"the state says {state}")
    connections = {document["_id"] for kind, document in held.values() if kind == "connections"}
    if connections != set(integration.get("_registeredConnectionIds") or ()):
        problems.append("connections are not registered")
    integrations = [document for kind, document in embedding.everything() if kind == "integrations"]
    marked = [
        document
        for document in integrations
        if document.get("externalId") == integration["externalId"]
    ]
    if len(marked) != 1:
        problems.append(f"{len(marked)} integrations")
    if (deployment.release, deployment.version) != (release, release.version):
        problems.append(f"recorded: {deployment.release}, {deployment.version}")
    rows = dict(deployment.components.values_list("external_id", "resource_id"))
    if {**rows, "@integration": None} != {
        **{name: ids[name] for name in held},
        "@integration": None,
    }:
        problems.append(f"records: {rows}")
    return problems


def _says(live: Any, declared: Any) -> bool:
    if isinstance(declared, dict):
        return all(_says((live or {}).get(key), value) for key, value in declared.items())
    if isinstance(declared, list):
        return len(live) == len(declared) and all(map(_says, live, declared))
    return bool(live == declared)


@pytest.fixture
def stack_address(server: Any, settings: Any, db: None):
    """Where the stack listens."""
    settings.ROOT_URLCONF = "tests.embedded.served_urls"
    return server.url


@pytest.fixture
def address():
    """Where the shop and the chat listen."""
    with running() as address:
        yield address


@pytest.fixture
def embedding(platform: Platform, settings: Any) -> Embedding:
    """An embedded account."""
    keys = (Fernet.generate_key().decode(),)
    settings.CONNECTOR_KIT = {**settings.CONNECTOR_KIT, "encryption_keys": keys, "token": ""}
    token = platform.sandbox.accounts[0].token
    return Embedding(platform, add_account("product", token))


@pytest.fixture
def release(embedding: Embedding) -> Release:
    """The connector's first version."""
    return record_release(FIRST)


@pytest.fixture
def acme(embedding: Embedding, release: Release, address: str) -> Installation:
    """The deployment for one end user."""
    return deploy(
        release.connector, embedding.account, "acme", credentials=credentials_for(address)
    )


@pytest.fixture
def logs():
    """Every line that is logged, as it is written."""
    lines: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Collect()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)
