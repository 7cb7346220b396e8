"""A connector of framework 2.0 with stores, in its first version."""

from connector_kit import (
    AddOn,
    Connection,
    Connector,
    Edition,
    Export,
    Flow,
    Import,
    Section,
    Stores,
    Text,
)

STORE = {"baseURI": "https://mine.example.com", "mediaType": "json"}


class Branches(Connector):
    name = "Branches"
    version = "1.0.0"
    framework = 2

    standard = Edition("Standard")
    premium = Edition("Premium")
    stores = Stores("Shopify store")
    payouts = AddOn("Payouts")

    erp = Connection(
        "ERP", type="http", http={"baseURI": "https://mine.example.com", "mediaType": "json"}
    )
    book = Import("Book", connection=erp, http={"relativeURI": ["/book"], "method": ["POST"]})

    shop = Connection("Shop", type="http", http=STORE, per_store=True)
    orders = Export(
        "Orders",
        connection=shop,
        http={"relativeURI": "/orders", "method": "GET"},
        page_size=50,
        per_store=True,
    )
    stock = Export(
        "Stock", connection=erp, http={"relativeURI": "/stock", "method": "GET"}, per_store=True
    )
    sync = Flow("Sync", source=orders, steps=[book], disabled=True, per_store=True)
    refunds = Export(
        "Refunds",
        connection=shop,
        http={"relativeURI": "/refunds", "method": "GET"},
        per_store=True,
        edition=premium,
    )
    paid_out = Export(
        "Paid out",
        connection=shop,
        http={"relativeURI": "/payouts", "method": "GET"},
        per_store=True,
        add_on=payouts,
    )

    class Settings:
        main = Section("Main")
        path = Text("Path of orders", default="/orders", sets="orders.http.relativeURI")
        ledger = Text("Ledger", default="/book", sets="book.http.relativeURI[0]")
