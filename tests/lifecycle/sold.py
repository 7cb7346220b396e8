"""Connectors with something to sell: one with editions and an add-on, one for several stores."""

from connector_kit import (
    AddOn,
    Connection,
    Connector,
    Edition,
    Export,
    Flow,
    Import,
    Script,
    SettingOptions,
    Stores,
    setting,
)


def http(kind):
    return {
        "baseURI": "https://shop.example.com",
        "mediaType": "json",
        "auth": {"type": kind, **({"token": {"location": "header"}} if kind == "token" else {})},
    }


def get(path):
    return {"relativeURI": path, "method": "GET"}


class Sold(Connector):
    name = "Sold in editions"
    version = "1.0.0"
    applications = ("shopify", "slack")

    standard = Edition("Standard")
    premium = Edition("Premium")
    enterprise = Edition("Enterprise")
    payouts = AddOn("Payouts", description="Reconcile payouts")

    shop = Connection("Shop", type="http", http=http("basic"))
    orders = Export("Orders", connection=shop, http=get("/orders"), page_size=50)
    save = Import("Save", connection=shop, http={"relativeURI": ["/save"], "method": ["POST"]})
    sync = Flow("Sync", source=orders, steps=[save], disabled=True, customer_owns=["disabled"])

    refunds = Export("Refunds", connection=shop, http=get("/refunds"), edition=premium)
    refund_flow = Flow(
        "Refunds", source=refunds, steps=[save], disabled=True, section="More", edition=premium
    )
    ledger = Connection("Ledger", type="http", http=http("basic"), edition=enterprise)
    entries = Export("Entries", connection=ledger, http=get("/entries"), edition=enterprise)
    audit = Script(
        "Audit", content="function audit (options) { return options.data }", edition=enterprise
    )

    payout = Export("Payouts", connection=shop, http=get("/payouts"), add_on=payouts)
    payout_flow = Flow("Payouts", source=payout, steps=[save], disabled=True, add_on=payouts)

    @setting(name="whatIHave")
    @staticmethod
    def what_i_have(options: SettingOptions):
        return {
            "edition": options.entitlements.edition,
            "isPremium": options.entitlements.has(Sold.premium),
        }


class OwnWay(Sold):
    """An author who changes editions in a way of his own."""

    @setting(name="changeEdition")
    @staticmethod
    def change(options: SettingOptions):
        return {"success": True, "by": f"the author of {options.integration_id}"}


class ManyShops(Connector):
    name = "Many shops"
    version = "1.0.0"
    applications = ("shopify",)

    standard = Edition("Standard")
    premium = Edition("Premium")
    stores = Stores("Shopify store")
    payouts = AddOn("Payouts")

    erp = Connection("ERP", type="http", http=http("basic"))
    shop = Connection("Shop", type="http", http=http("token"), per_store=True)
    pos = Connection("Till", type="http", http=http("basic"), per_store=True)
    orders = Export("Orders", connection=shop, http=get("/orders"), per_store=True)
    sales = Export("Sales", connection=pos, http=get("/sales"), per_store=True, edition=premium)
    save = Import("Save", connection=erp, http={"relativeURI": ["/save"], "method": ["POST"]})
    sync = Flow("Sync", source=orders, steps=[save], disabled=True, per_store=True)
    stock = Export("Stock", connection=erp, http=get("/stock"))
    stock_flow = Flow("Stock", source=stock, steps=[save], disabled=True, section="Stock")
    payout = Export("Payouts", connection=shop, http=get("/p"), per_store=True, add_on=payouts)
