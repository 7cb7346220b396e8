"""A publisher's side to test against: a sandbox over HTTP, and settings that lead to it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from connector_kit.extension import Dispatcher, Registry
from connector_kit.extension.bodies import RawCall
from connector_kit.lifecycle import find_module
from connector_kit.lifecycle.served import KIT
from connector_kit.models import Component, Connector, Installation, Release
from connector_kit.publisher import publish
from connector_kit.sandbox import Sandbox

SYSTEM_TOKEN = "system-token-of-the-tests"
ORDERS = "tests.publisher.declared:OrdersToSlack"


class Platform:
    """The sandbox, looked at as its publisher would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._session = requests.Session()
        self._session.trust_env = False  # to look for proxies takes longer than the request
        self._session.headers["Authorization"] = f"Bearer {sandbox.publisher_token}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call ``/v1`` with the publisher's token; returns the answer's JSON."""
        return self._call(method, path, body)

    def control(self, path: str, body: Any = None) -> Any:
        """Call the sandbox's own routes."""
        url = f"{self.sandbox.control_url}{path}"
        method = "GET" if body is None else "POST"
        answer = self._session.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def install(self, connector: Connector, customer: int = 0, **options: Any) -> str:
        """Let a customer install *connector*; returns the integration's id."""
        account = self.sandbox.accounts[customer]
        self._license(connector, account.email, sandbox=options.get("sandbox", False))
        path = f"/integrations/{connector.connector_id}/install"
        answer: str = self.as_customer(customer, "POST", path, options)["_integrationId"]
        return answer

    def uninstall(self, integration_id: str, customer: int = 0) -> None:
        """Let the customer remove the installation."""
        path = f"/integrations/{integration_id}"
        self.as_customer(customer, "PUT", f"{path}/uninstaller/preUninstallFunction", {})
        self.as_customer(customer, "DELETE", f"{path}/install")

    def as_customer(self, customer: int, method: str, path: str, body: Any = None) -> Any:
        """Call ``/v1`` with a customer's token; returns the answer's JSON."""
        token = self.sandbox.accounts[customer].token
        return self._call(method, path, body, headers={"Authorization": f"Bearer {token}"})

    def _license(self, connector: Connector, email: str, *, sandbox: bool) -> None:
        body = {"email": email, "expires": "2099-01-01T00:00:00.000Z", "sandbox": sandbox}
        self.call("POST", f"/connectors/{connector.connector_id}/licenses", body)

    def _call(self, method: str, path: str, body: Any, **request: Any) -> Any:
        url = f"{self.sandbox.base_url}{path}"
        answer = self._session.request(method, url, json=body, timeout=60, **request)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._session.close()


class _AgreeableStack(BaseHTTPRequestHandler):
    """Answers every function call with nothing, and does nothing.

    What the kit asks about the functions that are served is answered as by its own server.
    """

    _dispatch = Dispatcher(Registry(connectors=find_module))

    def do_GET(self) -> None:
        self._answer(b"0")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if json.loads(body).get("_connectorId") == KIT:
            self._answer(self._dispatch(RawCall(body, "", None, 0.0)).body)
        else:
            self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def stack_address() -> Iterator[str]:
    """Where a server listens that lets every install and uninstall pass."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _AgreeableStack) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def platform(settings: Any, stack_address: str, strict_fields: bool) -> Iterator[Platform]:
    with Sandbox(accounts=3, bucket=0, page_size=2, strict_fields=strict_fields) as sandbox:
        settings.CONNECTOR_KIT = {
            **settings.CONNECTOR_KIT,
            "token": sandbox.publisher_token,
            "base_url": sandbox.base_url,
            "host_uri": stack_address,
            "system_tokens": (SYSTEM_TOKEN,),
            "connectors": (),
            "push_timeout_seconds": 10.0,
            "rate_size": 1_000_000,
            "rate_per_second": 1_000_000.0,
        }
        platform = Platform(sandbox)
        yield platform
        # A call that is still answered would write into the next test's database.
        platform.control("/drain", {"timeout_seconds": 10})
        platform.close()


def recorded(connector: Connector, release: Release) -> Installation:
    """An installation that *release* was applied to, as the records have it."""
    installation = Installation.objects.create(
        connector=connector, integration_id="c" * 24, release=release, version=release.version
    )
    blueprint = release.blueprint()
    for component in (*blueprint.components, blueprint.integration):
        Component.objects.create(
            installation=installation,
            external_id=component.external_id,
            resource=component.resource,
            resource_id="1" * 24,
            applied_id=component.digest,
        )
    return installation


@pytest.fixture
def orders(db: None, platform: Platform) -> Connector:
    """Version 1.0.0 of a connector, published."""
    return Connector.objects.get(slug=publish(ORDERS).slug)
