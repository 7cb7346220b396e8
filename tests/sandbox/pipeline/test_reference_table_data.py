"""Rows of protocol/http-api.md#41, #42 and #5: exports and imports."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, exactly, row

ORDERS = {"orders": [{"id": 1}, {"id": 2}, {"id": 3}]}
EXPORT = {"asynchronous": True, "pageSize": 2, "http": {"relativeURI": "/orders"}}
EXPORT["http"]["response"] = {"resourcePath": "orders"}
IMPORT = {
    "mapping": {
        "fields": [
            {"extract": "qty", "generate": "quantity"},
            {"generate": "source", "hardCodedValue": "shop"},
        ]
    },
    "http": {"relativeURI": ["/items"], "method": ["PUT"]},
}
DATA = [{"qty": 4}, {"qty": 7}]
MAPPED = [{"quantity": 4, "source": "shop"}, {"quantity": 7, "source": "shop"}]
PREVIEW = {"name": "x", "_connectionId": "{connection}", "http": EXPORT["http"]}
ONTO = {"connectionMap": {"{connection}": "{connection}"}}
CLONE = "http-api.md#51"

ROWS = [
    row(
        "http-api.md#4",
        "POST /connections/{connection}/export",
        200,
        document("dataURIs", data=ORDERS["orders"]),
        body={"export": EXPORT},
    ),
    row(
        "http-api.md#4",
        "POST /connections/{connection}/export",
        422,
        error("missing_required_field", "export"),
        body={},
    ),
    row(
        "http-api.md#4",
        "POST /connections/{distant_connection}/export",
        422,
        error("backend_not_local"),
        body={"export": EXPORT},
    ),
    row(
        "http-api.md#4",
        "POST /connections/{netsuite}/export",
        501,
        error("not_implemented"),
        body={"export": {"netsuite": {"type": "search"}}},
    ),
    row(
        "http-api.md#41",
        "POST /connections/{connection}/export/pages",
        200,
        document("pagedExportState", data=ORDERS["orders"][:2], dataURIs=[None, None]),
        body={"export": EXPORT},
    ),
    row(
        "http-api.md#41",
        "POST /connections/{connection}/export/pages",
        422,
        error("missing_required_field", "export.asynchronous"),
        body={"export": {**EXPORT, "asynchronous": False}},
    ),
    row(
        "http-api.md#41",
        "POST /connections/{connection}/export/pages",
        422,
        error("invalid_field", "pagedExportState.sig"),
        body={"export": EXPORT, "pagedExportState": {"pageIndex": 2, "sig": "0" * 64}},
    ),
    row(
        "http-api.md#42",
        "POST /connections/{connection}/import",
        200,
        array("_json", statusCode=200, id="77"),
        body={"import": IMPORT, "data": DATA},
    ),
    row(
        "http-api.md#42",
        "POST /connections/{connection}/import",
        422,
        error("invalid_field", "data"),
        body={"import": IMPORT},
    ),
    row(
        "http-api.md#4",
        "POST /connections/{connection}/import/map",
        200,
        exactly(MAPPED),
        body={"import": IMPORT, "data": DATA},
    ),
    row("http-api.md#5", "GET /exports/{export}", 200, document("apiIdentifier")),
    row("http-api.md#5", "GET /exports/{realtime_export}/distributed", 200, document("recordType")),
    row(
        "http-api.md#5",
        "PUT /exports/{realtime_export}/distributed",
        200,
        exactly({"recordType": "order"}),
        body={"recordType": "order"},
    ),
    row("http-api.md#5", "GET /exports/{export}/distributed", 422, error("invalid_operation")),
    row("http-api.md#5", "GET /imports/{realtime_import}/distributed", 200, document("operation")),
    row(
        "http-api.md#5",
        "PUT /imports/{realtime_import}/distributed",
        200,
        document(operation="update"),
        body={"operation": "update", "internalIdLookup": {"extract": "id"}},
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        200,
        document("dataURIs", "stages", data=ORDERS["orders"]),
        body=PREVIEW,
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        200,
        document(data=ORDERS["orders"][:1]),
        body={**PREVIEW, "test": {"limit": 1}},
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        422,
        error("invalid_field", "test.limit"),
        body={**PREVIEW, "test": {"limit": 101}},
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        422,
        error("missing_required_field", "_connectionId"),
        body={"name": "x"},
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        200,
        document(data=[{"a": 1}]),
        body={
            "name": "x",
            "_connectionId": "{netsuite}",
            "mockOutput": {"page_of_records": [{"record": {"a": 1}}]},
        },
    ),
    row(
        "http-api.md#5",
        "POST /exports/preview",
        501,
        error("not_implemented"),
        body={**PREVIEW, "hooks": {"preSavePage": {"function": "f", "_scriptId": "{module}"}}},
    ),
    row(
        "http-api.md#5",
        "POST /integrations/{integration}/exports/preview",
        200,
        document("stages"),
        body=PREVIEW,
    ),
    row(
        "http-api.md#5",
        "POST /integrations/{integration}/flows/{flow}/exports/preview",
        200,
        document("stages"),
        body=PREVIEW,
    ),
    row("http-api.md#5", "POST /exports/{export}/invoke", 200, document(data=[ORDERS])),
    row("http-api.md#5", "POST /exports/{nothing}/invoke", 404, error("not_found")),
    row("http-api.md#5", "GET /{export_identifier}", 200, document(data=[ORDERS])),
    row("http-api.md#5", "POST /{export_identifier}", 200, document("data"), body={}),
    row("http-api.md#5", "POST /{webhook_identifier}", 204, empty, body={"order": 1}),
    row("http-api.md#5", "GET /{webhook_identifier}", 422, error("invalid_operation")),
    row("http-api.md#5", "POST /exports/{webhook}/invoke", 422, error("invalid_operation")),
    row("http-api.md#5", "GET /imports/{import}", 200, document("apiIdentifier")),
    row(
        "http-api.md#5",
        "POST /imports/{import}/map",
        200,
        exactly([{"quantity": 4}]),
        body=[{"qty": 4}],
    ),
    row(
        "http-api.md#5",
        "POST /imports/{import}/invoke",
        200,
        array("_json", statusCode=200),
        body=[{"qty": 4}],
    ),
    row(
        "http-api.md#5",
        "POST /imports/{import}/invoke",
        422,
        error("invalid_field", "body"),
        body={"qty": 4},
    ),
    row(
        "http-api.md#5",
        "POST /{import_identifier}",
        200,
        array(statusCode=200),
        body=[{"qty": 4}],
    ),
    row("http-api.md#5", "GET /{import_identifier}", 404, error("not_found")),
    row("http-api.md#5", "POST /exports/{export}/settingsForm/init", 422, None),
    row("http-api.md#5", "POST /imports/{import}/settingsForm/init", 422, None),
    row("http-api.md#5", "POST /connections/{connection}/settingsForm/init", 422, None),
    row(CLONE, "POST /exports/{export}/clone", 201, document("_id", type=None), body=ONTO),
    row(
        CLONE,
        "POST /exports/{export}/clone",
        201,
        document(name="Copy"),
        body={**ONTO, "name": "Copy"},
    ),
    row(
        CLONE,
        "POST /exports/{export}/clone",
        422,
        error("missing_required_field", "connectionMap.{connection}"),
        body={},
    ),
    row(
        CLONE,
        "POST /exports/{export}/clone",
        422,
        error("invalid_ref", "connectionMap.{connection}"),
        body={"connectionMap": {"{connection}": "{nothing}"}},
    ),
    row(
        CLONE,
        "POST /exports/{export}/clone",
        422,
        error("invalid_ref", "connectionMap.{connection}"),
        body={**ONTO, "sandbox": True},
    ),
    row(
        CLONE,
        "POST /exports/{export}/clone",
        201,
        document(sandbox=True),
        body={"connectionMap": {"{connection}": "{sandbox_connection}"}, "sandbox": True},
    ),
    row(CLONE, "POST /imports/{import}/clone", 201, document("mapping"), body=ONTO),
    row(
        CLONE, "GET /exports/{export}/clone/preview", 200, document("objects", stackRequired=False)
    ),
    row(CLONE, "GET /imports/{import}/clone/preview", 200, document("objects")),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    world.application.answers = {"/orders": (200, ORDERS, {})}
    check(row, world)
