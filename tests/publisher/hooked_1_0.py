"""A connector whose code changes from version to version."""

from connector_kit import Connection, Connector, Export, Flow, Import, Select, hook


@hook.pre_save_page
def old_hook(options):
    return options


class Hooked(Connector):
    name = "Hooked"
    version = "1.0.0"

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://shop.example.com", "mediaType": "json"}
    )
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": old_hook},
    )
    post = Import("Post", connection=shop, http={"relativeURI": ["/post"], "method": ["POST"]})
    flow = Flow("Flow", source=orders, steps=[post])

    class Settings:
        channel = Select("Channel", options=lambda _: ["#orders"])
