"""References lead somewhere, and what is used stays (protocol/http-api.md sections 2 and 4)."""

from tests.sandbox.plain import code, errors


def test_a_connection_that_an_export_uses_cannot_be_deleted(customer):
    connection = customer.connection()
    export = customer.create("exports", _connectionId=connection["_id"])

    answer = customer.delete(f"/connections/{connection['_id']}")

    assert code(answer) == (422, "resource_in_use")
    assert export["_id"] in answer.text
    assert customer.get(f"/connections/{connection['_id']}/dependencies").json() == {
        "exports": [{"id": export["_id"], "name": export["name"]}]
    }

    customer.delete(f"/exports/{export['_id']}")
    assert customer.delete(f"/connections/{connection['_id']}").status_code == 204


def test_flows_that_start_each_other_can_be_deleted(customer):
    one = customer.create("flows")
    two = customer.create("flows", _runNextFlowIds=[one["_id"]])
    customer.put(f"/flows/{one['_id']}", {**one, "_runNextFlowIds": [two["_id"]]})

    assert customer.delete(f"/flows/{one['_id']}").status_code == 204


def test_a_reference_that_dangles_already_does_not_stop_other_changes(customer):
    one = customer.create("flows")
    two = customer.create("flows", _runNextFlowIds=[one["_id"]])
    customer.delete(f"/flows/{one['_id']}")

    answer = customer.put(f"/flows/{two['_id']}", {**two, "disabled": True})

    assert answer.status_code == 200


def test_a_document_of_another_account_cannot_be_referred_to(sandbox, api, customer):
    connection = api(sandbox.accounts[1].token).connection()

    answer = customer.post("/exports", {"name": "x", "_connectionId": connection["_id"]})

    assert errors(answer) == [("invalid_ref", "_connectionId")]


def test_connections_belong_to_their_environment(customer):
    connection = customer.connection(sandbox=True)

    answer = customer.post("/exports", {"name": "x", "_connectionId": connection["_id"]})

    assert errors(answer) == [("invalid_ref", "_connectionId")]


def test_a_flow_runs_steps_of_its_own_environment_only(customer):
    connection = customer.connection(sandbox=True)["_id"]
    export = customer.create("exports", _connectionId=connection, sandbox=True)["_id"]
    flow = {"name": "x", "pageGenerators": [{"_exportId": export}]}

    assert errors(customer.post("/flows", flow)) == [("invalid_ref", "pageGenerators[0]._exportId")]
    assert customer.post("/flows", {**flow, "sandbox": True}).status_code == 201


def test_ids_inside_an_authors_own_data_are_not_references(customer):
    data = {"mockOutput": {"_connectionId": "x"}, "settings": {"_exportId": "y"}}

    made = customer.create("exports", type="webhook", **data)

    assert made["mockOutput"] == {"_connectionId": "x"}


def test_an_integration_lists_its_members_and_a_flow_its_descendants(customer):
    integration = customer.create("integrations")
    connection = customer.connection()
    export = customer.create("exports", _connectionId=connection["_id"])
    flow = customer.create(
        "flows",
        _integrationId=integration["_id"],
        pageGenerators=[{"_exportId": export["_id"]}],
    )

    assert customer.get(f"/integrations/{integration['_id']}/flows").json() == [flow]
    assert customer.get(f"/integrations/{integration['_id']}/exports").json() == [export]
    assert customer.get(f"/flows/{flow['_id']}/descendants").json() == {
        "exports": [export],
        "imports": [],
    }
