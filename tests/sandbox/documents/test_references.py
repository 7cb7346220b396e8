"""References lead somewhere, and what is used stays (protocol/http-api.md sections 2 and 4)."""

import json
from pathlib import Path

import pytest

from connector_kit.sandbox.documents.references import OPEN, references, target_of
from tests.sandbox.plain import CONNECTOR, HTTP_CONNECTION, code, errors

PUBLISHED = json.loads(
    (Path(__file__).parents[2] / "blueprint" / "platform-facts.json").read_text()
)["references"]
"""Where the references of every resource type are, and what they lead to."""

NOWHERE = "64a1f0c2b3d4e5f607182901"

KNOWN_BY_THE_SERVER = {"_connectorId", "_parentId", "_registeredConnectionIds[]"}
"""Fields that are written by the platform, or checked in their own way."""


@pytest.mark.parametrize("resource", sorted(PUBLISHED.keys() - {"ashares", "invite"}))
def test_every_published_reference_is_known(resource):
    fields = {
        field: target
        for field, target in PUBLISHED[resource].items()
        if field not in KNOWN_BY_THE_SERVER
    }

    found = {field: target_of(tuple(field.replace("[]", "").split("."))) for field in fields}

    assert {field: target and target[0] for field, target in found.items()} == fields


def test_a_name_leads_to_what_is_meant_at_its_place():
    document = {
        "_runNextExportIds": [{"_flowId": "1", "_exportId": "2"}],
        "overrides": {
            "connections": [{"_abstractId": "3", "_id": "4"}],
            "exports": [{"_abstractId": "5"}],
            "routers": [{"_abstractId": "x", "branches": [{"_abstractId": "y"}]}],
        },
        "routers": [{"id": "x", "branches": [{"nextRouterId": "z"}]}],
    }

    found = [(entry.field, entry.resource, entry.hold) for entry in references("flows", document)]

    assert found == [
        ("_runNextExportIds[0]._flowId", "flows", "loose"),
        ("_runNextExportIds[0]._exportId", "exports", "loose"),
        ("overrides.connections[0]._abstractId", "connections", "loose"),
        ("overrides.connections[0]._id", "connections", "firm"),
        ("overrides.exports[0]._abstractId", "exports", "loose"),
    ]


@pytest.mark.parametrize(
    ("resource", "fields", "place"),
    [
        (
            "flows",
            {"overrides": {"connections": [{"_id": NOWHERE}]}},
            "overrides.connections[0]._id",
        ),
        ("flows", {"_abstractFlowId": NOWHERE}, "_abstractFlowId"),
        (
            "flows",
            {"_runNextExportIds": [{"_exportId": NOWHERE}]},
            "_runNextExportIds[0]._exportId",
        ),
        ("exports", {"_postParseListenerId": NOWHERE}, "_postParseListenerId"),
        ("exports", {"lookups": [{"_lookupCacheId": NOWHERE}]}, "lookups[0]._lookupCacheId"),
        (
            "exports",
            {"settingsForm": {"init": {"_scriptId": NOWHERE}}},
            "settingsForm.init._scriptId",
        ),
        ("exports", {"_ediProfileId": NOWHERE}, "_ediProfileId"),
        ("integrations", {"preSave": {"_scriptId": NOWHERE}}, "preSave._scriptId"),
    ],
)
def test_a_reference_that_leads_nowhere_is_refused(customer, resource, fields, place):
    webhook = {"type": "webhook"} if resource == "exports" else {}

    answer = customer.post(f"/{resource}", {"name": "x", **webhook, **fields})

    assert errors(answer) == [("invalid_ref", place)]


def test_what_no_account_holds_is_not_checked(customer):
    """Descriptions of applications, and the iClients of the vendor: the same in all accounts."""
    http = {**HTTP_CONNECTION["http"], "_iClientId": NOWHERE, "_httpConnectorId": NOWHERE}

    made = customer.create("connections", **{**HTTP_CONNECTION, "http": http})

    assert made["http"]["_iClientId"] == made["http"]["_httpConnectorId"] == NOWHERE
    assert target_of(("http", "_httpConnectorId"))[1] == OPEN


def test_an_iclient_of_another_account_is_refused_unless_the_connector_offers_it(
    customer, publisher
):
    own, others, hidden = (
        account.create("iclients", provider="shopify", oauth2={"clientId": "c"})["_id"]
        for account in (customer, publisher, publisher)
    )
    offer = [{"_iClientIds": [others], "connection": {"type": "http"}}]
    connector = publisher.create("connectors", **CONNECTOR, _iClientIdMap=offer)["_id"]

    def made(iclient, **more):
        http = {**HTTP_CONNECTION["http"], "_iClientId": iclient}
        return customer.post("/connections", {**HTTP_CONNECTION, "http": http, **more})

    assert made(own).status_code == 201
    assert errors(made(others)) == [("invalid_ref", "http._iClientId")]
    assert made(others, _connectorId=connector).status_code == 201
    assert errors(made(hidden, _connectorId=connector)) == [("invalid_ref", "http._iClientId")]


def test_an_abstract_flow_stays_while_it_has_instances(customer):
    abstract = customer.create("flows", isAbstract=True)
    customer.create("flows", _abstractFlowId=abstract["_id"])

    assert code(customer.delete(f"/flows/{abstract['_id']}")) == (422, "resource_in_use")


def test_a_connection_uses_an_agent_of_its_account(customer):
    agent = customer.create("agents")["_id"]

    assert customer.post("/connections", {**HTTP_CONNECTION, "_agentId": agent}).ok
    refused = customer.post("/connections", {**HTTP_CONNECTION, "_agentId": NOWHERE})
    assert errors(refused) == [("invalid_ref", "_agentId")]


def test_an_edi_profile_stays_while_an_export_uses_it(customer):
    profile = customer.create("ediprofiles", fileType="edix12")["_id"]
    export = customer.create("exports", type="webhook", _ediProfileId=profile)

    assert code(customer.delete(f"/ediprofiles/{profile}")) == (422, "resource_in_use")

    customer.delete(f"/exports/{export['_id']}")
    assert customer.delete(f"/ediprofiles/{profile}").status_code == 204


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
