"""The shop, the ERP, and the chat: records travel between them through flows."""

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.flows.plant import Plant
from tests.sandbox.plain import Api, code, running_application, running_stack

SHOP = {
    "type": "token",
    "token": {"location": "header", "headerName": "X-Token", "scheme": " ", "token": "shop-token"},
}
ERP = {"type": "basic", "basic": {"username": "erp-user", "password": "erp-password"}}
CHAT = {"type": "token", "token": {"location": "header", "token": "chat-token"}}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(accounts=1, bucket=0, applications=True) as sandbox:
        yield sandbox


@pytest.fixture
def plant(sandbox, customer, control):
    with running_stack() as (stack, uri), running_application() as application:
        stack.uri = uri
        yield Plant(sandbox, customer, control, stack, application)
    for application in control.get("/applications").json():
        control.post(f"/applications/{application['name']}/reset", {})


@pytest.fixture
def ask(plant, customer):
    """Ask an application through a connection: `ask("shop", auth, "GET", "/orders")`."""

    def run(name, auth, method="GET", uri="/orders", body=None):
        connection = plant.http(f"https://{name}.example.com/api", auth=auth)
        headers = {"Integrator-Method": method, "Integrator-Relative-URI": uri}
        return customer("POST", f"/connections/{connection}/proxy", body, headers=headers)

    return run


def _texts(control):
    messages = control.get("/applications/chat").json()["messages"]
    return [message["text"] for message in messages]


def _flow(plant, **shop):
    """A flow that tells the chat the number of every order."""
    relative_uri = "/orders?limit=10&page={{export.http.paging.page}}"
    paging = {"method": "page", "page": 1, "maxPagePath": "pages"}
    response = {"resourcePath": "orders"}
    http = {"relativeURI": relative_uri, "paging": paging, "response": response}
    source = plant.export(
        _connectionId=plant.http("https://shop.example.com/api", **{"auth": SHOP, **shop}),
        http=http,
        mockOutput={"page_of_records": [{"record": {"number": "never asked for"}}]},
    )
    target = plant.import_(
        "/messages",
        _connectionId=plant.http("https://chat.example.com/api", auth=CHAT),
        mapping={"fields": [{"extract": "number", "generate": "text"}], "lists": []},
    )
    return plant.flow(source, [target])


def test_every_page_of_the_shop_reaches_the_chat(plant, control):
    plant.start(_flow(plant))
    plant.drain()

    assert _texts(control) == [f"SO-{1000 + number}" for number in range(1, 26)]


def test_a_wrong_token_takes_the_connection_offline(plant, control, customer):
    wrong = {**SHOP, "token": {**SHOP["token"], "token": "guessed"}}
    flow = _flow(plant, auth=wrong)

    plant.start(flow)
    plant.drain()

    assert _texts(control) == []
    assert code(customer.post(f"/flows/{flow}/run")) == (422, "invalid_operation")


@pytest.mark.parametrize(
    ("name", "auth", "advice"),
    [
        ("shop", CHAT, "Send the header 'X-Token: TOKEN'"),
        ("erp", CHAT, "Log in with basic authentication"),
        ("chat", ERP, "Send the header 'Authorization: Bearer TOKEN'"),
    ],
)
def test_a_login_that_is_wrong_is_told_what_is_right(ask, name, auth, advice):
    answer = ask(name, auth)

    assert answer.status_code == 401
    assert answer.json()["error"].startswith(advice)


def test_a_ping_asks_the_application(plant, customer):
    def ping(auth):
        http = {"baseURI": "https://shop.example.com/api", "mediaType": "json", "auth": auth}
        http["ping"] = {"relativeURI": "/ping", "method": "GET"}
        made = customer.create("connections", type="http", http=http)["_id"]
        return customer.get(f"/connections/{made}/ping").json()["code"]

    assert (ping(SHOP), ping(CHAT)) == (200, 401)


def test_orders_are_filtered_by_date_and_by_field(ask):
    late = ask("shop", SHOP, uri="/orders?since=2026-01-05T22:00:00.000Z&limit=100").json()
    open_ = ask("shop", SHOP, uri="/orders?status=open&limit=2&page=2").json()

    assert [order["number"] for order in late["orders"]] == ["SO-1023", "SO-1024", "SO-1025"]
    assert [order["number"] for order in open_["orders"]] == ["SO-1012", "SO-1017"]
    assert (open_["page"], open_["pages"], open_["total"]) == (2, 3, 5)


def test_a_new_order_is_the_newest_one(ask):
    lines = [{"sku": "MUG-1", "quantity": 2, "price": 12.5}]
    made = ask("shop", SHOP, "POST", body={"status": "paid", "lines": lines}).json()

    newest = ask("shop", SHOP, uri="/orders?since=2026-02-01T00:00:00.000Z").json()["orders"]
    assert newest == [made]
    assert (made["number"], made["total"], made["currency"]) == ("SO-1026", 25.0, "USD")


def test_an_invoice_is_written_changed_and_found(ask):
    made = ask("erp", ERP, "POST", "/invoices", {"order": "SO-1001", "total": 5}).json()
    changed = ask("erp", ERP, "PUT", f"/invoices/{made['id']}", {"total": 7})
    found = ask("erp", ERP, uri="/invoices?order=SO-1001").json()["invoices"]

    assert changed.status_code == 200
    assert [(invoice["number"], invoice["total"]) for invoice in found] == [("INV-1", 7)]


@pytest.mark.parametrize(
    ("method", "uri", "body", "status"),
    [
        ("GET", "/elsewhere", None, 404),
        ("GET", "/messages/99", None, 404),
        ("PUT", "/messages/1", {"text": "other"}, 405),
        ("DELETE", "/messages", None, 405),
        ("POST", "/messages", {"channel": "#orders"}, 422),
        ("GET", "/messages?page=0", None, 400),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(ask, method, uri, body, status):
    answer = ask("chat", CHAT, method, uri, body)

    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_a_reset_brings_back_what_was_there(ask, control):
    ask("shop", SHOP, "POST", body={"status": "paid"})

    answer = control.post("/applications/shop/reset", {})

    assert [len(answer.json()[name]) for name in ("orders", "products", "customers")] == [25, 4, 5]


def test_data_outlive_a_restart(tmp_path):
    path = tmp_path / "sandbox.json"
    for expected in (1, 2):
        with Sandbox(accounts=1, snapshot=path, applications=True) as sandbox:
            client = Api(sandbox.base_url, sandbox.accounts[0].token)
            http = {"baseURI": "https://chat.example.com/api", "mediaType": "json", "auth": CHAT}
            connection = client.create("connections", type="http", http=http)["_id"]
            headers = {"Integrator-Method": "POST", "Integrator-Relative-URI": "/messages"}
            client("POST", f"/connections/{connection}/proxy", {"text": "hello"}, headers=headers)
            control = Api(sandbox.control_url)
            assert len(control.get("/applications/chat").json()["messages"]) == expected
            client.close(), control.close()


def test_without_them_the_way_out_is_named():
    with Sandbox(accounts=1) as sandbox:
        client, control = (
            Api(sandbox.base_url, sandbox.accounts[0].token),
            Api(sandbox.control_url),
        )
        connection = client.connection(
            http={"baseURI": "https://shop.example.com", "mediaType": "json"}
        )["_id"]
        headers = {"Integrator-Method": "GET", "Integrator-Relative-URI": "/api/orders"}
        answer = client("POST", f"/connections/{connection}/proxy", headers=headers)

        assert "--applications" in answer.text
        assert control.get("/applications").json() == []
        assert control.get("/applications/shop").status_code == 404
        client.close(), control.close()
