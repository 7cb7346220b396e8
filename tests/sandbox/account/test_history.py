"""The audit log and the recycle bin (protocol/http-api.md#13-notifications-users-rest)."""

import pytest

from connector_kit.sandbox import Sandbox
from tests.sandbox.plain import HTTP_CONNECTION, Api, code

MONTH = 31 * 24 * 3600


@pytest.fixture
def entries(customer):
    """The audit entries of one document."""

    def run(identity):
        found = customer.get("/audit?limit=100000").json()
        return [document for document in found if document["_resourceId"] == identity]

    return run


def test_every_write_is_audited_with_what_changed(sandbox, customer, entries):
    made = customer.create("scripts", content="1")
    path = f"/scripts/{made['_id']}"
    customer.put(path, {**made, "content": "2"})
    customer.delete(path)

    created, updated, deleted = entries(made["_id"])

    assert [document["action"] for document in (created, updated, deleted)] == [
        "create",
        "update",
        "delete",
    ]
    assert (updated["from"], updated["to"]) == ({"content": "1"}, {"content": "2"})
    assert updated["resourceType"] == "scripts"
    assert updated["_byUserId"] == sandbox.accounts[0].user_id
    assert updated["source"] == "api"


def test_what_a_connector_changes_is_told_apart(api, customer, stack, install, entries):
    identity = install()
    kept = {}

    def build(options):
        kept["id"] = api(options["bearerToken"]).connection()["_id"]

    stack.functions["build"] = build
    customer.put(f"/integrations/{identity}/installer/build", {})

    assert [entry["source"] for entry in entries(kept["id"])] == ["stack"]


def test_no_secret_is_in_the_log(customer):
    customer.connection()

    assert "s3cret" not in customer.get("/audit?limit=100000").text


def test_the_log_is_paged_by_link(customer):
    for _ in range(12):
        customer.create("agents")

    first = customer.get("/audit")
    second = customer.get(first.links["next"]["url"].removeprefix("/v1"))

    assert len(first.json()) == 10
    assert {document["_id"] for document in first.json()}.isdisjoint(
        document["_id"] for document in second.json()
    )


def test_a_deleted_document_is_listed_and_can_be_restored(customer):
    made = customer.connection()
    path = f"/connections/{made['_id']}"
    customer.delete(path)

    listed = customer.get("/recycleBinTTL").json()[-1]
    restored = customer.post(f"/recycleBinTTL/connections/{made['_id']}/doCascadeRestore", {})

    assert (listed["model"], listed["doc"]["_id"]) == ("Connection", made["_id"])
    assert "s3cret" not in str(listed)
    assert restored.json() == made
    assert customer.get(f"{path}/ping").json() == {"code": 200}


def test_a_restore_takes_along_what_the_document_needs(customer):
    connection = customer.connection()["_id"]
    export = customer.create("exports", _connectionId=connection)["_id"]
    flow = customer.create("flows", pageGenerators=[{"_exportId": export}])["_id"]
    for path in (f"/flows/{flow}", f"/exports/{export}", f"/connections/{connection}"):
        assert customer.delete(path).status_code == 204

    customer.post(f"/recycleBinTTL/flows/{flow}/doCascadeRestore", {})

    for path in (f"/flows/{flow}", f"/exports/{export}", f"/connections/{connection}"):
        assert customer.get(path).status_code == 200


def test_what_is_purged_is_gone_for_good(customer):
    made = customer.create("scripts", content="1")["_id"]
    customer.delete(f"/scripts/{made}")
    path = f"/recycleBinTTL/scripts/{made}"

    assert customer.delete(path).status_code == 204

    assert code(customer.post(f"{path}/doCascadeRestore", {})) == (404, "not_found")


def test_another_account_restores_nothing(sandbox, api, customer):
    made = customer.create("scripts", content="1")["_id"]
    customer.delete(f"/scripts/{made}")
    other = api(sandbox.accounts[1].token)

    answer = other.post(f"/recycleBinTTL/scripts/{made}/doCascadeRestore", {})

    assert code(answer) == (404, "not_found")


def test_after_a_month_deleted_documents_and_jobs_are_gone():
    with Sandbox(accounts=1, bucket=0) as sandbox:
        customer = Api(sandbox.base_url, sandbox.accounts[0].token)
        control = Api(sandbox.control_url)
        made = customer.create("connections", **HTTP_CONNECTION)["_id"]
        customer.delete(f"/connections/{made}")
        flow = customer.create("flows")["_id"]
        customer.post(f"/flows/{flow}/run")
        assert customer.get("/recycleBinTTL").json()
        assert customer.get("/jobs").json()

        control.post("/clock", {"advance_seconds": MONTH})

        assert customer.get("/recycleBinTTL").json() == []
        assert customer.get("/jobs").json() == []
        customer.close()
        control.close()
