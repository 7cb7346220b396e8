"""CommerceHub 1.1.0: what changed since 1.0.0, and nothing else.

Inherited flows follow the components that are replaced here: a reference means the attribute.
"""

from typing import Any

from connector_kit import Flow, Import, Lookup, Script, Step
from examples.commerce import v1_0
from examples.commerce.documents import message, post
from examples.commerce.hooks import add_totals
from examples.commerce.v1_0 import SCRIPTS, SWITCH_AND_SCHEDULE

before = v1_0.CommerceHub


class CommerceHub(v1_0.CommerceHub):
    version = "1.1.0"

    order_helpers = Script("Order helpers", content=(SCRIPTS / "order_helpers_1_1.js").read_text())

    # The memo is new, the date is that of payment, and the source comes from the order.
    netsuite_sales_order = Import(
        "Save sales order",
        connection=before.netsuite_erp,
        adaptor_type="HTTPImport",
        http=post("/api/sales-orders", response={"resourceIdPath": ["internalId"]}),
        mapping={
            "fields": [
                {"extract": "id", "generate": "externalId"},
                {"extract": "customerInternalId", "generate": "entity"},
                {"extract": "processed_at", "generate": "tranDate"},
                {"extract": "shipping_line", "generate": "shipMethod", "lookupName": "carriers"},
                {"extract": "total_cents", "generate": "total", "dataType": "number"},
                {"extract": "source_name", "generate": "source"},
                {"extract": "note", "generate": "memo"},
            ],
            "lists": [
                {
                    "generate": "items",
                    "fields": [
                        {"extract": "line_items[*].sku", "generate": "item"},
                        {"extract": "line_items[*].quantity", "generate": "quantity"},
                    ],
                }
            ],
        },
        lookups=[
            {
                "name": "carriers",
                "map": {"standard": "Ground", "express": "Air", "pickup": "Counter"},
                "default": "Ground",
                "allowFailures": True,
            }
        ],
        hooks={"preMap": add_totals},
        customer_owns=["lookups"],
    )

    netsuite_item_lookup = Lookup(
        "Find item",
        connection=before.netsuite_erp,
        adaptor_type="HTTPExport",
        http={
            "relativeURI": "/api/items/{{record.sku}}",
            "method": "GET",
            "response": {"resourcePath": "item"},
        },
    )
    slack_refund_message = Import(
        "Announce refund",
        connection=before.slack,
        adaptor_type="HTTPImport",
        http=post("/chat.postMessage"),
        mapping=message("#refunds", text="id"),
    )
    slack_stock_alert: Any = None  # dropped: the ERP sends its own

    refunds_to_netsuite = Flow(
        "Refunds to NetSuite",
        section="Orders",
        source=before.shopify_refunds,
        steps=[
            Step(before.shopify_order_lookup, response_mapping={"orderInternalId": "data[0].name"}),
            before.netsuite_credit_memo,
            slack_refund_message,
        ],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )
    stock_to_shopify = Flow(
        "Stock to Shopify",
        section="Fulfillment",
        source=before.netsuite_stock,
        steps=[
            Step(netsuite_item_lookup, response_mapping={"available": "data[0].available"}),
            before.shopify_stock_level,
        ],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )
