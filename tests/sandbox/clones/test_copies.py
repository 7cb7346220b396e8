"""Clones, templates and zips (protocol/http-api.md#51-clone, #10)."""

import io
import json
import zipfile

import pytest

from tests.sandbox.plain import code


@pytest.fixture
def stocked(customer, stack):
    """An integration with a flow whose export has a script and a hook on a stack."""

    class Made:
        connection = customer.connection()["_id"]
        own_stack = customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]
        id = customer.create("integrations", settings={"a": 1})["_id"]
        path = f"/integrations/{id}"
        script = customer.create("scripts", content="1", _integrationId=id)["_id"]
        export = customer.create(
            "exports",
            _connectionId=connection,
            externalId="orders",
            _integrationId=id,
            transform={"script": {"_scriptId": script}},
            hooks={"preSavePage": {"function": "keep", "_stackId": own_stack}},
        )["_id"]
        flow = customer.create("flows", _integrationId=id, pageGenerators=[{"_exportId": export}])[
            "_id"
        ]

    return Made


def _members(customer, answer):
    (integration,) = [
        document["_id"] for document in answer.json() if document["model"] == "Integration"
    ]
    path = f"/integrations/{integration}"
    (export,) = customer.get(f"{path}/exports").json()
    (flow,) = customer.get(f"{path}/flows").json()
    return customer.get(path).json(), export, flow


def test_a_cloned_flow_runs_copies_of_its_steps(customer, stocked):
    other = customer.connection()["_id"]
    target = customer.create("integrations")["_id"]
    body = {"connectionMap": {stocked.connection: other}, "_integrationId": target, "name": "Copy"}

    answer = customer.post(f"/flows/{stocked.flow}/clone", body)

    made = {document["model"]: document for document in answer.json()}
    assert made.keys() == {"Script", "Export", "Flow"}
    flow = customer.get(f"/flows/{made['Flow']['_id']}").json()
    export = customer.get(f"/exports/{made['Export']['_id']}").json()
    assert (flow["name"], flow["disabled"], flow["_integrationId"]) == ("Copy", True, target)
    assert flow["pageGenerators"] == [{"_exportId": export["_id"]}]
    assert (export["_connectionId"], export["externalId"]) == (other, "orders")
    assert export["transform"]["script"]["_scriptId"] == made["Script"]["_id"]
    assert (export["_sourceId"], flow["_sourceId"]) == (stocked.export, stocked.flow)
    original = customer.get(f"/exports/{stocked.export}").json()
    assert export["apiIdentifier"] != original["apiIdentifier"]


def test_what_a_connector_clones_carries_its_tag(api, customer, connector, stack, install):
    identity, kept = install(), {}

    def clone(options):
        client = api(options["bearerToken"])
        connection = client.connection()["_id"]
        export = client.create("exports", _connectionId=connection)["_id"]
        onto = {"connectionMap": {connection: connection}}
        kept["made"] = client.post(f"/exports/{export}/clone", onto).json()

    stack.functions["clone"] = clone
    customer.put(f"/integrations/{identity}/installer/clone", {})

    assert kept["made"]["_connectorId"] == connector["_id"]


def test_a_clone_of_an_integration_takes_its_settings_and_another_stack(customer, stack, stocked):
    other = customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]
    body = {
        "connectionMap": {stocked.connection: stocked.connection},
        "_stackId": other,
        "tag": "EU",
    }

    answer = customer.post(f"{stocked.path}/clone", body)

    integration, export, flow = _members(customer, answer)
    assert (integration["settings"], integration["tag"]) == ({"a": 1}, "EU")
    assert integration["_registeredConnectionIds"] == [stocked.connection]
    assert export["hooks"]["preSavePage"]["_stackId"] == other
    assert flow["pageGenerators"] == [{"_exportId": export["_id"]}]


def test_a_preview_says_what_is_copied_and_whether_it_needs_a_stack(customer, stocked):
    preview = customer.get(f"{stocked.path}/clone/preview").json()

    assert preview["stackRequired"] is True
    assert [object_["model"] for object_ in preview["objects"]] == [
        "Integration",
        "Script",
        "Export",
        "Flow",
    ]
    assert preview["objects"][2]["doc"]["_id"] == stocked.export


def test_a_clone_may_be_installed_step_by_step(customer, stocked):
    body = {"newTemplateInstaller": True, "name": "Copy", "sandbox": True}
    identity = customer.post(f"{stocked.path}/clone", body).json()["_integrationId"]
    path = f"/integrations/{identity}"
    steps = customer.get(f"{path}/installSteps").json()
    connection = customer.connection(sandbox=True)["_id"]
    stack = customer.create("stacks", type="server", server={"hostURI": "http://127.0.0.1:1"})
    bodies = {
        "connection": {"_connectionId": connection},
        "stack": {"_stackId": stack["_id"]},
        "template_zip": {},
    }

    answers = [customer.post(f"{path}/installSteps", bodies[step["type"]]) for step in steps]

    assert sorted(step["type"] for step in steps) == ["connection", "stack", "template_zip"]
    assert all(step["isClone"] for step in steps)
    assert answers[-1].content == b""
    document = customer.get(path).json()
    assert (document["name"], document["mode"], document["sandbox"]) == ("Copy", "settings", True)
    (export,) = customer.get(f"{path}/exports").json()
    assert (export["_connectionId"], export["sandbox"]) == (connection, True)
    assert "_connectorId" not in export


def test_a_clone_of_an_installation_takes_a_license_of_its_own(
    customer, connector, license_for, install
):
    installed = f"/integrations/{install()}"
    body = {"newTemplateInstaller": True, "sandbox": True}
    assert code(customer.post(f"{installed}/clone", body)) == (422, "subscription_required")
    license_for(0, sandbox=True)

    answer = customer.post(f"{installed}/clone", body)

    made = customer.get(f"/integrations/{answer.json()['_integrationId']}").json()
    assert (made["_connectorId"], made["sandbox"]) == (connector["_id"], True)
    assert code(customer.post(f"{installed}/clone", {})) == (422, "invalid_field")


def test_a_template_is_open_to_everybody(sandbox, api, customer, stocked):
    template = customer.create("templates", published=True, _integrationId=stocked.id)["_id"]
    other = api(sandbox.accounts[1].token)
    mine = other.connection()["_id"]

    assert template in [document["_id"] for document in other.get("/templates/published").json()]
    assert len(other.get(f"/templates/{template}/preview").json()["objects"]) == 4
    body = {"connectionMap": {stocked.connection: mine}}
    integration, export, _ = _members(other, other.post(f"/integrations/template/{template}", body))
    assert export["_connectionId"] == mine
    assert "_connectorId" not in integration


def test_an_unpublished_template_is_its_owners_own(sandbox, api, customer, stocked):
    template = customer.create("templates", _integrationId=stocked.id)["_id"]
    other = api(sandbox.accounts[1].token)

    assert customer.get(f"/templates/{template}/preview").status_code == 200
    assert code(other.get(f"/templates/{template}/preview")) == (404, "not_found")


def test_a_zip_holds_the_integration_and_all_it_needs(customer, stocked):
    url = customer.get(f"{stocked.path}/template").json()["signedURL"]

    archive = zipfile.ZipFile(io.BytesIO(customer.session.get(url).content))

    names = archive.namelist()
    assert "integration.json" in names
    assert {name.split("/")[0] for name in names if "/" in name} == {
        "connections",
        "exports",
        "flows",
        "scripts",
    }
    (export,) = [name for name in names if name.startswith("exports/")]
    assert json.loads(archive.read(export))["_id"] == stocked.export
    assert "s3cret" not in str([archive.read(name) for name in names])


def test_a_connection_left_out_of_the_map_is_named(customer, stocked):
    answer = customer.post(f"{stocked.path}/clone", {"connectionMap": {}})

    assert answer.json()["errors"] == [
        {
            "code": "missing_required_field",
            "message": f"Expected field: connectionMap.{stocked.connection} to be present.",
            "field": f"connectionMap.{stocked.connection}",
        }
    ]


def test_a_copy_of_an_integration_names_nothing_of_the_original(customer):
    """Whatever leads from one member to another leads to the copies of both."""
    connection, other = customer.connection()["_id"], customer.connection()["_id"]
    init = customer.create("scripts", content="1")["_id"]
    form = {"form": {}, "init": {"function": "f", "_scriptId": init}}
    integration = customer.create(
        "integrations", settingsForm=form, flowGroupings=[{"name": "Night"}]
    )
    member = {"_integrationId": integration["_id"]}
    group = integration["flowGroupings"][0]["_id"]
    listener = customer.create("exports", type="webhook", **member)["_id"]
    export = customer.create(
        "exports",
        _connectionId=connection,
        _postParseListenerId=listener,
        settingsForm=form,
        **member,
    )["_id"]
    first = customer.create(
        "flows",
        isAbstract=True,
        routers=[
            {"id": "r", "branches": [{"name": "b", "pageProcessors": [], "nextRouterId": "s"}]}
        ],
        pageGenerators=[{"_exportId": export}],
        **member,
    )["_id"]
    instance = {
        "_abstractFlowId": first,
        "overrides": {
            "connections": [{"_abstractId": connection, "_id": connection}],
            "exports": [{"_abstractId": export, "_id": export}],
            "_runNextFlowIds": [first],
        },
        "_runNextExportIds": [{"_flowId": first, "_exportId": export}],
        "_flowGroupingId": group,
    }
    second = customer.create("flows", **instance, **member)["_id"]

    answer = customer.post(
        f"/integrations/{integration['_id']}/clone", {"connectionMap": {connection: other}}
    )

    originals = {integration["_id"], connection, init, group, listener, export, first, second}
    made = [
        customer.get(f"/{entry['model'].lower()}s/{entry['_id']}").json() for entry in answer.json()
    ]
    assert len(made) == 6
    for document in made:
        assert document.pop("_sourceId") in originals
        assert not [identity for identity in originals if identity in json.dumps(document)]
    [copy] = [document for document in made if "_abstractFlowId" in document]
    assert copy.keys() >= instance.keys()
    assert [*copy["overrides"]["connections"][0].values()] == [other, other]


def test_a_template_leaves_flows_of_its_account_behind(api, sandbox, customer):
    publisher = api(sandbox.accounts[1].token)
    next_flow = publisher.create("flows")["_id"]
    source = publisher.create("integrations")["_id"]
    export = publisher.create("exports", type="webhook", _integrationId=source)["_id"]
    publisher.create(
        "flows",
        _integrationId=source,
        _runNextFlowIds=[next_flow],
        _runNextExportIds=[{"_flowId": next_flow}],
        pageGenerators=[{"_exportId": export, "_keepDeltaBehindFlowId": next_flow}],
    )
    template = publisher.create("templates", _integrationId=source, published=True)["_id"]

    answer = customer.post(f"/integrations/template/{template}", {})

    _, copy, flow = _members(customer, answer)
    assert flow["pageGenerators"] == [{"_exportId": copy["_id"]}]
    assert (flow["_runNextFlowIds"], flow["_runNextExportIds"]) == ([], [])
