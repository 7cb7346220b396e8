"""The connector's second version: something is new, something changed, something is gone."""

from typing import Any

from connector_kit import Connection, Flow, Import, Lookup, Script, Step
from tests.lifecycle import v1_0

before = v1_0.ShopToChat


class ShopToChat(v1_0.ShopToChat):
    version = "1.1.0"

    chat = Connection(
        "Team chat",
        type="http",
        http={
            "baseURI": "https://chat.example.com",
            "mediaType": "json",
            "auth": {"type": "token", "token": {"location": "header", "headerName": "X-Token"}},
        },
    )
    helpers = Script("Helpers", content="function keepPaid (options) { return options.paid }")
    find_customer = Lookup(
        "Find customer",
        connection=before.shop,
        http={"relativeURI": "/customers/{{record.customer}}", "method": "GET"},
    )
    post_message = Import(
        "Post message",
        connection=chat,
        http={"relativeURI": ["/post"], "method": ["POST"]},
        mapping={
            "fields": [
                {"extract": "number", "generate": "text"},
                {"extract": "customer", "generate": "author"},
            ],
            "lists": [],
        },
    )
    orders_to_chat = Flow(
        "Orders to chat",
        source=before.new_orders,
        steps=[Step(find_customer, response_mapping={"customer": "data[0].name"}), post_message],
        schedule="? 30 * ? * *",
        disabled=True,
        customer_owns=["schedule", "disabled"],
    )
    refunds: Any = None
    refunds_to_chat: Any = None
