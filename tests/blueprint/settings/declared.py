"""A connector with settings of every kind, and ways to declare others."""

from typing import Any

from connector_kit import (
    AddOn,
    Checkbox,
    Connection,
    Connector,
    Edition,
    Export,
    Flow,
    FlowSettings,
    General,
    Import,
    KeyValue,
    MultiSelect,
    Number,
    Section,
    Select,
    StaticMap,
    Stores,
    Tab,
    Text,
    all_of,
    as_map,
    inverted,
    scaled,
    template,
)
from connector_kit.blueprint import problems

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Orders(Connector):
    name = "Orders"
    version = "1.0.0"

    standard = Edition("Standard")
    premium = Edition("Premium")
    payouts = AddOn("Payouts")

    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export(
        "Orders", connection=shop, http={"relativeURI": "/orders"}, delta={"lagOffset": 0}
    )
    save = Import(
        "Save",
        connection=shop,
        http={"relativeURI": ["/save"], "body": ['{"channel": "#none"}']},
        mapping={"fields": [{"extract": "code", "generate": "text"}], "lists": []},
        lookups=[{"name": "carriers", "map": {"a": "b"}, "default": "", "allowFailures": True}],
    )
    sync = Flow("Sync", source=orders, steps=[save], section="Orders")
    refunds = Flow("Refunds", source=orders, steps=[save], section="Refunds")

    class Settings:
        currency = Text("Currency", default="EUR", help="Of all amounts", required=True)

        page = Section("Orders", description="About orders", columns=2)
        loud = Checkbox("Loud", sets={"refunds.disabled": inverted})
        channel = Text(
            "Channel",
            default="#orders",
            visible_when=loud.is_(True),
            required_when=loud.is_(True),
            sets={"save.http.body[0]": template('{"channel": {json}}')},
        )
        lag = Number("Lag", minimum=0, maximum=60, sets={"orders.delta.lagOffset": scaled(1000)})
        big = Number("Large from", edition="premium", group="More")
        status = MultiSelect("Status", options={"paid": "Paid", "open": "Open"}, was="state")

        flow = FlowSettings("sync", has_switch=False)
        first = Tab("First")
        extract = Select(
            "Extract",
            options=[("code", "Code"), ("name", "Name")],
            default="code",
            sets="save.mapping.fields[generate=text].extract",
        )
        second = Tab("Second", collapsed=True)
        carriers = StaticMap("Carriers", default={"a": "b"}, sets="save.lookups[name=carriers]")

        money = Section("Money", add_on="payouts")
        book = Text("Book", visible_when=all_of())


class Shops(Connector):
    name = "Shops"
    version = "1.0.0"

    stores = Stores("Shop")
    shop = Connection("Shop", type="http", http=HTTP, per_store=True)
    orders = Export(
        "Orders", connection=shop, delta={"lagOffset": 0}, per_store=True, http={"method": "GET"}
    )
    sync = Flow("Sync", source=orders, steps=[], per_store=True)

    class Settings:
        page = General("Of this shop")
        title = Text("Title", default="?")
        orders_page = Section("Orders")
        loud = Checkbox("Loud")
        lag = Number("Lag", default=1, sets="orders.delta.lagOffset", visible_when=loud.is_(True))


class OnTwo(Orders):
    framework = 2

    class Settings(Orders.Settings):
        extract = Select("Extract", options=["code", "name"], default="code")
        carriers = None
        pairs = KeyValue(
            "Carriers",
            sets={"save.lookups[name=carriers].map": as_map()},
            under=Orders.Settings.page,
        )
        kept = Text("Kept", under=Orders.Settings.second)


def declare(settings: dict[str, Any], **attributes: Any) -> type[Connector]:
    """A connector like `Orders`, with other *settings*; in 2.0 without sections of flows."""
    body = {"Settings": type("Settings", (), settings), **attributes}
    if attributes.get("framework") == 2:
        flows = {"sync": "Sync", "refunds": "Refunds"}
        same = {"source": Orders.orders, "steps": [Orders.save]}
        body |= {name: Flow(title, **same) for name, title in flows.items()}
    return type(Connector)("Declared", (Orders,), body)


def found(settings: dict[str, Any], **attributes: Any) -> list[tuple[str, str | None]]:
    """Which problems a connector with those *settings* has, and where."""
    return [
        (problem.id.removeprefix("connector_kit."), problem.attribute)
        for problem in problems(declare(settings, **attributes))
    ]
