"""A connector to embed, and the two applications between which it works."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connector_kit import Connection, Connector, Export, Flow, Import, hook

LOGIN, PASSWORD, TOKEN = "jo", "password-of-jo-8313", "chat-token-of-jo-5127"


@hook.pre_save_page
def keep_paid(options):
    paid = [order for order in options["data"] if order["status"] == "paid"]
    return {"data": paid, "errors": options["errors"], "abort": False}


class ShopToChat(Connector):
    name = "Shop to chat"
    version = "1.0.0"
    description = "Tells a channel about paid orders."
    applications = ("shopify", "slack")

    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com",
            "mediaType": "json",
            "auth": {"type": "basic"},
            "ping": {"relativeURI": "/ping", "method": "GET"},
        },
    )
    chat = Connection(
        "Chat",
        type="http",
        http={
            "baseURI": "https://chat.example.com",
            "mediaType": "json",
            "auth": {"type": "token", "token": {"location": "header", "headerName": "X-Token"}},
        },
    )
    new_orders = Export(
        "New orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": keep_paid},
    )
    post_message = Import(
        "Post message",
        connection=chat,
        http={"relativeURI": ["/post"], "method": ["POST"]},
        mapping={"fields": [{"extract": "number", "generate": "text"}], "lists": []},
    )
    orders_to_chat = Flow("Orders to chat", source=new_orders, steps=[post_message])


class Applications(BaseHTTPRequestHandler):
    """A shop with two orders, and a chat that remembers what was posted to whom."""

    posted: list[dict[str, Any]] = []

    def do_GET(self) -> None:
        if not self.headers.get("Authorization", "").startswith("Basic "):
            self._answer(401, {"error": "log in"})
        else:
            self._answer(200, [{"number": 1, "status": "paid"}, {"number": 2, "status": "open"}])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("X-Token", "").split()[-1:] != [TOKEN]:
            self._answer(401, {"error": "log in"})
        else:
            type(self).posted.append(body)
            self._answer(200, {"id": str(len(self.posted)), **body})

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def applications() -> Iterator[str]:
    """Run both; yields their address."""
    Applications.posted.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Applications) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def credentials_for(address: str) -> dict[str, dict[str, Any]]:
    """What an end user of the product has entered."""
    login = {"type": "basic", "basic": {"username": LOGIN, "password": PASSWORD}}
    return {
        "shop": {"http": {"baseURI": address, "auth": login}},
        "chat": {"http": {"baseURI": address, "auth": {"token": {"token": TOKEN}}}},
    }
