"""An installed connector moves records, from the shop to the ERP and the chat, all over HTTP."""

from urllib.parse import parse_qs, urlsplit

import pytest

from connector_kit.embedded.usage import UsageQuery, usage_report
from connector_kit.models import FlowUsage, Order
from tests.lifecycle.fixtures import Customer
from tests.sandbox.plain import running_application

COMMERCE = "examples.commerce.v1_0:CommerceHub"
ORDERS = [
    {"id": 1, "name": "#1", "email": "ann@example.com", "total_price": "12.00"},
    {"id": 2, "name": "#2", "email": "bob@example.com", "total_price": "2500.00"},
    {"id": 3, "name": "#3", "email": None, "total_price": "30.00"},
    {"id": 4, "name": "#4", "email": "eve@example.com", "financial_status": "pending"},
]
LINE = {"sku": "MUG", "quantity": 2, "price_cents": 600}


def order(fields):
    return {"financial_status": "paid", "line_items": [LINE], "created_at": "2026-01-05", **fields}


@pytest.fixture
def application():
    """Shop, ERP and chat in one: Ann is a customer already."""
    with running_application() as application:
        known = {"ann@example.com": [{"internalId": "C-1"}]}
        application.answers = {
            "GET /orders.json": (200, {"orders": [order(document) for document in ORDERS]}, {}),
            "GET /api/customers": lambda request: (
                200,
                {"customers": known.get(parse_qs(urlsplit(request["path"]).query)["email"][0], [])},
                {},
            ),
            "POST /api/customers": (200, {"internalId": "C-9"}, {}),
            "POST /api/sales-orders": lambda request: (
                200,
                {"internalId": f"SO-{request['body']['externalId']}"},
                {},
            ),
        }
        yield application


@pytest.fixture
def installed(shop, application):
    """A customer of the Commerce Hub, whose connections lead to the application."""
    shop.publish(COMMERCE)
    customer = Customer(shop.platform, 0).install(shop.connector)
    for name in ("shopify", "netsuite_erp", "slack"):
        http = customer.component(name)["http"]
        customer.change(name, http={**http, "baseURI": application.uri, "concurrencyLevel": 1})
    return customer


def run(customer, name):
    """Run a flow to its end; returns its job."""
    customer.change(name, disabled=False)
    flow = customer.component(name)["_id"]
    job = customer.do("POST", f"/flows/{flow}/run")["_jobId"]
    assert customer.platform.control("/drain", {"timeout_seconds": 8})["drained"]
    return customer.do("GET", f"/jobs/{job}")


def sent(application, path):
    return [
        request["body"]
        for request in application.requests
        if request["method"] == "POST" and request["path"] == path
    ]


def test_orders_go_through_hooks_lookups_routers_and_mappings(installed, application):
    job = run(installed, "orders_to_netsuite")

    assert (job["status"], job["numError"]) == ("completed", 0)
    orders = {
        document["externalId"]: document for document in sent(application, "/api/sales-orders")
    }
    assert {name: item.get("entity") for name, item in orders.items()} == {
        1: "C-1",
        2: None,
        3: None,
    }
    assert {document["total"] for document in orders.values()} == {1200}
    assert orders[1]["items"] == [{"item": "MUG", "quantity": 2}]
    assert [document["email"] for document in sent(application, "/api/customers")] == [
        "ann@example.com",
        "bob@example.com",
    ]
    assert [document["text"] for document in sent(application, "/chat.postMessage")] == ["#2"]


def test_an_order_that_the_erp_refuses_is_an_error_of_the_installation(installed, application):
    application.answers["POST /api/sales-orders"] = lambda request: (
        (422, {}, {}) if request["body"]["externalId"] == 2 else (200, {"internalId": "SO"}, {})
    )

    job = run(installed, "orders_to_netsuite")

    assert (job["status"], job["numError"], job["retriable"]) == ("completed", 1, True)
    query = f"_integrationId={installed.integration_id}"
    (listed,) = installed.do("GET", f"/jobs?type=flow&{query}")
    assert listed["numOpenError"] == 1
    counted = installed.do("GET", f"/integrations/{installed.integration_id}/errors")
    assert [
        document["numError"] for document in counted if document["_flowId"] == job["_flowId"]
    ] == [1]
    application.answers["POST /api/sales-orders"] = (200, {"internalId": "SO"}, {})
    installed.do("POST", f"/jobs/{job['_id']}/retry")
    installed.platform.control("/drain", {"timeout_seconds": 8})
    after = installed.do("GET", f"/jobs/{job['_id']}")
    assert (after["numError"], after["numOpenError"]) == (0, 0)


def test_a_check_of_the_installation_reads_its_newest_runs_and_errors(installed, application):
    application.answers["POST /api/sales-orders"] = lambda request: (
        (422, {}, {}) if request["body"]["externalId"] == 2 else (200, {"internalId": "SO"}, {})
    )
    run(installed, "orders_to_netsuite")
    installed.order(installed.installation.release, Order.Kind.PLAN)

    installed.push()

    activity = installed.installation.activity
    assert [
        (document["flow"], document["status"], document["errors"]) for document in activity["runs"]
    ] == [("orders_to_netsuite", "completed", 1)]
    [error] = activity["errors"]
    assert (error["flow"], error["code"]) == ("orders_to_netsuite", "422")


def test_a_check_counts_what_the_flows_have_done(installed, application):
    application.answers["POST /api/sales-orders"] = lambda request: (
        (422, {}, {}) if request["body"]["externalId"] == 2 else (200, {"internalId": "SO"}, {})
    )
    for _ in range(2):
        run(installed, "orders_to_netsuite")
    for _ in range(2):
        installed.order(installed.installation.release, Order.Kind.PLAN)
        installed.push()

    [counted] = FlowUsage.objects.all()
    assert (counted.integration_id, counted.flow, counted.runs, counted.errors) == (
        installed.integration_id,
        "orders_to_netsuite",
        2,
        2,
    )
    [shown, *_] = installed.installation.activity["runs"]
    # What the run's three imports took; its export and its lookup handed on five more.
    assert (counted.records, shown["success"]) == (10, 5)
    row = installed.installation
    assert row.usage_since < row.usage_until
    [told] = [row for row in usage_report(UsageQuery()).rows if row.source == "marketplace"]
    assert (told.runs, told.records, told.owner) == (2, 10, row.email)
