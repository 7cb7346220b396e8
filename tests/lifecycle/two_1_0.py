"""A connector of framework 2.0 with editions, in its first version."""

from connector_kit import Connection, Connector, Edition, Export, Flow, Import


class Two(Connector):
    name = "Two"
    version = "1.0.0"
    framework = 2

    standard = Edition("Standard")
    premium = Edition("Premium")

    shop = Connection(
        "Shop", type="http", http={"baseURI": "https://shop.example.com", "mediaType": "json"}
    )
    orders = Export(
        "Orders", connection=shop, http={"relativeURI": "/orders", "method": "GET"}, page_size=50
    )
    save = Import("Save", connection=shop, http={"relativeURI": ["/save"], "method": ["POST"]})
    sync = Flow("Sync", source=orders, steps=[save], disabled=True, customer_owns=["disabled"])
    refunds = Export(
        "Refunds",
        connection=shop,
        http={"relativeURI": "/refunds", "method": "GET"},
        edition=premium,
    )
