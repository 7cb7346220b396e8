"""A connector made by other code: a stack of its own, as Node connectors are built, and customers.

Its documents carry the connector's tag, no external ids and, but for some, no ``_integrationId``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.lifecycle.customers import FAR, Customer
from tests.publisher.fixtures import Platform

TOKEN = "system-token-of-the-foreign-stack"
VERSION = "0.9.0"
Document = dict[str, Any]


class ForeignStack:
    """Answers the platform's calls; *kinds* are what it does otherwise in single accounts."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.kind = ""
        self.calls: list[str] = []
        self._functions: dict[str, Callable[[Document], Any]] = {
            "installErp": self.install,
            "connectErp": self.connect,
            "uninstallErp": lambda _: None,
            "updateErp": lambda _: None,
            "keepPaidOld": lambda options: {"data": options["data"], "errors": []},
        }
        self.stack_id = self.connector_id = ""

    def register(self, address: str) -> None:
        """Make the publisher's records: the stack, and the listing that names its functions."""
        server = {"hostURI": address, "systemToken": TOKEN}
        stack = {"name": "ERP in Node", "type": "server", "server": server}
        self.stack_id = self.platform.call("POST", "/stacks", stack)["_id"]
        listing = {
            "name": "Shop to ERP (Node)",
            "description": "Orders for the ERP.",
            "applications": ["shopify", "netsuite"],
            "_stackId": self.stack_id,
            "installerFunction": "installErp",
            "updateFunction": "updateErp",
            "uninstallerFunction": "uninstallErp",
        }
        self.connector_id = self.platform.call("POST", "/connectors", listing)["_id"]

    def answer(self, call: Document) -> Any:
        """Call the function that the platform names."""
        self.calls.append(call["function"])
        return self._functions[call["function"]](call["options"])

    def install(self, options: Document) -> None:
        """Make the connections, and one step for both."""
        account = _Account(self, options)
        auth = {"type": "basic", "basic": {"username": "jo", "password": "basic-credential-of-jo"}}
        account.erp = account.make(
            "connections",
            name="ERP",
            type="http",
            http={"baseURI": "https://erp.example.com", "mediaType": "json", "auth": auth},
            _integrationId=account.id,
        )
        step = {"name": "ERP", "installerFunction": "connectErp", "_connectionId": account.erp}
        account.write(install=[{**step, "completed": False}], mode="install")

    def connect(self, options: Document) -> Document:
        """Make everything else, and the settings page; the installation is complete."""
        account = _Account(self, options)
        [step] = account.read()["install"]
        account.erp = step["_connectionId"]
        shop = account.make(
            "connections",
            name="Shop",
            type="rest",
            rest={
                "baseURI": "https://shop.example.com",
                "mediaType": "json",
                "authType": "custom",
            },
            _integrationId=account.id,
        )
        hooks = {"preSavePage": {"function": "keepPaidOld", "_stackId": self.stack_id}}
        orders = account.make("exports", **_export("Orders", shop), pageSize=50, hooks=hooks)
        customers = account.make("exports", **_export("Customers", shop))
        mapping = {"fields": [{"extract": "number", "generate": "id"}], "lists": []}
        order = account.make("imports", **_import("Save order", account.erp), mapping=mapping)
        customer = account.make("imports", **_import("Save customer", account.erp))
        if self.kind == "leftovers":
            account.make("exports", **_export("Orders", shop), pageSize=50)
        if self.kind in ("leftovers", "named"):
            account.make("exports", **_export("Debug", shop))
        if self.kind == "twice":
            account.make("flows", **account.run("Customer sync", customers, customer))
        flows = [
            account.make(
                "flows", **account.run("Order sync", orders, order), schedule="? 0 * ? * *"
            ),
            account.make("flows", **account.run("Customer sync", customers, customer, off=True)),
        ]
        field = {"name": f"exports_{orders}_channel", "label": "Channel", "type": "input"}
        section = {
            "title": "Orders",
            "fields": [{**field, "value": "#ours"}],
            "flows": [{"_id": flow, "showSchedule": True} for flow in flows],
        }
        account.write(
            install=[{**step, "completed": True}],
            settings={"sections": [section]},
            mode="settings",
            version=VERSION,
        )
        return {"success": True, "stepsToUpdate": [{**step, "completed": True}]}


class _Account:
    """One account, by the token of one call."""

    def __init__(self, stack: ForeignStack, options: Document) -> None:
        self.stack, self.id = stack, options["_integrationId"]
        self.erp = ""
        self._headers = {"Authorization": f"Bearer {options['bearerToken']}"}

    def make(self, resource: str, **document: Any) -> str:
        """Create a document; its id. Only some name their integration."""
        if self.stack.kind == "members":
            document["_integrationId"] = self.id
        if self.stack.kind == "named":
            own = {"externalId": document["name"].lower().replace(" ", "_")}
            document |= {**own, "_integrationId": self.id}
        return str(self._send("POST", f"/{resource}", document)["_id"])

    def run(self, name: str, export: str, import_: str, *, off: bool = False) -> Document:
        """A flow of two: in old accounts a simple one."""
        flow = {"name": name, "disabled": off, "_integrationId": self.id}
        if self.stack.kind == "simple":
            return {**flow, "_exportId": export, "_importId": import_}
        return {
            **flow,
            "pageGenerators": [{"_exportId": export}],
            "pageProcessors": [{"type": "import", "_importId": import_}],
        }

    def read(self) -> Document:
        return dict(self._send("GET", f"/integrations/{self.id}"))

    def write(self, **fields: Any) -> None:
        self._send("PUT", f"/integrations/{self.id}", {**self.read(), **fields})

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.stack.platform.sandbox.base_url}{path}"
        answer = requests.request(method, url, json=body, headers=self._headers, timeout=30)
        assert answer.ok, answer.text
        return answer.json()


def _export(name: str, connection: str) -> Document:
    rest = {"relativeURI": f"/{name.lower()}", "method": "GET"}
    return {"name": name, "_connectionId": connection, "rest": rest}


def _import(name: str, connection: str) -> Document:
    http = {"relativeURI": [f"/{name.removeprefix('Save ')}s"], "method": ["POST"]}
    return {"name": name, "_connectionId": connection, "http": http}


@contextmanager
def foreign_stack(platform: Platform) -> Iterator[ForeignStack]:
    """A stack that is registered and answers."""
    stack = ForeignStack(platform)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(stack.answer(call)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        stack.register(f"http://127.0.0.1:{server.server_port}")
        yield stack
        server.shutdown()
        thread.join()


def installed(stack: ForeignStack, number: int, kind: str = "") -> Customer:
    """A customer who installed the connector when the foreign stack ran it."""
    customer, stack.kind = Customer(stack.platform, number), kind
    license_ = {"email": customer.account.email, "expires": FAR, "sandbox": False}
    stack.platform.call("POST", f"/connectors/{stack.connector_id}/licenses", license_)
    before = customer.integration_ids()
    customer.do("POST", f"/integrations/{stack.connector_id}/install", {})
    [customer.integration_id] = customer.integration_ids() - before
    customer.do("PUT", f"{customer.home}/installer/connectErp", {})
    return customer


def held(customer: Customer) -> dict[str, Document]:
    """What the account holds besides integrations, by id."""
    return {item["_id"]: item for kind, item in customer.everything() if kind != "integrations"}


def named(customer: Customer, name: str) -> Document:
    """The only document with this name."""
    [found] = [item for item in held(customer).values() if item["name"] == name]
    return found


def edit(customer: Customer, resource: str, called: str, **fields: Any) -> None:
    """Change a document as its customer may."""
    document = named(customer, called)
    stored = customer.do("PUT", f"/{resource}/{document['_id']}", {**document, **fields})
    assert {key: stored[key] for key in fields} == fields
