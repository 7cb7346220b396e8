"""A connector of framework 2.0 with all that the guide promises: editions, an add-on, settings."""

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
    Import,
    Number,
    PreMapOptions,
    Script,
    Section,
    Select,
    SettingOptions,
    Text,
    inverted,
    keep,
    setting_values,
    template,
)

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


def channels(options: SettingOptions) -> list[tuple[str, str]]:
    """The channels that there are."""
    return [("#orders", "Orders"), ("#refunds", "Refunds")]


def no_shouting(value: str, values: dict[str, Any]) -> str | None:
    """Refuse capital letters."""
    return "Not so loud" if value.isupper() else None


def describe(options: PreMapOptions) -> list[Any]:
    """Say what the customer has."""
    about = {
        "edition": options.entitlements.edition,
        "payouts": options.entitlements.has("payouts"),
        "channel": setting_values(options.settings)["channel"],
    }
    return [keep({**record, **about}) for record in options.data]


class Sold(Connector):
    name = "Sold"
    version = "1.0.0"
    framework = 2

    standard = Edition("Standard")
    premium = Edition("Premium")
    payouts = AddOn("Payouts")

    shop = Connection("Shop", type="http", http=HTTP)
    helpers = Script("Helpers", content="function addTotals(options) { return options.data }")
    orders = Export("Orders", connection=shop, http={"relativeURI": "/orders", "method": "GET"})
    post = Import(
        "Post",
        connection=shop,
        http={"relativeURI": ["/post"], "method": ["POST"], "body": ['{"channel": "#none"}']},
        hooks={"preMap": describe, "postMap": helpers.function("addTotals")},
    )
    sync = Flow("Sync", source=orders, steps=[post], disabled=True)
    refunds = Flow("Refunds", source=orders, steps=[post], disabled=True)
    payout_list = Export(
        "Payout list",
        connection=shop,
        http={"relativeURI": "/payouts", "method": "GET"},
        add_on=payouts,
    )
    payout_flow = Flow(
        "Payout flow", source=payout_list, steps=[post], disabled=True, add_on=payouts
    )

    class Settings:
        page = Section("Orders")
        with_refunds = Checkbox("Post refunds", sets={"refunds.disabled": inverted})
        channel = Text(
            "Channel",
            default="#orders",
            required=True,
            validate=no_shouting,
            sets={"post.http.body[0]": template('{"channel": {json}}')},
        )
        listed = Select("Listed", options=channels)
        large = Number("Large from", edition="premium")
        api_key = Text("Key")
        rate = Number("Rate", add_on="payouts")

        flow = FlowSettings("sync")
        folder = Text("Folder", default="f")
