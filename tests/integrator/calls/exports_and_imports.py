"""Exports and imports, and cloning (protocol/http-api.md, section 5)."""

from connector_kit.integrator.resources.cloning import Copy
from tests.integrator.calls.case import Sent, case, crud
from tests.integrator.scripted import STORED, Reply

EXPORT = {"name": "New orders", "_connectionId": "64c1", "test": {"limit": 10}}
PREVIEW = {"data": [{"id": 1}], "stages": [{"name": "request", "data": []}, {"name": "raw"}]}
PAGE = {"data": [{"id": 1}]}
RESULTS = [{"statusCode": 200, "id": "77"}]
MADE = [{"model": "Export", "_id": "64e2", "name": "New orders"}]
COPY = Copy(connections={"64c1": "64c2"}, name="Copy", sandbox=True)
SENT = {"connectionMap": {"64c1": "64c2"}, "name": "Copy", "sandbox": True}
OBJECTS = {"objects": [{"model": "Flow", "doc": {}}], "stackRequired": False}

CASES = [
    *crud("exports", "exports"),
    *crud("imports", "imports"),
    case(
        "exports: an id is always one segment of the path",
        lambda c: c.exports.get("a/b ?"),
        STORED,
        "GET /exports/a%2Fb%20%3F",
        STORED,
    ),
    case(
        "exports: the part that lives in the application",
        lambda c: c.exports.distributed("64e1"),
        {"disabled": False},
        "GET /exports/64e1/distributed",
        {"disabled": False},
    ),
    case(
        "exports: the part that lives in the application is replaced",
        lambda c: c.exports.update_distributed("64e1", {"disabled": True}),
        {"disabled": True},
        Sent("PUT /exports/64e1/distributed", {"disabled": True}),
        {"disabled": True},
    ),
    case(
        "imports: the part that lives in the application",
        lambda c: c.imports.distributed("64d1"),
        {"batchSize": 5},
        "GET /imports/64d1/distributed",
        {"batchSize": 5},
    ),
    case(
        "imports: the part that lives in the application is replaced, and nothing answered",
        lambda c: c.imports.update_distributed("64d1", {"batchSize": 5}),
        Reply(204),
        Sent("PUT /imports/64d1/distributed", {"batchSize": 5}),
        {},
    ),
    case(
        "exports: one is cloned",
        lambda c: c.exports.clone("64e1", COPY),
        Reply(201, {"_id": "64e2", "name": "Copy"}),
        Sent("POST /exports/64e1/clone", SENT),
        [{"_id": "64e2", "name": "Copy"}],
    ),
    case(
        "imports: one is cloned with what it needs",
        lambda c: c.imports.clone("64d1", Copy(stack_id="6450")),
        Reply(201, MADE),
        Sent("POST /imports/64d1/clone", {"connectionMap": {}, "_stackId": "6450"}),
        MADE,
    ),
    case(
        "flows: one is cloned into an integration",
        lambda c: c.flows.clone("64f1", Copy(integration_id="64a1")),
        Reply(201, MADE),
        Sent("POST /flows/64f1/clone", {"connectionMap": {}, "_integrationId": "64a1"}),
        MADE,
    ),
    case(
        "integrations: one is cloned to be installed",
        lambda c: c.integrations.clone("64a1", Copy(tag="EU", as_installation=True)),
        Reply(201, {"_integrationId": "64a2"}),
        Sent(
            "POST /integrations/64a1/clone",
            {"connectionMap": {}, "tag": "EU", "newTemplateInstaller": True},
        ),
        [{"_integrationId": "64a2"}],
    ),
    *(
        case(
            f"{part}: what cloning would copy",
            lambda c, part=part: getattr(c, part).clone_preview("64a1"),
            OBJECTS,
            f"GET /{part}/64a1/clone/preview",
            OBJECTS,
        )
        for part in ("exports", "imports", "flows", "integrations")
    ),
    *(
        case(
            f"{part}: the settings form",
            lambda c, part=part: getattr(c, part).settings_form("64a1"),
            {"fieldMap": {}},
            f"POST /{part}/64a1/settingsForm/init",
            {"fieldMap": {}},
        )
        for part in ("exports", "imports", "flows", "integrations")
    ),
    case(
        "flows: a settings form that nothing makes",
        lambda c: c.flows.settings_form("64f1"),
        Reply(204),
        "POST /flows/64f1/settingsForm/init",
        {},
    ),
    case(
        "exports: one is previewed",
        lambda c: c.exports.preview(EXPORT),
        PREVIEW,
        Sent("POST /exports/preview", EXPORT),
        PREVIEW,
    ),
    case(
        "exports: one is previewed with an integration's settings",
        lambda c: c.exports.preview(EXPORT, integration_id="64a1"),
        PREVIEW,
        Sent("POST /integrations/64a1/exports/preview", EXPORT),
        PREVIEW,
    ),
    case(
        "exports: one is previewed with a flow's settings",
        lambda c: c.exports.preview(EXPORT, integration_id="64a1", flow_id="64f1"),
        PREVIEW,
        Sent("POST /integrations/64a1/flows/64f1/exports/preview", EXPORT),
        PREVIEW,
    ),
    case(
        "exports: one is run alone",
        lambda c: c.exports.invoke("64e1"),
        PAGE,
        "POST /exports/64e1/invoke",
        PAGE,
    ),
    case(
        "exports: one is run alone, somewhere else in the application",
        lambda c: c.exports.invoke(
            "64e1", {"since": 1}, relative_uri="/orders?a=1", record_type="order"
        ),
        PAGE,
        Sent(
            "POST /exports/64e1/invoke",
            {"since": 1},
            {"Integrator-Relative-URI": "/orders?a=1", "Integrator-Record-Type": "order"},
        ),
        PAGE,
    ),
    case(
        "exports: one is run by its identifier",
        lambda c: c.exports.invoke_by_identifier("e1a2b3c4d5", record_type="order"),
        PAGE,
        Sent("GET /e1a2b3c4d5", headers={"Integrator-Record-Type": "order"}),
        PAGE,
    ),
    case(
        "exports: a real-time one is given events",
        lambda c: c.exports.send_events("e1a2b3c4d5", [{"id": 1}]),
        Reply(204),
        Sent("POST /e1a2b3c4d5", [{"id": 1}]),
    ),
    case(
        "imports: records are mapped",
        lambda c: c.imports.map("64d1", [{"qty": 4}]),
        [{"quantity": 4}],
        Sent("POST /imports/64d1/map", [{"qty": 4}]),
        [{"quantity": 4}],
    ),
    case(
        "imports: one is run alone",
        lambda c: c.imports.invoke("64d1", [{"qty": 4}], relative_uri="/items"),
        RESULTS,
        Sent("POST /imports/64d1/invoke", [{"qty": 4}], {"Integrator-Relative-URI": "/items"}),
        RESULTS,
    ),
    case(
        "imports: one is run by its identifier",
        lambda c: c.imports.invoke_by_identifier("i9f8e7d6c5", [{"qty": 4}]),
        RESULTS,
        Sent("POST /i9f8e7d6c5", [{"qty": 4}]),
        RESULTS,
    ),
]
