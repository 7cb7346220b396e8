"""CommerceHub 1.0.0."""

from pathlib import Path

from connector_kit import (
    Branch,
    Connection,
    Connector,
    Export,
    Flow,
    Import,
    Lookup,
    Router,
    Script,
    Step,
    Text,
)
from examples.commerce.documents import changed_since, fields, message, post, token_header
from examples.commerce.hooks import add_totals, keep_paid

SCRIPTS = Path(__file__).parent / "scripts"

SWITCH_AND_SCHEDULE = ("disabled", "schedule")


class CommerceHub(Connector):
    name = "Commerce Hub"
    description = "Orders, refunds, customers, stock and shipments between shop, ERP and chat"
    version = "1.0.0"
    applications = ("shopify", "netsuite", "slack")

    shopify = Connection(
        "Shopify",
        type="http",
        http={
            "baseURI": "https://shop.example.com/admin/api",
            "mediaType": "json",
            "formType": "http",
            "concurrencyLevel": 5,
            "auth": token_header("X-Shopify-Access-Token", " "),
            "ping": {"relativeURI": "/shop.json", "method": "GET"},
        },
    )
    netsuite_erp = Connection(
        "NetSuite",
        type="http",
        http={
            "baseURI": "https://netsuite.example.com",
            "mediaType": "json",
            "formType": "http",
            "concurrencyLevel": 10,
            "auth": {"type": "basic"},
            "ping": {"relativeURI": "/api/company", "method": "GET"},
        },
    )
    slack = Connection(
        "Slack",
        type="http",
        http={
            "baseURI": "https://slack.example.com/api",
            "mediaType": "json",
            "formType": "http",
            "auth": token_header("Authorization", "Bearer"),
            "ping": {"relativeURI": "/auth.test", "method": "POST"},
        },
    )

    order_helpers = Script("Order helpers", content=(SCRIPTS / "order_helpers.js").read_text())

    shopify_orders = Export(
        "New orders",
        connection=shopify,
        adaptor_type="HTTPExport",
        type="delta",
        page_size=50,
        delta={"lagOffset": 60000},
        http=changed_since("/orders.json", "orders"),
        hooks={"preSavePage": keep_paid.configured(status="paid")},
        trace_key_template="{{record.id}}",
    )
    shopify_refunds = Export(
        "New refunds",
        connection=shopify,
        adaptor_type="HTTPExport",
        type="delta",
        page_size=50,
        http=changed_since("/refunds.json", "refunds"),
    )
    shopify_customers = Export(
        "Changed customers",
        connection=shopify,
        adaptor_type="HTTPExport",
        type="delta",
        page_size=100,
        http=changed_since("/customers.json", "customers"),
    )
    netsuite_stock = Export(
        "Stock levels",
        connection=netsuite_erp,
        adaptor_type="HTTPExport",
        page_size=200,
        http={
            "relativeURI": "/api/items?fields=sku,available",
            "method": "GET",
            "response": {"resourcePath": "items"},
            "paging": {"method": "page", "page": 1},
        },
    )
    netsuite_shipments = Export(
        "New shipments",
        connection=netsuite_erp,
        adaptor_type="HTTPExport",
        type="delta",
        http=changed_since("/api/shipments", "shipments"),
    )
    netsuite_customer_lookup = Lookup(
        "Find customer",
        connection=netsuite_erp,
        adaptor_type="HTTPExport",
        http={
            "relativeURI": "/api/customers?email={{record.email}}",
            "method": "GET",
            "response": {"resourcePath": "customers"},
        },
    )
    shopify_order_lookup = Lookup(
        "Find order",
        connection=shopify,
        adaptor_type="HTTPExport",
        http={
            "relativeURI": "/orders/{{record.order_id}}.json",
            "method": "GET",
            "response": {"resourcePath": "order"},
        },
    )

    netsuite_customer = Import(
        "Save customer",
        connection=netsuite_erp,
        adaptor_type="HTTPImport",
        ignore_existing=False,
        http=post("/api/customers", response={"resourceIdPath": ["internalId"]}),
        mapping=fields(email="email", firstName="first_name", lastName="last_name"),
    )
    netsuite_sales_order = Import(
        "Save sales order",
        connection=netsuite_erp,
        adaptor_type="HTTPImport",
        http=post("/api/sales-orders", response={"resourceIdPath": ["internalId"]}),
        mapping={
            "fields": [
                {"extract": "id", "generate": "externalId"},
                {"extract": "customerInternalId", "generate": "entity"},
                {"extract": "created_at", "generate": "tranDate"},
                {"extract": "shipping_line", "generate": "shipMethod", "lookupName": "carriers"},
                {"extract": "total_cents", "generate": "total", "dataType": "number"},
                {"generate": "source", "hardCodedValue": "Shopify"},
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
                "map": {"standard": "Ground", "express": "Air"},
                "default": "Ground",
                "allowFailures": True,
            }
        ],
        hooks={"preMap": add_totals},
        customer_owns=["lookups"],
    )
    netsuite_credit_memo = Import(
        "Save credit memo",
        connection=netsuite_erp,
        adaptor_type="HTTPImport",
        http=post("/api/credit-memos"),
        mapping=fields(externalId="id", createdFrom="orderInternalId", amount="amount"),
    )
    shopify_stock_level = Import(
        "Set stock level",
        connection=shopify,
        adaptor_type="HTTPImport",
        http=post("/inventory_levels/set.json"),
        mapping=fields(sku="sku", available="available"),
    )
    shopify_fulfillment = Import(
        "Create fulfillment",
        connection=shopify,
        adaptor_type="HTTPImport",
        http=post("/orders/{{record.orderId}}/fulfillments.json"),
        mapping=fields(tracking_number="trackingNumber", tracking_company="carrier"),
    )
    slack_order_message = Import(
        "Announce large order",
        connection=slack,
        adaptor_type="HTTPImport",
        http=post("/chat.postMessage"),
        mapping=message("#orders", text="name"),
    )
    slack_stock_alert = Import(
        "Warn of low stock",
        connection=slack,
        adaptor_type="HTTPImport",
        http=post("/chat.postMessage"),
        mapping=message("#stock", text="sku"),
    )

    orders_to_netsuite = Flow(
        "Orders to NetSuite",
        section="Orders",
        source=shopify_orders,
        routers=[
            Router(
                "customers",
                name="Known customer?",
                route_records_to="first_matching_branch",
                route_records_using="input_filters",
                branches=[
                    Branch(
                        "With e-mail",
                        input_filter={"version": "1", "rules": ["notempty", ["extract", "email"]]},
                        steps=[
                            Step(
                                netsuite_customer_lookup,
                                response_mapping={"customerInternalId": "data[0].internalId"},
                                post_response_map=order_helpers.function("rememberCustomer"),
                            ),
                            Step(
                                netsuite_customer,
                                proceed_on_failure=True,
                                response_mapping={"savedCustomerId": "id"},
                            ),
                        ],
                        next_router="orders",
                    ),
                    Branch("Guest", steps=[], next_router="orders"),
                ],
            ),
            Router(
                "orders",
                name="Save and announce",
                route_records_to="all_matching_branches",
                route_records_using="script",
                script=order_helpers.function("chooseBranches"),
                branches=[
                    Branch("Save", steps=[netsuite_sales_order]),
                    Branch("Announce", steps=[slack_order_message]),
                ],
            ),
        ],
        schedule="? */15 * ? * *",
        timezone="Europe/Berlin",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )
    refunds_to_netsuite = Flow(
        "Refunds to NetSuite",
        section="Orders",
        source=shopify_refunds,
        steps=[
            Step(shopify_order_lookup, response_mapping={"orderInternalId": "data[0].name"}),
            netsuite_credit_memo,
        ],
        schedule="? 0 * ? * *",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )
    customers_to_netsuite = Flow(
        "Customers to NetSuite",
        section="Customers",
        source=shopify_customers,
        steps=[netsuite_customer],
        schedule="? 30 2 ? * *",
        disabled=True,
        run_next=[orders_to_netsuite],
        customer_owns=SWITCH_AND_SCHEDULE,
    )
    stock_to_shopify = Flow(
        "Stock to Shopify",
        section="Fulfillment",
        source=netsuite_stock,
        steps=[shopify_stock_level, slack_stock_alert],
        schedule="? 0 */2 ? * *",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )
    shipments_to_shopify = Flow(
        "Shipments to Shopify",
        section="Fulfillment",
        source=netsuite_shipments,
        steps=[shopify_fulfillment],
        schedule="? */30 * ? * *",
        disabled=True,
        customer_owns=SWITCH_AND_SCHEDULE,
    )

    class Settings:
        order_channel = Text(
            "Channel for large orders",
            default="#orders",
            sets="slack_order_message.mapping.fields[generate=channel].hardCodedValue",
        )
