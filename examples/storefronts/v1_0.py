"""Storefronts 1.0.0: framework 2.0, with a child integration for each of the customer's shops."""

from connector_kit import Connection, Connector, Export, Flow, Import, Section, Stores, Text


class Storefronts(Connector):
    name = "Storefronts to ERP"
    description = "Books the orders of any number of shops in one ERP"
    version = "1.0.0"
    framework = 2
    applications = ("shopify", "netsuite")

    stores = Stores("Storefront")

    # What all stores share.
    erp = Connection(
        "ERP",
        type="http",
        http={
            "baseURI": "https://erp.example.com/api",
            "mediaType": "json",
            "auth": {"type": "basic"},
            "ping": {"relativeURI": "/company", "method": "GET"},
        },
    )
    save_order = Import(
        "Save order",
        connection=erp,
        adaptor_type="HTTPImport",
        http={"relativeURI": ["/orders"], "method": ["POST"]},
    )

    # What each store has of its own.
    shop = Connection(
        "Shop",
        type="http",
        http={
            "baseURI": "https://shop.example.com/api",
            "mediaType": "json",
            "auth": {
                "type": "token",
                "token": {"location": "header", "headerName": "Authorization", "scheme": "Bearer"},
            },
            "ping": {"relativeURI": "/shop", "method": "GET"},
        },
        per_store=True,
    )
    orders = Export(
        "New orders",
        connection=shop,
        adaptor_type="HTTPExport",
        type="delta",
        http={"relativeURI": "/orders", "method": "GET"},
        delta={"lagOffset": 0},
        per_store=True,
    )
    sync_orders = Flow(
        "Orders to ERP",
        source=orders,
        steps=[save_order],
        schedule="? */15 * ? * *",
        customer_owns=["disabled", "schedule"],
        per_store=True,
    )

    class Settings:
        booking = Section("Booking")
        journal = Text("Journal", default="/orders", sets="save_order.http.relativeURI[0]")
        orders_page = Section("Orders")
        path = Text("Path of new orders", default="/orders", sets="orders.http.relativeURI")
