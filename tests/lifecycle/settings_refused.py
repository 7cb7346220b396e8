"""A connector with a setting of which only the platform knows what it may be."""

from connector_kit import Connection, Connector, Export, Flow, Import, Number, Section, Text

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Named(Connector):
    name = "Named"
    version = "1.0.0"
    applications = ("shopify",)

    shop = Connection("Shop", type="http", http=HTTP)
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/o", "method": "GET"},
        delta={"lagOffset": 0},
    )
    save = Import("Save", connection=shop, http={"relativeURI": ["/x"], "method": ["POST"]})
    sync = Flow("Sync", source=orders, steps=[save], disabled=True)

    class Settings:
        page = Section("Sync")
        when = Text("When", default="? 0 * ? * *", sets="sync.schedule")
        lag = Number("Lag", default=0, sets="orders.delta.lagOffset")
