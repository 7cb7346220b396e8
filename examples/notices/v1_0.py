"""OrderNotices 1.0.0."""

from connector_kit import (
    Checkbox,
    Connection,
    Connector,
    Edition,
    Export,
    Flow,
    FlowSettings,
    Import,
    Number,
    Section,
    Select,
    StaticMap,
    Text,
    inverted,
    template,
)


class OrderNotices(Connector):
    name = "Order notices"
    description = "Tells a chat of a shop's orders"
    version = "1.0.0"
    applications = ("shopify", "slack")

    standard = Edition("Standard")
    premium = Edition("Premium")

    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com/api",
            "mediaType": "json",
            "auth": {"type": "basic"},
            "ping": {"relativeURI": "/shop", "method": "GET"},
        },
    )
    chat = Connection(
        "Chat",
        type="http",
        http={
            "baseURI": "https://chat.example.com/api",
            "mediaType": "json",
            "auth": {
                "type": "token",
                "token": {"location": "header", "headerName": "Authorization", "scheme": "Bearer"},
            },
            "ping": {"relativeURI": "/auth.test", "method": "POST"},
        },
    )

    orders = Export(
        "New orders",
        connection=shop,
        adaptor_type="HTTPExport",
        http={"relativeURI": "/orders", "method": "GET"},
        delta={"lagOffset": 0},
    )
    notice = Import(
        "Post notice",
        connection=chat,
        adaptor_type="HTTPImport",
        http={
            "relativeURI": ["/chat.postMessage"],
            "method": ["POST"],
            "body": ['{"channel": "#orders"}'],
        },
        lookups=[{"name": "names", "map": {}, "default": "", "allowFailures": True}],
    )
    tell = Flow(
        "Tell of orders",
        section="Orders",
        source=orders,
        steps=[notice],
        schedule="? */15 * ? * *",
    )

    summary = Export(
        "Orders of the day",
        connection=shop,
        adaptor_type="HTTPExport",
        http={"relativeURI": "/orders/summary", "method": "GET"},
        edition=premium,
    )
    tell_summary = Flow(
        "Tell of the day",
        section="Digest",
        source=summary,
        steps=[notice],
        schedule="? 0 18 ? * *",
        edition=premium,
    )

    class Settings:
        orders_page = Section("Orders", description="Which orders are told of, and where")
        channel = Text(
            "Channel",
            default="#orders",
            required=True,
            max_length=40,
            help="Begins with #.",
            sets={"notice.http.body[0]": template('{"channel": {json}}')},
        )
        which = Select(
            "Tell of", options=[("all", "All orders"), ("large", "Large ones")], default="all"
        )
        minimum = Number("From amount", minimum=0, required=True, visible_when=which.is_("large"))
        by_day = Checkbox("Tell at once", default=True, sets={"tell.disabled": inverted})

        tell_settings = FlowSettings("tell")
        names = StaticMap(
            "Names of customers",
            help="What the chat calls them.",
            sets="notice.lookups[name=names]",
        )

        digest = Section("Digest", edition="premium")
        title = Text("Title of the digest", default="Orders of the day", edition="premium")
