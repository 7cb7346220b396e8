"""A connector to embed, and what an end user enters for it."""

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


def credentials_for(address: str) -> dict[str, dict[str, Any]]:
    """What an end user of the product has entered."""
    login = {"type": "basic", "basic": {"username": LOGIN, "password": PASSWORD}}
    return {
        "shop": {"http": {"baseURI": address, "auth": login}},
        "chat": {"http": {"baseURI": address, "auth": {"token": {"token": TOKEN}}}},
    }
