"""Rows of protocol/http-api.md sections 1 to 3."""

import pytest

from tests.sandbox.plain import HTTP_CONNECTION
from tests.sandbox.table import array, check, document, empty, error, exactly, row

STORED = {"name": "x"}
OF_A_TYPE = {
    "connections": HTTP_CONNECTION,
    "exports": {**STORED, "_connectionId": "{connection}"},
    "imports": {**STORED, "_connectionId": "{connection}"},
    "flows": STORED,
    "integrations": STORED,
    "scripts": {**STORED, "content": "1"},
    "stacks": {**STORED, "type": "server", "server": {"hostURI": "http://127.0.0.1:1"}},
    "iclients": {"provider": "shopify"},
    "iClients": {"provider": "shopify"},
    "templates": STORED,
    "template": STORED,
    "asynchelpers": STORED,
    "connectors": {
        **STORED,
        "installerFunction": "i",
        "uninstallerFunction": "u",
        "updateFunction": "p",
    },
}
SHARED = {
    "connections": "connection",
    "exports": "export",
    "imports": "import",
    "flows": "flow",
    "integrations": "integration",
    "scripts": "script",
    "stacks": "stack",
    "iclients": "iclient",
    "asynchelpers": "asynchelper",
}
STAMPED = document("_id", "createdAt", "lastModified")


def rows_of_every_type():
    for resource, body in OF_A_TYPE.items():
        yield row("http-api.md#3", f"POST /{resource}", 201, STAMPED, body=body)
    for resource, word in SHARED.items():
        one = f"/{resource}/{{{word}}}"
        fresh = f"/{resource}/{{a_{word}}}"
        listed = array("_id")
        yield row("http-api.md#3", f"GET /{resource}", 200, listed, given=word)
        yield row("http-api.md#3", f"GET /{resource}?exclude=name", 200, listed, given=word)
        yield row("http-api.md#3", f"GET {one}", 200, document(_id=f"{{{word}}}"))
        yield row("http-api.md#3", f"PUT {one}", 200, STAMPED, body=OF_A_TYPE[resource])
        yield row("http-api.md#3", f"DELETE {fresh}", 204, empty)
        yield row("http-api.md#3", f"GET /{resource}/{{nothing}}", 404, error("not_found"))
        yield row("http-api.md#4", f"GET {one}/dependencies", 200, document())
        yield row(
            "http-api.md#3",
            f"PATCH {fresh}",
            200,
            document(name="B"),
            body=[{"op": "add", "path": "/name", "value": "B"}],
        )


ROWS = [
    row("http-api.md#1", "GET /tokenInfo", 200, exactly({"_userId": "{user}", "scope": "*"})),
    row("http-api.md#1", "GET /tokenInfo", 401, error("unauthorized"), by="nobody"),
    row("http-api.md#2", "GET /no/such/route", 404, error("not_found")),
    row("http-api.md#2", "POST /flows", 400, error("invalid_json"), body=["no object"]),
    row(
        "http-api.md#2",
        "POST /exports",
        422,
        error("missing_required_field", "name"),
        body={"_connectionId": "{connection}"},
    ),
    row(
        "http-api.md#2",
        "POST /exports",
        422,
        error("invalid_ref", "_connectionId"),
        body={"name": "x", "_connectionId": "{nothing}"},
    ),
    row(
        "http-api.md#2",
        "POST /exports",
        422,
        error("invalid_field", "_connectionId"),
        body={"name": "x", "_connectionId": 5},
    ),
    row(
        "http-api.md#3",
        "POST /flows",
        201,
        document(sandbox=True),
        body={"name": "x", "sandbox": True},
    ),
    row(
        "http-api.md#3",
        "POST /exports",
        422,
        error("invalid_ref", "_connectionId"),
        body={"name": "x", "_connectionId": "{sandbox_connection}"},
    ),
    row(
        "http-api.md#3",
        "PATCH /flows/{flow}",
        400,
        error("invalid_json"),
        body={"disabled": True},
    ),
    row(
        "http-api.md#3",
        "PATCH /flows/{flow}",
        422,
        error("invalid_patch"),
        body=[{"op": "remove", "path": "/nowhere"}],
    ),
    row(
        "http-api.md#3",
        "PUT /scripts/{script}",
        422,
        error("missing_required_field", "content"),
        body={"name": "x"},
    ),
    row("http-api.md#3", "GET /flows?exclude=name,_id", 200, array()),
    row("http-api.md#3", "GET /flows?after={nothing}", 200, array("_id"), given="flow"),
    row(
        "resources.md#fields-most-documents-share",
        "POST /scripts",
        422,
        error("invalid_field", "name"),
        body={"name": "x" * 101, "content": "1"},
    ),
    row(
        "resources.md#connection",
        "POST /connections",
        422,
        error("missing_required_field", "type"),
        body={"name": "x"},
    ),
    row(
        "resources.md#connection",
        "POST /connections",
        422,
        error("missing_required_field", "http.mediaType"),
        body={"name": "x", "type": "http", "http": {"baseURI": "https://example.com"}},
    ),
    row(
        "resources.md#connection",
        "POST /connections",
        422,
        error("missing_required_field", "wrapper"),
        body={"name": "x", "type": "wrapper"},
    ),
    row(
        "resources.md#connection",
        "POST /connections",
        422,
        error("invalid_field", "type"),
        body={"name": "x", "type": "HTTP"},
    ),
    row(
        "resources.md#connection",
        "POST /connections",
        201,
        document(name="Shop", offline=False),
        body=HTTP_CONNECTION,
    ),
    row(
        "resources.md#export",
        "POST /exports",
        201,
        document("apiIdentifier", adaptorType="HTTPExport", asynchronous=True),
        body={"name": "x", "_connectionId": "{connection}"},
    ),
    row(
        "resources.md#export",
        "POST /exports",
        422,
        error("invalid_field", "adaptorType"),
        body={"name": "x", "_connectionId": "{connection}", "adaptorType": "httpexport"},
    ),
    row(
        "resources.md#export",
        "POST /exports",
        201,
        document(adaptorType="WebhookExport"),
        body={"name": "x", "type": "webhook"},
    ),
    row(
        "resources.md#import",
        "POST /imports",
        422,
        error("missing_required_field", "mappings[0].status"),
        body={"name": "x", "_connectionId": "{connection}", "mappings": [{"generate": "a"}]},
    ),
    row(
        "resources.md#import",
        "POST /imports",
        201,
        document(adaptorType="NetSuiteDistributedImport"),
        body={"name": "x", "_connectionId": "{netsuite}", "distributed": True},
    ),
    row(
        "resources.md#flow",
        "POST /flows",
        422,
        error("invalid_field", "schedule"),
        body={"name": "x", "schedule": "0 2 * * *"},
    ),
    row(
        "resources.md#integration",
        "POST /integrations",
        201,
        document(install=[], installSteps=[], uninstallSteps=[], flowGroupings=[]),
        body={"name": "x"},
    ),
    row("resources.md#stack", "GET /stacks/{stack}", 200, document("server", type="server")),
    row(
        "resources.md#connector",
        "POST /connectors",
        422,
        error("missing_required_field", "installerFunction"),
        body={"name": "x"},
    ),
    row(
        "resources.md#connector",
        "PUT /connectors/{connector}",
        422,
        error("invalid_field", "trialPeriod"),
        body={"name": "x", "trialPeriod": 15},
        by="publisher",
    ),
    *rows_of_every_type(),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    check(row, world)
