"""An integration is read out of an account, over real HTTP."""

from collections.abc import Iterator

import pytest

from connector_kit.adoption import AdoptionError, adopt, read_live, unpack, write_package
from connector_kit.blueprint.resources import DECLARED
from connector_kit.documents import MASK
from connector_kit.documents.walking import at
from connector_kit.integrator import Client, NoThrottle
from connector_kit.sandbox import Sandbox
from tests.adoption.downloads import big_files, small, small_files
from tests.integrator.scripted import Reply, ScriptedPlatform, scripted_platform

ORDER = ("connections", "scripts", "exports", "imports", "flows")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(accounts=12, bucket=0, page_size=3) as sandbox:
        yield sandbox


@pytest.fixture
def account(sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[Client]:
    """An account that no other test uses."""
    number = _taken.setdefault(request.node.name, len(_taken))
    token = sandbox.accounts[number].token
    with Client(token, base_url=sandbox.base_url, throttle=NoThrottle()) as client:
        yield client


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    with scripted_platform() as platform:
        yield platform


_taken: dict[str, int] = {}


def stored(client, documents, name="Orders to ERP"):
    """Store *documents*, by type, in *client*'s account; return the new id for every old one."""
    integration = client.integrations.create({"name": name, "description": "Live"})
    ids = {"64a1f0c2b3d4ffff00000001": integration["_id"]}
    for resource in ORDER:
        for document in documents.get(resource, ()):
            made = client.resource(resource).create(_renamed(document, ids))
            ids[document["_id"]] = made["_id"]
    return ids, integration["_id"]


def _renamed(value, ids):
    """*value* with new ids for old ones, and with secrets, of which a download has only masks."""
    if isinstance(value, dict):
        return {key: _renamed(item, ids) for key, item in value.items() if key != "_id"}
    if isinstance(value, list):
        return [_renamed(item, ids) for item in value]
    if value == MASK:
        return "entered"
    return ids.get(value, value) if isinstance(value, str) else value


def symbolic(adoption):
    """The documents of *adoption* by name, less what only a server adds."""
    return {
        component.external_id: {
            key: value for key, value in component.document.items() if key != "asynchronous"
        }
        for component in adoption.outline.components
    }


def test_a_live_integration_is_the_same_connector_as_its_download(account):
    _, integration_id = stored(account, small())

    live = adopt(read_live(account, integration_id))

    downloaded = adopt(unpack(small_files()))
    assert symbolic(live) == symbolic(downloaded)
    assert live.outline.class_name == downloaded.outline.class_name
    assert live.outline.description == "Live"
    assert (live.stand_ins, live.notes, live.ignored_files) == ((), (), ())


def test_masked_secrets_are_left_out_and_listed_with_their_address(account):
    documents = small()
    documents["connections"][0]["http"]["auth"]["basic"]["password"] = "opensesame"
    ids, integration_id = stored(account, documents)

    live = adopt(read_live(account, integration_id))

    shop = symbolic(live)["shop"]
    assert at(shop, ("http", "auth", "basic")) == {"username": "me"}
    [remark] = [remark for remark in live.left_out if remark.path == "http.auth.basic.password"]
    assert remark.place == f"/v1/connections/{ids[documents['connections'][0]['_id']]}"
    assert {"createdAt", "lastModified", "offline"} <= {remark.path for remark in live.left_out}


def test_a_big_integration_is_read_page_by_page(account):
    download = unpack(big_files(50_000, complete=True))
    documents = {
        resource: [
            {**entry.document, "_id": entry.id}
            for entry in sorted(download.found, key=lambda found: found.id)
            if entry.resource == resource
        ]
        for resource in ORDER
    }
    ids, integration_id = stored(account, documents)
    by_id = {entry.id: entry.document for entry in download.found}
    used = {flow["_id"] for flow in documents["flows"]}
    while more := {found for item in used for found in _ids(by_id[item])} & by_id.keys() - used:
        used |= more

    live = read_live(account, integration_id)

    assert {entry.id for entry in live.found} == {ids[item] for item in used}
    assert len(live.found) > 90
    names = {entry.document["name"] for entry in live.found if entry.resource == "flows"}
    assert names == {f"Flow {number}" for number in range(12)}
    assert all(entry.document["content"] for entry in live.found if entry.resource == "scripts")
    assert adopt(live).stand_ins == ()


def _ids(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _ids(item)


def test_what_belongs_to_other_integrations_is_left_alone(account):
    ids, integration_id = stored(account, small())
    _, other = stored(account, small(), name="Another")
    lonely = account.exports.create({"name": "Lonely", "type": "webhook"})
    flow = account.flows.get(ids[small()["flows"][0]["_id"]])
    theirs = next(
        flow["_id"] for flow in account.flows.list() if flow.get("_integrationId") == other
    )
    account.flows.update(flow["_id"], {**flow, "_runNextFlowIds": [theirs]})

    live = read_live(account, integration_id)

    assert len(live.found) == 6
    assert lonely["_id"] not in {entry.id for entry in live.found}
    [remark] = [remark for remark in adopt(live).left_out if remark.path == "_runNextFlowIds[0]"]
    assert remark.reason.startswith(
        f"mentions the flow 'Sync' of the integration 'Another' ({theirs}), which is not part of"
    )


def test_what_a_flow_uses_of_another_integration_is_named_and_stays_there(account):
    ids, integration_id = stored(account, small())
    other = account.integrations.create({"name": "Finance"})["_id"]
    ledger = account.connections.create(
        {**_renamed(small()["connections"][0], ids), "name": "Ledger", "_integrationId": other}
    )
    invoices, mine = (
        account.exports.create(
            {"name": name, "_connectionId": ledger["_id"], "_integrationId": home, "isLookup": True}
        )
        for name, home in (("Invoices", other), ("Debtors", integration_id))
    )
    flow = account.flows.get(ids[small()["flows"][0]["_id"]])
    steps = [{"type": "export", "_exportId": export["_id"]} for export in (invoices, mine)]
    ends = [{"_flowId": flow["_id"], "_exportId": invoices["_id"]}]
    account.flows.update(
        flow["_id"],
        {
            **flow,
            "pageProcessors": [*flow["pageProcessors"], *steps],
            "_runNextExportIds": ends,
        },
    )

    adoption = adopt(read_live(account, integration_id))

    assert {"ledger", "debtors"} <= symbolic(adoption).keys()
    assert "invoices" not in symbolic(adoption)
    assert symbolic(adoption)["sync"]["pageProcessors"][-1]["_exportId"] == {"$ref": "debtors"}
    reasons = {remark.path: remark.reason for remark in adoption.left_out}
    assert reasons["pageProcessors[2]"] == (
        f"needs the export 'Invoices' of the integration 'Finance' ({invoices['_id']}), which is "
        "not part of this integration; move or clone it into this one and adopt again, or declare "
        "it yourself"
    )
    assert reasons["_runNextExportIds[0]"].startswith("mentions the export 'Invoices'")


def test_ids_in_texts_are_named_after_what_has_them_in_the_account(account):
    ids, integration_id = stored(account, small())
    lonely = account.exports.create({"name": "Lonely", "type": "webhook"})["_id"]
    orders, unknown = ids[small()["exports"][0]["_id"]], "64a1f0c2b3d4e5f607182909"
    content = f"run('{lonely}');\nrun('{orders}');\nrun('{unknown}');"
    helpers = ids[small()["scripts"][0]["_id"]]
    account.scripts.update(helpers, {"name": "Helpers", "content": content})

    notes = adopt(read_live(account, integration_id)).notes

    assert [(note.path, note.reason.partition(";")[0]) for note in notes] == [
        ("content, line 1", "contains the id of the export 'Lonely'"),
        ("content, line 2", "contains the id of orders"),
        ("content, line 3", f"contains {unknown}, which looks like an id"),
    ]


def test_what_is_used_is_followed_to_types_that_are_not_listed(account):
    status = account.exports.create({"name": "Status", "type": "webhook"})
    helper = account.resource("asynchelpers").create(
        {"name": "Helper", "http": {"status": {"_exportId": status["_id"]}}}
    )
    documents = small()
    documents["exports"][0]["http"]["_asyncHelperId"] = helper["_id"]
    _, integration_id = stored(account, documents)
    account.scripts.create({"name": "Member", "content": "x", "_integrationId": integration_id})

    live = symbolic(adopt(read_live(account, integration_id)))

    assert live["helper"]["http"] == {"status": {"_exportId": {"$ref": "status"}}}
    assert live["orders"]["http"]["_asyncHelperId"] == {"$ref": "helper"}
    assert live["member"]["content"] == "x"
    assert live["helpers"]["content"] == small()["scripts"][0]["content"]


def test_an_id_that_the_account_does_not_have_is_an_error(account):
    with pytest.raises(AdoptionError, match="no integration 64a1f0c2b3d4e5f607182901 in this"):
        read_live(account, "64a1f0c2b3d4e5f607182901")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"name": "No id"}, "/v1/apis returned a document without an id"),
        ({"_id": 5}, "/v1/apis returned a document without an id"),
        ({"_id": "../../x"}, "/v1/apis returned a document without an id"),
        ("a text", "/v1/apis returned a document without an id"),
        (None, "/v1/apis returned a document without an id"),
    ],
)
def test_what_no_platform_would_list_is_an_error(platform, document, words):
    integration = {"_id": "64a1f0c2b3d4e5f607182901", "name": "Odd"}
    platform.plays(Reply(200, integration), Reply(200, [document]))
    with (
        Client("x" * 32, base_url=platform.base_url, throttle=NoThrottle()) as client,
        pytest.raises(AdoptionError, match=words),
    ):
        read_live(client, integration["_id"])


def test_a_document_that_is_nested_too_deep_is_named(platform):
    deep = "x"
    for _ in range(180):
        deep = [deep]
    flow = {"_id": "64a1f0c2b3d4e5f607182902", "_integrationId": "64a1f0c2b3d4e5f607182901"}
    integration = {"_id": flow["_integrationId"], "name": "Odd"}
    platform.plays(Reply(200, integration), Reply(200, [flow | {"a": deep}]), Reply(200, []))
    with (
        Client("x" * 32, base_url=platform.base_url, throttle=NoThrottle()) as client,
        pytest.raises(AdoptionError, match=f"/v1/apis/{flow['_id']} is nested"),
    ):
        read_live(client, integration["_id"])


def test_an_account_that_answers_with_other_documents_is_asked_once_for_each(platform):
    flow = {"_id": "64a1f0c2b3d4e5f607182902", "_integrationId": "64a1f0c2b3d4e5f607182901"}
    flow |= {"_runNextFlowIds": [], "pageGenerators": [{"_exportId": "..."}, {"_exportId": ".."}]}
    flow["pageProcessors"] = [{"_importId": "64a1f0c2b3d4e5f6071829ff"}]
    other = {"_id": "64a1f0c2b3d4e5f607182903", "name": "Another"}
    listed = [name for name in reversed(DECLARED) if name != "mcpservers"]
    lists = [Reply(200, [flow] if name == "flows" else []) for name in listed]
    integration = Reply(200, {"_id": flow["_integrationId"], "name": "Odd"})
    platform.plays(integration, *lists, Reply(200, other), Reply(200, []))
    with Client("x" * 32, base_url=platform.base_url, throttle=NoThrottle()) as client:
        found = read_live(client, flow["_integrationId"]).found

    assert [entry.id for entry in found] == [flow["_id"], other["_id"]]
    assert platform.lines[-2] == "GET /v1/imports/64a1f0c2b3d4e5f6071829ff"


def test_keys_of_a_live_document_stay_in_the_package(account, tmp_path):
    documents = small()
    documents["exports"][0]["http"]["/../../../planted"] = "#" * 2100
    _, integration_id = stored(account, documents)

    write_package(adopt(read_live(account, integration_id)).outline, tmp_path / "out")

    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "data" / "orders.http._planted.txt").read_text() == "#" * 2100
