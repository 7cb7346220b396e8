"""What public clients of integrator.io call, and what they rely on."""

import pytest

from tests.sandbox.plain import code

USED = ("exports", "imports", "connections")


@pytest.fixture
def integration(customer):
    """A flow of an integration, whose exports, import, and connections name no integration."""
    home = customer.create("integrations")
    shop, erp = customer.connection(), customer.connection()
    get = {"relativeURI": "/orders", "method": "GET"}
    http = {"adaptorType": "HTTPExport", "http": get}
    orders = customer.create("exports", _connectionId=shop["_id"], **http)
    lookup = customer.create("exports", _connectionId=erp["_id"], isLookup=True, **http)
    save = customer.create(
        "imports",
        _connectionId=erp["_id"],
        adaptorType="HTTPImport",
        http={"relativeURI": ["/in"], "method": ["POST"]},
    )
    customer.create(
        "flows",
        _integrationId=home["_id"],
        pageGenerators=[{"_exportId": orders["_id"]}],
        pageProcessors=[
            {"type": "export", "_exportId": lookup["_id"]},
            {"type": "import", "_importId": save["_id"]},
        ],
    )
    used = {"exports": [orders, lookup], "imports": [save], "connections": [shop, erp]}
    return home | {"used": {kind: {item["_id"] for item in used[kind]} for kind in USED}}


@pytest.mark.parametrize("kind", USED)
def test_what_a_flow_uses_is_a_member_of_its_integration(customer, integration, kind):
    members = customer.get(f"/integrations/{integration['_id']}/{kind}").json()

    assert {member["_id"] for member in members} == integration["used"][kind]


@pytest.mark.parametrize("path", ["/exports", "/imports", "/flows"])
def test_the_last_page_has_a_link_header_too(customer, path):
    answer = customer.get(path)

    assert 'rel="next"' not in answer.headers["Link"]


@pytest.mark.parametrize("kind", ["integrations", "flows", *USED])
def test_a_document_has_an_audit_of_its_own(customer, integration, kind):
    listed = customer.get(f"/{kind}?limit=1000").json()
    identity = integration["_id"] if kind == "integrations" else listed[-1]["_id"]

    entries = customer.get(f"/{kind}/{identity}/audit").json()

    assert entries
    assert {entry["_resourceId"] for entry in entries} == {identity}


def test_the_users_of_an_account_are_listed_and_removed(sandbox, customer):
    emails = [account.email for account in sandbox.accounts[1:]]
    customer.post("/invite/multiple", {"emails": emails, "accessLevel": "monitor"})

    shares = customer.get("/ashares").json()

    assert {share["sharedWithUser"]["email"] for share in shares} >= {*emails}
    for share in shares:
        assert customer.delete(f"/ashares/{share['_id']}").status_code == 204
    assert customer.get("/ashares").json() == []


def test_deleted_documents_are_listed_by_type(customer):
    customer.delete(f"/scripts/{customer.create('scripts', content='1')['_id']}")

    entries = customer.get("/recycleBinTTL/scripts").json()

    assert {entry["model"] for entry in entries} == {"Script"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/integrations/{id}/revisions"),
        ("POST", "/integrations/{id}/revisions"),
        ("POST", "/tags"),
        ("GET", "/tags/{id}"),
        ("POST", "/processors/csvParser"),
        ("GET", "/httpconnectors"),
        ("GET", "/environments"),
        ("POST", "/mcpservers/{id}/preview"),
        ("GET", "/mcpservers/{id}/logs"),
        ("POST", "/apis/{id}/request"),
    ],
)
def test_what_is_not_simulated_says_so(customer, integration, method, path):
    answer = customer(method, path.format(id=integration["_id"]), {})

    assert code(answer) == (501, "not_implemented")
