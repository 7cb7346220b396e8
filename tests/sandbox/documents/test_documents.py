"""protocol/http-api.md#3-conventions, over real HTTP."""

import pytest

from tests.sandbox.plain import HTTP_CONNECTION, code, errors


def test_a_token_is_checked_with_token_info(sandbox, customer):
    answer = customer.get("/tokenInfo")

    assert answer.status_code == 200
    assert answer.json() == {"_userId": sandbox.accounts[0].user_id, "scope": "*"}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_a_document_is_created_with_201_and_read_back_as_it_was_answered(customer):
    made = customer.create("scripts", content="function f () {}")

    assert len(made["_id"]) == 24
    assert made["createdAt"] == made["lastModified"]
    assert made["createdAt"].endswith("Z")
    assert customer.get(f"/scripts/{made['_id']}").json() == made


def test_unknown_fields_are_stored_as_they_are(customer):
    odd = {"rare": [1, None, {"deep": 2**70}], "euro": "€", "float": 1.5}

    assert customer.create("iclients", provider="shopify", odd=odd)["odd"] == odd


def test_a_put_replaces_the_document_and_erases_what_is_left_out(customer):
    made = customer.create("scripts", content="1", description="long")

    answer = customer.put(f"/scripts/{made['_id']}", {"name": "New", "content": "2"})

    assert answer.status_code == 200
    assert answer.json().keys() == made.keys() - {"description"}
    assert answer.json()["createdAt"] == made["createdAt"]


def test_sending_id_and_dates_back_is_allowed_and_changes_nothing(customer):
    made = customer.create("scripts", content="1")
    sent = {**made, "_id": "0" * 24, "createdAt": "1999-01-01T00:00:00.000Z"}

    answer = customer.put(f"/scripts/{made['_id']}", sent).json()

    assert (answer["_id"], answer["createdAt"]) == (made["_id"], made["createdAt"])


def test_a_patch_is_a_json_patch_array(customer):
    made = customer.create("scripts", content="1")

    customer.patch(f"/scripts/{made['_id']}", [{"op": "replace", "path": "/name", "value": "B"}])

    assert customer.get(f"/scripts/{made['_id']}").json()["name"] == "B"


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "remove", "path": "/nowhere"}], (422, "invalid_patch")),
        ([{"op": "add", "path": "/http/none/5", "value": 1}], (422, "invalid_patch")),
        ([{"op": "replace", "path": "", "value": 5}], (422, "invalid_patch")),
        ({"op": "remove"}, (400, "invalid_json")),
    ],
)
def test_a_patch_that_does_not_apply_is_refused_without_quoting_secrets(
    customer, operations, expected
):
    connection = customer.connection()

    answer = customer.patch(f"/connections/{connection['_id']}", operations)

    assert code(answer) == expected
    assert "s3cret" not in answer.text


def test_a_deleted_document_is_gone(customer):
    made = customer.create("scripts", content="1")

    answer = customer.delete(f"/scripts/{made['_id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert code(customer.get(f"/scripts/{made['_id']}")) == (404, "not_found")
    assert code(customer.delete(f"/scripts/{made['_id']}")) == (404, "not_found")


def test_an_account_sees_nothing_of_another_one(sandbox, api, customer):
    made = customer.create("scripts", content="1")
    other = api(sandbox.accounts[1].token)

    assert code(other.get(f"/scripts/{made['_id']}")) == (404, "not_found")
    assert made["_id"] not in [document["_id"] for document in other.get("/scripts").json()]


def test_lists_are_paged_by_a_link_header(sandbox, api):
    client = api(sandbox.accounts[2].token)
    made = [client.create("agents", number=number)["_id"] for number in range(25)]

    found, path = [], "/agents"
    while path:
        answer = client.get(path)
        assert len(answer.json()) <= 10
        found += [document["_id"] for document in answer.json()]
        path = answer.links.get("next", {}).get("url", "").removeprefix("/v1")

    assert found == made


def test_lists_show_production_and_sandbox_documents_and_leave_out_what_is_excluded(customer):
    made = customer.create("templates", sandbox=True, description="x")

    found = customer.get("/templates?exclude=description,name").json()

    assert {document["_id"]: document["sandbox"] for document in found}[made["_id"]] is True
    assert all(item.keys().isdisjoint({"description", "name"}) for item in found)


LOGIN = {"type": "mysql", "host": "h", "database": "d", "user": "u", "password": "p"}


@pytest.mark.parametrize(
    ("type_", "details", "adaptor"),
    [
        ("http", HTTP_CONNECTION["http"], "HTTPExport"),
        ("netsuite", {}, "NetSuiteExport"),
        ("rdbms", LOGIN, "RDBMSExport"),
    ],
)
def test_an_export_gets_its_adaptor_type_from_its_connection(customer, type_, details, adaptor):
    connection = customer.create("connections", **{"type": type_, type_: details})

    made = customer.create("exports", _connectionId=connection["_id"])

    assert made["adaptorType"] == adaptor
    assert made["asynchronous"] is True
    assert made["apiIdentifier"][0] == "e"


@pytest.mark.parametrize(
    ("fields", "adaptor"),
    [({}, "NetSuiteImport"), ({"distributed": True}, "NetSuiteDistributedImport")],
)
def test_an_import_gets_an_identifier_that_stays(customer, fields, adaptor):
    connection = customer.create("connections", type="netsuite", netsuite={})
    made = customer.create("imports", _connectionId=connection["_id"], **fields)

    again = customer.put(f"/imports/{made['_id']}", {**made, "apiIdentifier": "i0"}).json()

    assert made["adaptorType"] == adaptor
    assert made["apiIdentifier"][0] == "i"
    assert again["apiIdentifier"] == made["apiIdentifier"]


def test_hooks_that_say_nothing_vanish(customer):
    connection = customer.connection()
    hooks = {"preSavePage": {"function": None, "_stackId": None}}

    made = customer.create("exports", _connectionId=connection["_id"], hooks=hooks)

    assert "hooks" not in made


def test_lists_of_scripts_carry_no_content_and_a_put_needs_it(customer):
    made = customer.create("scripts", content="function f () {}")

    assert all("content" not in item for item in customer.get("/scripts").json())
    assert errors(customer.put(f"/scripts/{made['_id']}", {"name": "x"})) == [
        ("missing_required_field", "content")
    ]


INVALID = {
    "no name": ("scripts", {"name": "", "content": ""}, ("missing_required_field", "name")),
    "a number as name": ("scripts", {"name": 5}, ("invalid_field", "name")),
    "a long name": ("scripts", {"name": "x" * 101, "content": ""}, ("invalid_field", "name")),
    "a long description": (
        "scripts",
        {"name": "x", "content": "", "description": "x" * 1025},
        ("invalid_field", "description"),
    ),
    "a long connection name": (
        "connections",
        {**HTTP_CONNECTION, "name": "x" * 101},
        ("invalid_field", "name"),
    ),
    "a connection without type": (
        "connections",
        {"name": "x"},
        ("missing_required_field", "type"),
    ),
    "too little concurrency": (
        "connections",
        {"name": "x", "type": "netsuite", "netsuite": {"concurrencyLevel": 0}},
        ("invalid_field", "netsuite.concurrencyLevel"),
    ),
    "an export without connection": (
        "exports",
        {"name": "x"},
        ("missing_required_field", "_connectionId"),
    ),
    "an export of a connection that is not there": (
        "exports",
        {"name": "x", "_connectionId": "0" * 24},
        ("invalid_ref", "_connectionId"),
    ),
    "a test limit": (
        "exports",
        {"name": "x", "type": "webhook", "test": {"limit": 101}},
        ("invalid_field", "test.limit"),
    ),
    "an import of a script that is not there": (
        "imports",
        {"name": "x", "adaptorType": "ToolImport", "hooks": {"preMap": {"_scriptId": "s"}}},
        ("invalid_ref", "hooks.preMap._scriptId"),
    ),
    "a flow with a generator that is not there": (
        "flows",
        {"name": "x", "pageGenerators": [{"_exportId": "0" * 24}]},
        ("invalid_ref", "pageGenerators[0]._exportId"),
    ),
    "a schedule of five fields": (
        "flows",
        {"name": "x", "schedule": "0 2 * * *"},
        ("invalid_field", "schedule"),
    ),
    "a schedule with seconds": (
        "flows",
        {"name": "x", "schedule": "0 0 2 ? * *"},
        ("invalid_field", "schedule"),
    ),
    "a generator's schedule": (
        "flows",
        {"name": "x", "pageGenerators": [{"schedule": "daily", "setupInProgress": True}]},
        ("invalid_field", "pageGenerators[0].schedule"),
    ),
    "routers and steps": (
        "flows",
        {
            "name": "x",
            "routers": [{"branches": []}],
            "pageProcessors": [{"type": "import", "setupInProgress": True}],
        },
        ("invalid_field", "pageProcessors"),
    ),
    "a step of no type": (
        "flows",
        {"name": "x", "routers": [{"branches": [{"name": "b", "pageProcessors": [{}]}]}]},
        ("invalid_field", "routers[0].branches[0].pageProcessors[0].type"),
    ),
    "a lookup step without export": (
        "flows",
        {"name": "x", "pageProcessors": [{"type": "export"}]},
        ("missing_required_field", "pageProcessors[0]._exportId"),
    ),
    "a server stack without address": (
        "stacks",
        {"name": "x", "type": "server"},
        ("missing_required_field", "server.hostURI"),
    ),
    "a listing without update function": (
        "connectors",
        {"name": "x", "installerFunction": "i", "uninstallerFunction": "u"},
        ("missing_required_field", "updateFunction"),
    ),
}


@pytest.mark.parametrize("row", INVALID.values(), ids=INVALID.keys())
def test_what_cannot_be_accepted_is_refused_with_its_field(customer, row):
    resource, document, expected = row

    assert errors(customer.post(f"/{resource}", document)) == [expected]


def test_all_problems_are_told_at_once(customer):
    answer = customer.post("/connections", {"name": "x" * 200})

    assert errors(answer) == [
        ("missing_required_field", "type"),
        ("invalid_field", "name"),
    ]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"", b'{"a": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused_with_400(customer, body):
    answer = customer("POST", "/scripts", data=body)

    assert code(answer) == (400, "invalid_json")


def test_a_body_over_the_limit_is_refused_with_413(customer):
    answer = customer("POST", "/scripts", data=b" " * (64 * 1024 * 1024 + 1))

    assert code(answer) == (413, "body_too_large")


def test_megabytes_are_stored_without_loss(customer):
    connection = customer.connection()
    records = [{"record": {"id": number, "text": "x" * 1000}} for number in range(3000)]
    mock = {"page_of_records": records}

    made = customer.create("exports", _connectionId=connection["_id"], mockOutput=mock)

    assert customer.get(f"/exports/{made['_id']}").json()["mockOutput"] == mock
