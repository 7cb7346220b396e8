"""A connector with editions, an add-on and stores."""

from connector_kit import AddOn, Connection, Connector, Edition, Export, Flow, Import, Stores
from connector_kit.blueprint import compile_connector

HTTP = {"baseURI": "https://shop.example.com", "mediaType": "json"}


class Orders(Connector):
    name = "Orders"
    version = "1.0.0"

    standard = Edition("Standard")
    premium = Edition("Premium")
    payouts = AddOn("Payouts", description="Reconcile payouts")
    stores = Stores("Shopify store")

    erp = Connection("ERP", type="http", http=HTTP)
    shop = Connection("Shop", type="http", http=HTTP, per_store=True)
    orders = Export("Orders", connection=shop, per_store=True)
    save = Import("Save", connection=erp)
    sync = Flow("Sync", source=orders, steps=[save], per_store=True)
    stock = Export("Stock", connection=erp)
    stock_flow = Flow("Stock", source=stock, steps=[save], section="Stock", edition=premium)
    refunds = Export("Refunds", connection=shop, per_store=True, edition=premium)
    payout = Export("Payout", connection=shop, per_store=True, add_on=payouts)
    settle = Import("Settle", connection=erp, add_on=payouts)
    payout_flow = Flow(
        "Payouts", source=payout, steps=[settle], per_store=True, add_on=payouts, section="Money"
    )


ORDERS = compile_connector(Orders)


def page(blueprint):
    """What its settings page says."""
    return blueprint.integration.document["settings"]
