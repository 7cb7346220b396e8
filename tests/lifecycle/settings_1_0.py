"""A connector with settings, in its first version, and others beside it."""

from typing import Any

from connector_kit import (
    Checkbox,
    Column,
    Connection,
    Connector,
    Edition,
    Export,
    File,
    Flow,
    FlowSettings,
    Import,
    Number,
    Section,
    Select,
    SettingOptions,
    StaticMap,
    Stores,
    Tab,
    Table,
    Text,
    inverted,
    scaled,
    setting,
    template,
)

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


def channels(options: SettingOptions) -> list[tuple[str, str]]:
    """The channels that there are, as the chat would say."""
    return [("#orders", "Orders"), ("#refunds", "Refunds"), (f"#{len(options.bearer_token)}", "T")]


def carriers(options: dict[str, Any]) -> dict[str, str]:
    assert options["fieldName"]
    return {"ups": "UPS"}


def rates(options: SettingOptions) -> dict[str, Any]:
    return {"rate": {"value": 2.5 if options.field_value == "USD" else 1}, "nobody": {}}


def no_shouting(value: str, values: dict[str, Any]) -> str | None:
    if value.isupper() and not values["loud"]:
        return "Not so loud"
    return None


class Chat(Connector):
    name = "Shop to chat"
    version = "1.0.0"
    applications = ("shopify", "slack")

    standard = Edition("Standard")
    premium = Edition("Premium")

    shop = Connection("Shop", type="http", http=HTTP)
    new_orders = Export(
        "New orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        delta={"lagOffset": 0},
    )
    post_message = Import(
        "Post message",
        connection=shop,
        http={"relativeURI": ["/post"], "method": ["POST"], "body": ['{"channel": "#none"}']},
        mapping={
            "fields": [
                {"extract": "number", "generate": "text"},
                {"extract": "name", "generate": "who"},
            ],
            "lists": [
                {"generate": "lines", "fields": [{"extract": "sku", "generate": "sku"}]},
            ],
        },
        lookups=[{"name": "carriers", "map": {"a": "b"}, "default": "", "allowFailures": True}],
        required_mappings=["text", "lines[*].sku"],
        locked_mappings=["text"],
    )
    other_import = Import(
        "Other", connection=shop, http={"relativeURI": ["/other"], "method": ["POST"]}
    )
    orders_to_chat = Flow(
        "Orders to chat", source=new_orders, steps=[post_message], section="Orders", disabled=True
    )
    refunds_to_chat = Flow("Refunds", source=new_orders, steps=[other_import], section="Orders")

    class Settings:
        currency = Select("Currency", options=["EUR", "USD"], default="EUR", on_change=rates)
        rate = Number("Rate", disabled=True, default=1)

        orders = Section("Orders")
        loud = Checkbox("Loud", sets={"refunds_to_chat.disabled": inverted})
        channel = Text(
            "Channel",
            default="#orders",
            required=True,
            max_length=20,
            validate=no_shouting,
            sets={"post_message.http.body[0]": template('{"channel": {json}}')},
        )
        secret_channel = Text("Secret", default="x", visible_when=loud.is_(True))
        lag = Number(
            "Lag", minimum=0, maximum=60, sets={"new_orders.delta.lagOffset": scaled(1000)}
        )
        big = Number("Large from", edition="premium")

        flow = FlowSettings("orders_to_chat")
        first = Tab("First")
        listed = Select("Listed", options=channels)
        second = Tab("Second")
        ways = StaticMap("Carriers", extracts=carriers, sets="post_message.lookups[name=carriers]")
        table = Table("Table", columns=[Column("carrier", options=carriers), Column("note")])

        refund_flow = FlowSettings("refunds_to_chat", has_switch=False)
        upload = File("Sample", sets="new_orders.sampleData")


class Shops(Connector):
    name = "Shops"
    version = "1.0.0"
    applications = ("shopify",)

    stores = Stores("Shop")
    shop = Connection("Shop", type="http", http=HTTP, per_store=True)
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        delta={"lagOffset": 0},
        per_store=True,
    )
    save = Import(
        "Save", connection=shop, http={"relativeURI": ["/x"], "method": ["POST"]}, per_store=True
    )
    sync = Flow("Sync", source=orders, steps=[save], per_store=True, disabled=True)

    class Settings:
        title = Text("Title", required=True, default="?")
        page = Section("Orders")
        lag = Number("Lag", default=1, sets="orders.delta.lagOffset")


class ByHand(Chat):
    """Answers refreshMetadata itself."""

    name = "By hand"

    @setting(name="refreshMetadata")
    @staticmethod
    def refresh(options: SettingOptions) -> dict[str, Any]:
        return {"options": [["by", options.field_name]]}
