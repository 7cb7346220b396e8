"""A customer's account in a sandbox, spoken to as its web pages would."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urljoin

import requests

from connector_kit.documents import Document
from connector_kit.errors import ConnectorKitError
from connector_kit.extension.registry import FunctionModule
from connector_kit.sandbox import Sandbox
from connector_kit.testing.running import RunningStack

SECONDS = 60.0
"""How long an answer may take: it may depend on a function of the test."""

_FUNCTIONS = {
    "installerFunction": "install",
    "updateFunction": "update",
    "preUninstallFunction": "preUninstallFunction",
    "uninstallerFunction": "uninstall",
}
"""The functions that a listing names; a stack that lacks one fails when it is called."""


class AccountError(ConnectorKitError):
    """The sandbox refused a request; the text holds its status and its errors."""

    def __init__(self, method: str, path: str, response: requests.Response) -> None:
        self.status = response.status_code
        self.body = response.text
        super().__init__(f"{method} {path}: {self.status} {self.body[:500]}")


class Client:
    """Requests to the API with one token."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the answer's JSON, None when it is empty; raises `AccountError`."""
        response = self._send(method, f"{self.base_url}/{path.lstrip('/')}", body)
        return response.json() if response.content else None

    def pages(self, resource: str) -> list[Document]:
        """Return all documents of one type."""
        found: list[Document] = []
        url: str | None = f"{self.base_url}/{resource}"
        while url:
            response = self._send("GET", url)
            found += response.json() if response.content else []
            following = response.links.get("next", {}).get("url")
            url = urljoin(url, following) if following else None
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _send(self, method: str, url: str, body: object = None) -> requests.Response:
        response = self._session.request(method, url, json=body, timeout=SECONDS)
        if not response.ok:
            raise AccountError(method, url.removeprefix(self.base_url), response)
        return response


class Account:
    """The account of the sandbox's customer *number*: documents, and an installed stack."""

    def __init__(self, sandbox: Sandbox, number: int = 0) -> None:
        customer = sandbox.accounts[number]
        self._sandbox = sandbox
        self._client = Client(sandbox.base_url, customer.token)
        self.email = customer.email
        self.token = customer.token
        self.integration_id = ""
        self.connector_id = ""

    def __repr__(self) -> str:
        return f"<Account {self.email}>"

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return what the API answers with, as JSON; raises `AccountError`."""
        return self._client.call(method, path, body)

    def create(self, resource: str, /, **document: Any) -> Document:
        """Create a document: ``create("connections", name="Shop", type="http", http={...})``."""
        created: Document = self.call("POST", resource, document)
        return created

    def documents(self, resource: str) -> list[Document]:
        """Return everything of one type that the account holds."""
        return self._client.pages(resource)

    def install(self, stack: RunningStack, **options: Any) -> Document:
        """List *stack* in the marketplace and install it; returns the integration.

        A stack without its own ``installer.install`` gets one that completes at once.
        """
        publisher = Client(self._sandbox.base_url, self._sandbox.publisher_token)
        try:
            if "installer.install" not in set(stack.functions):
                install = partial(_complete, publisher.base_url)
                stack.add(FunctionModule(installer={"install": install}))
            server = {"hostURI": stack.address, "systemToken": stack.system_token}
            record = {"name": "Tested", "type": "server", "server": server}
            stack_id = publisher.call("POST", "stacks", record)["_id"]
            listing = {"name": "Tested", "_stackId": stack_id, **_FUNCTIONS}
            self.connector_id = str(publisher.call("POST", "connectors", listing)["_id"])
            license_ = {"email": self.email, "expires": "2099-01-01T00:00:00.000Z"}
            publisher.call("POST", f"connectors/{self.connector_id}/licenses", license_)
        finally:
            publisher.close()
        answer = self.call("POST", f"integrations/{self.connector_id}/install", options)
        self.integration_id = answer["_integrationId"]
        return self.integration()

    def integration(self) -> Document:
        """Return the installed integration as it is now."""
        document: Document = self.call("GET", f"integrations/{self.integration_id}")
        return document

    def setting(self, name: str, /, **sent: Any) -> Any:
        """Have the platform call a settings function of the installed stack."""
        return self.call("PUT", f"integrations/{self.integration_id}/settings/{name}", sent)

    def utility(self, name: str, /, **sent: Any) -> Any:
        """Have the platform call a utility of the installed stack."""
        return self.call("PUT", f"integrations/{self.integration_id}/utilities/{name}", sent)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def _complete(base_url: str, options: Document) -> None:
    """Install nothing: turn the integration's mode to settings, with the call's own token."""
    client = Client(base_url, options["bearerToken"])
    try:
        path = f"integrations/{options['_integrationId']}"
        client.call("PUT", path, {**client.call("GET", path), "mode": "settings"})
    finally:
        client.close()
