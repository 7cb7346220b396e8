"""A connector in its first version, and others beside it."""

from connector_kit import Connection, Connector, Export, Flow, Import, Script

KEEP_PAID = "function keepPaid (options) { return options.data }"


class ShopToChat(Connector):
    name = "Shop to chat"
    version = "1.0.0"
    description = "Tells a channel about new orders."
    applications = ("shopify", "slack")

    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com",
            "mediaType": "json",
            "auth": {"type": "basic"},
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
    helpers = Script("Helpers", content=KEEP_PAID)
    new_orders = Export(
        "New orders",
        connection=shop,
        page_size=50,
        http={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": helpers.function("keepPaid")},
    )
    refunds = Export("Refunds", connection=shop, http={"relativeURI": "/refunds", "method": "GET"})
    post_message = Import(
        "Post message",
        connection=chat,
        http={"relativeURI": ["/post"], "method": ["POST"]},
        mapping={"fields": [{"extract": "number", "generate": "text"}], "lists": []},
    )
    orders_to_chat = Flow(
        "Orders to chat",
        source=new_orders,
        steps=[post_message],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )
    refunds_to_chat = Flow("Refunds to chat", source=refunds, steps=[post_message], disabled=True)


class NoConnections(Connector):
    name = "No connections"
    version = "1.0.0"
    description = "Receives orders and forgets them."
    applications = ("shopify",)

    helpers = Script("Helpers", content=KEEP_PAID)
    received = Export("Received", type="webhook", webhook={"provider": "custom"})
    forget = Flow("Forget", source=received, steps=[], disabled=True)
