"""Access tokens and what they allow (protocol/http-api.md#10)."""

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import Api, code

HOUR = 3600


@pytest.fixture
def parts(customer, application):
    """A connection with an export and an import."""
    http = {"baseURI": application.uri, "mediaType": "json"}
    connection = customer.connection(http=http)["_id"]
    shared = {"_connectionId": connection}
    export = customer.create("exports", http={"relativeURI": "/orders"}, **shared)
    import_ = customer.create("imports", http={"relativeURI": ["/items"]}, **shared)
    return connection, export, import_


@pytest.fixture
def token(api, customer):
    """Make an access token; returns a client that uses it."""

    def run(**fields):
        run.id = customer.create("accesstokens", **fields)["_id"]
        value = customer.get(f"/accesstokens/{run.id}/display").json()["token"]
        return api(value)

    return run


def test_with_full_access_it_does_what_the_accounts_own_token_does(customer, token):
    client = token(fullAccess=True)

    assert client.get("/tokenInfo").json() == customer.get("/tokenInfo").json()
    assert client.create("scripts", content="1")["_id"]


def test_the_token_is_shown_on_request_only(customer, token):
    token(fullAccess=True)

    made = customer.get(f"/accesstokens/{token.id}").json()

    assert made["token"] == "******"


def test_without_it_it_uses_the_documents_it_names_and_no_others(parts, customer, token):
    connection, export, import_ = parts
    other = customer.create("exports", _connectionId=connection)
    client = token(_exportIds=[export["_id"]], _importIds=[import_["_id"]])

    assert client.get("/tokenInfo").json()["scope"] == "custom"
    assert client.get(f"/exports/{export['_id']}").status_code == 200
    assert client.post(f"/exports/{export['_id']}/invoke").status_code == 200
    assert client.get(f"/{export['apiIdentifier']}").status_code == 200
    assert client.post(f"/imports/{import_['_id']}/invoke", [{}]).status_code == 200
    assert client.post(f"/imports/{import_['_id']}/map", [{}]).status_code == 200
    for method, path in (
        ("GET", f"/exports/{other['_id']}"),
        ("POST", f"/exports/{other['_id']}/invoke"),
        ("GET", f"/{other['apiIdentifier']}"),
        ("PUT", f"/exports/{export['_id']}"),
        ("DELETE", f"/exports/{export['_id']}"),
        ("GET", f"/connections/{connection}"),
        ("GET", "/exports"),
        ("POST", "/scripts"),
        ("GET", "/accesstokens"),
    ):
        assert code(client(method, path, {})) == (403, "forbidden"), path


def test_it_may_use_a_connection(parts, token):
    connection, *_ = parts
    client = token(_connectionIds=[connection])
    export = {"export": {"http": {"relativeURI": "/orders"}}}

    assert client.get(f"/connections/{connection}/ping").status_code == 200
    assert client.post(f"/connections/{connection}/export", export).status_code == 200
    assert code(client.delete(f"/connections/{connection}")) == (403, "forbidden")


def test_its_limits_can_be_changed(parts, customer, token):
    _, export, _ = parts
    client = token(fullAccess=True)

    customer.put(f"/accesstokens/{token.id}", {"name": "x", "_exportIds": [export["_id"]]})

    assert code(client.get("/exports")) == (403, "forbidden")
    assert client.get(f"/exports/{export['_id']}").status_code == 200


def test_a_renewed_or_deleted_token_is_dead_at_once(api, customer, token):
    client = token(fullAccess=True)

    renewed = customer.post(f"/accesstokens/{token.id}/generate").json()["token"]

    assert code(client.get("/exports")) == (401, "unauthorized")
    assert api(renewed).get("/exports").status_code == 200
    customer.delete(f"/accesstokens/{token.id}")
    assert code(api(renewed).get("/exports")) == (401, "unauthorized")


def test_a_connector_makes_tokens_for_itself_with_an_expiry(
    api, customer, connector, stack, install
):
    identity = install()
    kept = {}

    def make(options):
        client = api(options["bearerToken"])
        refused = client.post("/accesstokens", {"name": "x", "fullAccess": True})
        kept["refused"] = code(refused)
        made = client.create(
            "accesstokens", fullAccess=True, autoPurgeAt="2099-01-01T00:00:00.000Z"
        )
        kept["token"] = client.get(f"/accesstokens/{made['_id']}/display").json()["token"]

    stack.functions["make"] = make
    customer.put(f"/integrations/{identity}/installer/make", {})
    client = api(kept["token"])

    assert kept["refused"] == (422, "missing_required_field")
    assert client.connection()["_connectorId"] == connector["_id"]
    foreign = customer.connection()["_id"]
    assert code(client.get(f"/connections/{foreign}")) == (404, "not_found")


def test_an_expired_token_is_dead_and_goes_away():
    with Sandbox(accounts=1, bucket=0) as sandbox:
        customer = Api(sandbox.base_url, sandbox.accounts[0].token)
        control = Api(sandbox.control_url)
        made = customer.create(
            "accesstokens", fullAccess=True, autoPurgeAt="2099-01-01T00:00:00.000Z"
        )
        value = customer.get(f"/accesstokens/{made['_id']}/display").json()["token"]
        client = Api(sandbox.base_url, value)
        assert client.get("/tokenInfo").status_code == 200

        control.post("/clock", {"advance_seconds": 100 * 365 * 24 * HOUR})

        assert code(client.get("/tokenInfo")) == (401, "unauthorized")
        assert customer.get("/accesstokens").json() == []
        for api in (customer, control, client):
            api.close()
