"""Connections (protocol/http-api.md, section 4)."""

from connector_kit.integrator import Ping
from connector_kit.integrator.resources.connections import ProxyAnswer
from tests.integrator.calls.case import DONE, NOTHING, Sent, case, crud
from tests.integrator.scripted import STORED, Reply

UNSAVED = {"name": "Shop", "type": "http", "http": {"baseURI": "https://shop.example.com"}}
BAD_KEY = {"code": "401", "message": "Bad key"}

SEARCH = {"pageSize": 5, "netsuite": {"type": "search"}}
FIRST = {
    "data": [{"id": "1"}],
    "dataURIs": [None],
    "pagedExportState": {"pageIndex": 2, "done": False, "issuedAt": 1767225600, "sig": "a" * 64},
}
LAST = {"data": [{"id": "2"}], "pagedExportState": {"pageIndex": 3, "done": True, "sig": "b" * 64}}
SENT = {"export": {**SEARCH, "asynchronous": True}}

ITEMS = {"mapping": {"fields": [{"extract": "qty", "generate": "quantity"}]}}
RESULTS = [
    {"statusCode": 200, "id": "77", "_json": {"ok": True}},
    {"statusCode": 422, "errors": [{"code": "taken", "message": "Taken"}]},
]

CASES = [
    *crud("connections", "connections"),
    case(
        "connections: the length of their queues is listed",
        lambda c: list(c.connections.list(fetchQueueSize=True, exclude="http,rest")),
        [STORED],
        "GET /connections?fetchQueueSize=true&exclude=http%2Crest",
        [STORED],
    ),
    case(
        "connections: one field is changed",
        lambda c: c.connections.patch("64c1", [{"op": "replace", "path": "/name", "value": "x"}]),
        NOTHING,
        Sent("PATCH /connections/64c1", [{"op": "replace", "path": "/name", "value": "x"}]),
    ),
    case(
        "connections: a ping",
        lambda c: c.connections.ping("64c1"),
        {"code": 200},
        "GET /connections/64c1/ping",
        Ping(ok=True, code=200),
    ),
    case(
        "connections: a ping in the context of a flow",
        lambda c: c.connections.ping("64c1", flow_id="64f1", integration_id="64a1"),
        {"code": 401, "errors": [BAD_KEY]},
        Sent("POST /connections/64c1/ping", {"_flowId": "64f1", "_integrationId": "64a1"}),
        Ping(ok=False, code=401, errors=(BAD_KEY,)),
    ),
    case(
        "connections: a ping that the platform refuses",
        lambda c: c.connections.ping("64c1", export_id="64e1", import_id="64d1"),
        Reply(422, {"errors": [BAD_KEY]}),
        Sent("POST /connections/64c1/ping", {"_exportId": "64e1", "_importId": "64d1"}),
        Ping(ok=False, code=422, errors=(BAD_KEY,)),
    ),
    case(
        "connections: a ping of one that is not stored",
        lambda c: c.connections.ping_unsaved(UNSAVED, integration_id="64a1"),
        {"code": 200},
        Sent("POST /connections/ping", {**UNSAVED, "_integrationId": "64a1"}),
        Ping(ok=True, code=200),
    ),
    case(
        "connections: a thorough ping",
        lambda c: c.connections.test("64c1"),
        {},
        "POST /connections/64c1/test",
        Ping(ok=True),
    ),
    case(
        "connections: the debug log is text",
        lambda c: c.connections.debug_log("64c1"),
        Reply(200, b"2026-01-05T09:00Z GET /orders\n{not json"),
        "GET /connections/64c1/debug",
        "2026-01-05T09:00Z GET /orders\n{not json",
    ),
    case(
        "connections: the debug log of one export, still empty",
        lambda c: c.connections.debug_log("64c1", "64e1"),
        DONE,
        "GET /connections/64c1/debug/64e1",
        "",
    ),
    case(
        "connections: the debug log is cleared",
        lambda c: c.connections.clear_debug_log("64c1"),
        NOTHING,
        "DELETE /connections/64c1/debug",
    ),
    case(
        "connections: a virtual export",
        lambda c: c.connections.export("64c1", SEARCH),
        {"data": [{"id": "1"}]},
        Sent("POST /connections/64c1/export", {"export": SEARCH}),
        {"data": [{"id": "1"}]},
    ),
    case(
        "connections: a virtual export, page after page, with the state unchanged",
        lambda c: list(c.connections.export_pages("64c1", SEARCH)),
        (FIRST, LAST),
        [
            Sent("POST /connections/64c1/export/pages", SENT),
            Sent(
                "POST /connections/64c1/export/pages",
                {**SENT, "pagedExportState": FIRST["pagedExportState"]},
            ),
        ],
        [FIRST, LAST],
    ),
    case(
        "connections: a virtual export that goes on from a state that was kept",
        lambda c: list(c.connections.export_pages("64c1", SEARCH, state=FIRST["pagedExportState"])),
        {"data": []},
        Sent(
            "POST /connections/64c1/export/pages",
            {**SENT, "pagedExportState": FIRST["pagedExportState"]},
        ),
        [{"data": []}],
    ),
    case(
        "connections: a virtual import has one result per record",
        lambda c: c.connections.import_records("64c1", ITEMS, [{"qty": 4}, {"qty": 7}]),
        RESULTS,
        Sent("POST /connections/64c1/import", {"import": ITEMS, "data": [{"qty": 4}, {"qty": 7}]}),
        RESULTS,
    ),
    case(
        "connections: a mapping is previewed",
        lambda c: c.connections.preview_mapping("64c1", ITEMS, [{"qty": 4}]),
        [{"quantity": 4}],
        Sent("POST /connections/64c1/import/map", {"import": ITEMS, "data": [{"qty": 4}]}),
        [{"quantity": 4}],
    ),
    case(
        "connections: the application is asked through the proxy",
        lambda c: c.connections.proxy("64c1", "put", "/items/7?x=ü", {"qty": 4}),
        Reply(201, {"ok": True}),
        Sent(
            "POST /connections/64c1/proxy",
            {"qty": 4},
            {
                "Integrator-Method": "PUT",
                "Integrator-Relative-URI": "/items/7?x=%C3%BC",
                "Content-Type": "application/json; charset=utf-8",
            },
        ),
        ProxyAnswer(201, '{"ok": true}'),
    ),
    case(
        "connections: a RESTlet is asked through the proxy",
        lambda c: c.connections.proxy(
            "64c1", "GET", netsuite_script="customscript1", netsuite_deployment="customdeploy1"
        ),
        Reply(200, b"<ok/>"),
        Sent(
            "POST /connections/64c1/proxy",
            headers={
                "Integrator-Method": "GET",
                "Integrator-NetSuite-ScriptId": "customscript1",
                "Integrator-NetSuite-DeployId": "customdeploy1",
            },
        ),
        ProxyAnswer(200, "<ok/>"),
    ),
    case(
        "connections: the application is sent what is no JSON",
        lambda c: c.connections.proxy("64c1", "POST", "/items", "<qty/>", content_type="text/xml"),
        DONE,
        Sent("POST /connections/64c1/proxy", b"<qty/>", {"Content-Type": "text/xml"}),
        ProxyAnswer(200, ""),
    ),
    case(
        "connections: a package is there",
        lambda c: c.connections.check_package("64c1", "suiteapp"),
        {"success": True},
        "GET /connections/64c1/distributed?type=suiteapp",
        {"success": True},
    ),
    case(
        "connections: a package is not there",
        lambda c: c.connections.check_package("64c1"),
        {"success": False, "message": "Install it first"},
        "GET /connections/64c1/distributed",
        {"success": False, "message": "Install it first"},
    ),
    case(
        "connections: who uses one",
        lambda c: c.connections.dependencies("64c1"),
        {"exports": [{"id": "64e1", "name": "New orders"}]},
        "GET /connections/64c1/dependencies",
        {"exports": [{"id": "64e1", "name": "New orders"}]},
    ),
    case(
        "scripts: who uses one",
        lambda c: c.scripts.dependencies("6451"),
        {},
        "GET /scripts/6451/dependencies",
        {},
    ),
    case(
        "connections: the iClients that one can use",
        lambda c: c.connections.iclients("64c1"),
        {"iclients": [STORED]},
        "GET /connections/64c1/iclients",
        [STORED],
    ),
    case(
        "connections: the jobs that wait for one",
        lambda c: list(c.connections.jobs("64c1")),
        [{"_id": "64b1", "status": "queued"}],
        "GET /connections/64c1/jobs",
        [{"_id": "64b1", "status": "queued"}],
    ),
    case(
        "connections: the settings form",
        lambda c: c.connections.settings_form("64c1"),
        {"fieldMap": {}},
        "POST /connections/64c1/settingsForm/init",
        {"fieldMap": {}},
    ),
    case(
        "flows: a connection is replaced",
        lambda c: c.flows.replace_connection("64f1", "64c1", "64c2"),
        DONE,
        Sent(
            "PUT /flows/64f1/replaceConnection",
            {"_connectionId": "64c1", "_newConnectionId": "64c2"},
        ),
    ),
    case(
        "exports: the connection is replaced",
        lambda c: c.exports.replace_connection("64e1", "64c2"),
        DONE,
        Sent("PUT /exports/64e1/replaceConnection", {"_newConnectionId": "64c2"}),
    ),
    case(
        "imports: the connection is replaced",
        lambda c: c.imports.replace_connection("64d1", "64c2"),
        NOTHING,
        Sent("PUT /imports/64d1/replaceConnection", {"_newConnectionId": "64c2"}),
    ),
    case(
        "integrations: a connection is made for one",
        lambda c: c.integrations.create_connection("64a1", UNSAVED),
        Reply(201, STORED),
        Sent("POST /integrations/64a1/connections", UNSAVED),
        STORED,
    ),
    case(
        "integrations: connections are registered",
        lambda c: c.integrations.register_connections("64a1", ("64c1", "64c2")),
        DONE,
        Sent("PUT /integrations/64a1/connections/register", ["64c1", "64c2"]),
    ),
    case(
        "integrations: a connection is registered no longer",
        lambda c: c.integrations.unregister_connection("64a1", "64c1"),
        NOTHING,
        "DELETE /integrations/64a1/connections/64c1/register",
    ),
]
