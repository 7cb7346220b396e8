"""Every customer's paid orders, told to a channel of theirs."""

from __future__ import annotations

from typing import Any

from connector_kit import Connection, Connector, Export, Flow, Import, hook


@hook.pre_save_page
def keep_paid(options: dict[str, Any]) -> dict[str, Any]:
    paid = [order for order in options["data"] if order["status"] == "paid"]
    return {"data": paid, "errors": options["errors"], "abort": False}


class PaidOrders(Connector):
    name = "Paid orders"
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
