"""What the foreign stack of these tests made, declared as a connector."""

from typing import Any

from connector_kit import Connection, Connector, Export, Flow, Import, Text, hook


@hook.pre_save_page
def keep_paid(options: Any) -> Any:
    return {"data": options.data, "errors": [], "abort": False}


def http(host: str) -> dict[str, Any]:
    return {
        "baseURI": f"https://{host}.example.com",
        "mediaType": "json",
        "auth": {"type": "basic"},
    }


class Erp(Connector):
    name = "Shop to ERP"
    version = "1.0.0"
    applications = ("shopify", "netsuite")

    erp = Connection("ERP", type="http", http=http("erp"))
    shop = Connection("Shop", type="rest", rest={"baseURI": "https://shop.example.com"})
    orders = Export(
        "Orders",
        connection=shop,
        page_size=50,
        rest={"relativeURI": "/orders", "method": "GET"},
        hooks={"preSavePage": keep_paid},
    )
    customers = Export(
        "Customers", connection=shop, rest={"relativeURI": "/customers", "method": "GET"}
    )
    save_order = Import(
        "Save order",
        connection=erp,
        http={"relativeURI": ["/orders"], "method": ["POST"]},
        mapping={"fields": [{"extract": "number", "generate": "id"}], "lists": []},
    )
    save_customer = Import(
        "Save customer",
        connection=erp,
        http={"relativeURI": ["/customers"], "method": ["POST"]},
    )
    order_sync = Flow(
        "Order sync",
        source=orders,
        steps=[save_order],
        schedule="? 0 * ? * *",
        disabled=False,
        customer_owns=["schedule", "disabled"],
    )
    customer_sync = Flow("Customer sync", source=customers, steps=[save_customer], disabled=True)

    class Settings:
        channel = Text("Channel", default="#orders")
