"""A connector of framework 2.0 for the sandbox's shop and chat, with two editions."""

from connector_kit import Connection, Connector, Edition, Export, Flow


class ShopToChat(Connector):
    name = "Shop to chat"
    version = "1.0.0"
    framework = 2

    standard = Edition("Standard")
    premium = Edition("All of it")

    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com/api",
            "mediaType": "json",
            "auth": {
                "type": "token",
                "token": {"location": "header", "headerName": "X-Token", "scheme": " "},
            },
            "ping": {"relativeURI": "/ping", "method": "GET"},
        },
    )
    orders = Export(
        "Orders",
        connection=shop,
        http={
            "relativeURI": "/orders",
            "method": "GET",
            "response": {"resourcePath": "orders"},
        },
    )
    ask = Flow("Ask", source=orders, steps=[])
    ask_again = Flow("Ask again", source=orders, steps=[], edition=premium)
