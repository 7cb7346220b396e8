"""A small connector to publish. Tests change its version and components as its author would."""

from connector_kit import Connection, Connector, Edition, Export, Flow, Import


class OrdersToSlack(Connector):
    name = "Orders to Slack"
    version = "1.0.0"
    description = "Tells a channel about new orders."
    applications = ("shopify", "slack")

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://shop.example.com", "mediaType": "json"}
    )
    slack = Connection(
        "Slack", type="http", http={"baseURI": "https://slack.example.com", "mediaType": "json"}
    )
    new_orders = Export(
        "New orders", connection=shop, http={"relativeURI": "/orders", "method": "GET"}
    )
    post_message = Import(
        "Post message", connection=slack, http={"relativeURI": ["/post"], "method": ["POST"]}
    )
    orders_to_slack = Flow("Orders to Slack", source=new_orders, steps=[post_message])


class OrdersByEdition(OrdersToSlack):
    name = "Orders by edition"
    framework = 2

    standard = Edition("Standard")
    gold = Edition("Gold plan")


class Unsound(Connector):
    name = ""
    version = "one"

    lonely = Flow("Lonely")


class LongVersion(OrdersToSlack):
    version = "1.0.1-" + "a" * 80


class LongName(OrdersToSlack):
    name = "Shop to chat " * 20
