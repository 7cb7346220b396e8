"""References that lead nowhere, circles, refused fields: what goes, what stays, what is said."""

import pytest

from connector_kit.adoption import AdoptionError, adopt, unpack
from connector_kit.documents import ref
from tests.adoption.downloads import (
    CUSTOMER,
    HELPERS,
    ORDERS,
    SAVE,
    SHOP,
    SYNC,
    identity,
    small,
    small_files,
)

GONE = "64a1f0c2b3d4dddd00000009"


def adopted(**folders):
    return adopt(unpack(small_files(**folders)))


def changed(folder, number=0, **fields):
    """The documents of *folder*, one of them changed; a field of None is taken out."""
    documents = small()[folder]
    document = {**documents[number], **fields}
    documents[number] = {key: value for key, value in document.items() if value is not None}
    return {folder: documents}


def documents(adoption):
    return {component.external_id: component.document for component in adoption.outline.components}


def reasons(adoption, component):
    return {
        item.path: item.reason
        for item in adoption.left_out
        if item.component == component and "server" not in item.reason
    }


def test_a_hook_goes_with_its_script():
    adoption = adopted(scripts=[])

    assert documents(adoption)["save_order"]["hooks"] == {}
    assert reasons(adoption, "save_order") == {
        "hooks.preMap": f"needs the script {HELPERS}, which is missing"
    }


def test_a_transformation_goes_with_its_script():
    transform = {"type": "script", "script": {"function": "f", "_scriptId": GONE}}
    adoption = adopted(**changed("exports", transform=transform))

    assert "transform" not in documents(adoption)["orders"]
    assert list(reasons(adoption, "orders")) == ["transform"]


def test_a_step_goes_with_what_it_runs():
    adoption = adopted(imports=[])

    steps = documents(adoption)["sync"]["pageProcessors"]
    assert [step["_exportId"] for step in steps] == [ref("find_customer")]
    assert reasons(adoption, "sync") == {
        "pageProcessors[1]": f"needs the import {SAVE}, which is missing",
        "_integrationId": "account-specific; the kit writes it for each installation",
    }


def test_a_step_in_a_branch_goes_with_what_it_runs():
    branch = {"name": "All", "pageProcessors": [{"type": "import", "_importId": GONE}]}
    routers = [{"id": "r", "branches": [branch]}]
    adoption = adopted(**changed("flows", pageProcessors=None, routers=routers))

    [left] = documents(adoption)["sync"]["routers"][0]["branches"]
    assert left == {"name": "All", "pageProcessors": []}


def test_a_flow_goes_with_its_only_source():
    adoption = adopted(exports=small()["exports"][1:])

    assert "sync" not in documents(adoption)
    assert "no source" in reasons(adoption, "sync")[""]
    assert documents(adoption).keys() == {"shop", "helpers", "find_customer", "save_order"}


def test_a_missing_connection_gets_a_stand_in_of_a_fitting_type():
    adoption = adopted(
        connections=[],
        exports=[
            {"_id": ORDERS, "name": "Files", "adaptorType": "FTPExport", "_connectionId": GONE}
        ],
        flows=[],
    )

    made = documents(adoption)
    assert made["files"]["_connectionId"] == ref("missing_ftp_connection")
    assert made["missing_ftp_connection"]["type"] == "ftp"
    assert made["save_order"]["_connectionId"] == ref("missing_http_connection")
    assert made["missing_http_connection"]["http"]["baseURI"] == "https://example.com"
    assert {item.component: item.place for item in adoption.stand_ins} == {
        "missing_ftp_connection": f"placeholder for {GONE}",
        "missing_http_connection": f"placeholder for {SHOP}",
    }
    assert "Used by files" in adoption.stand_ins[0].reason


def test_a_document_that_names_no_connection_gets_none():
    adoption = adopted(**changed("exports", _connectionId=""))

    assert "orders" not in documents(adoption)
    assert adoption.stand_ins == ()
    assert "no connection" in reasons(adoption, "orders")[""]


def test_empty_texts_are_no_references():
    adoption = adopted(**changed("exports", _connectionId="", description="", type="webhook"))

    assert documents(adoption)["orders"]["description"] == ""
    assert reasons(adoption, "orders")["_connectionId"] == "refers to nothing"


@pytest.mark.parametrize("field", ["_agentId", "_unheardOfId"])
def test_what_only_the_account_has_is_left_out(field):
    adoption = adopted(**changed("connections", **{field: GONE}))

    assert field not in documents(adoption)["shop"]
    assert GONE in reasons(adoption, "shop")[field]


@pytest.mark.parametrize("field", ["_httpConnectorId", "_iClientId", "_tpConnectorId"])
def test_what_every_account_has_stays(field):
    http = small()["connections"][0]["http"] | {field: GONE}

    assert documents(adopted(**changed("connections", http=http)))["shop"]["http"][field] == GONE


def test_what_is_no_id_is_left_out_where_ids_belong():
    http = small()["connections"][0]["http"] | {"_httpConnectorId": "shopify"}

    adoption = adopted(**changed("connections", http=http))

    assert "_httpConnectorId" not in documents(adoption)["shop"]["http"]
    assert "is no id" in reasons(adoption, "shop")["http._httpConnectorId"]


def test_flows_that_start_each_other_are_opened_at_the_least_cost():
    other = identity("flows", 2)
    flows = [
        {**small()["flows"][0], "_runNextFlowIds": [other]},
        {"_id": other, "name": "Then", "pageGenerators": [{"_exportId": CUSTOMER}],
         "_runNextFlowIds": [SYNC]},
    ]  # fmt: skip
    adoption = adopted(flows=flows)

    made = documents(adoption)
    assert (made["sync"]["_runNextFlowIds"], made["then"]["_runNextFlowIds"]) == ([ref("then")], [])
    assert "refers back" in reasons(adoption, "then")["_runNextFlowIds[0]"]
    assert made["sync"]["pageGenerators"] == [{"_exportId": ref("orders")}]


def test_an_export_behind_the_flow_that_it_feeds_lets_go_of_the_flow():
    adoption = adopted(**changed("exports", _keepDeltaBehindFlowId=SYNC))

    made = documents(adoption)
    assert "_keepDeltaBehindFlowId" not in made["orders"]
    assert made["sync"]["pageGenerators"] == [{"_exportId": ref("orders")}]


@pytest.mark.parametrize("schedule", ["every hour", "0 */15 * ? * *"])
def test_only_the_schedule_that_is_none_is_left_out(schedule):
    generators = [{"_exportId": ORDERS, "schedule": schedule}]
    adoption = adopted(
        **changed("flows", pageGenerators=generators, settings={"schedule": "daily"})
    )

    flow = documents(adoption)["sync"]
    assert flow["pageGenerators"] == [{"_exportId": ref("orders")}]
    assert flow["schedule"] == "? */15 * ? * *"
    assert flow["settings"] == {"schedule": "daily"}
    assert schedule in reasons(adoption, "sync")["pageGenerators[0].schedule"]


def test_a_test_limit_that_no_platform_has_is_left_out():
    adoption = adopted(**changed("exports", type="test", test={"limit": 1000}))

    assert "test" not in documents(adoption)["orders"]
    assert "1 to 100" in reasons(adoption, "orders")["test"]


def test_what_cannot_be_held_is_dropped_with_what_needs_it():
    adoption = adopted(scripts=[{"_id": HELPERS, "name": "Helpers"}])

    assert "helpers" not in documents(adoption)
    assert "no content" in reasons(adoption, "helpers")[""]
    assert documents(adoption)["save_order"]["hooks"] == {}


def test_nothing_to_declare_is_an_error_that_says_why():
    nothing = {folder: [] for folder in small()}

    with pytest.raises(AdoptionError, match="contains nothing"):
        adopted(**nothing)
    with pytest.raises(AdoptionError, match="helpers: The script has no content"):
        adopted(**{**nothing, "scripts": [{"_id": HELPERS, "name": "Helpers"}]})
