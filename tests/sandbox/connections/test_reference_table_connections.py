"""Rows of protocol/http-api.md#4-connections."""

import pytest

from tests.sandbox.table import (
    array,
    check,
    document,
    empty,
    error,
    exactly,
    row,
    text,
)

FACT = "http-api.md#4"
OK = exactly({"code": 200})
REPLACEMENT = {"_newConnectionId": "{a_connection}"}

ROWS = [
    row(
        FACT,
        "GET /connections?fetchQueueSize=true",
        200,
        array("_id", "queues"),
        given="connection",
    ),
    row(FACT, "GET /connections/{connection}", 200, document("http", type="http")),
    row(FACT, "GET /connections/{connection}/ping", 200, OK),
    row(FACT, "POST /connections/{connection}/ping", 200, OK, body={"_flowId": "{flow}"}),
    row(FACT, "POST /connections/{connection}/test", 200, OK),
    row(FACT, "GET /connections/{offline_connection}/ping", 200, document("errors", code=401)),
    row(FACT, "GET /connections/{wrapper}/ping", 200, OK),
    row(FACT, "GET /connections/{nothing}/ping", 404, error("not_found")),
    row(FACT, "POST /connections/ping", 200, OK, body={"type": "http", "http": {}}),
    row(
        FACT,
        "POST /connections/ping",
        200,
        document("errors", code=401),
        body={"type": "http", "http": {"auth": {"type": "basic"}}},
    ),
    row(FACT, "POST /connections/ping", 400, error("invalid_json"), body=[]),
    row(FACT, "GET /connections/{connection}/debug", 200, text("")),
    row(FACT, "GET /connections/{connection}/debug/{export}", 200, text("")),
    row(FACT, "DELETE /connections/{connection}/debug", 204, empty),
    row(
        FACT,
        "GET /connections/{connection}/proxy",
        422,
        error("missing_required_field", "Integrator-Relative-URI"),
    ),
    row(
        FACT,
        "GET /connections/{netsuite}/distributed?type=suitebundle",
        200,
        exactly({"success": True}),
    ),
    row(
        FACT,
        "GET /connections/{netsuite}/distributed?type=suiteapp",
        200,
        exactly({"success": True}),
    ),
    row(FACT, "GET /connections/{salesforce}/distributed", 200, exactly({"success": True})),
    row(FACT, "GET /connections/{connection}/distributed", 200, document("message", success=False)),
    row(FACT, "GET /connections/{connection}/dependencies", 200, document()),
    row(FACT, "GET /connections/{connection}/iclients", 200, document("iclients")),
    row(FACT, "GET /connections/{connection}/jobs", 200, array()),
    row(
        FACT,
        "PUT /flows/{a_flow}/replaceConnection",
        200,
        document("pageGenerators"),
        body={"_connectionId": "{a_connection}", "_newConnectionId": "{connection}"},
    ),
    row(
        FACT,
        "PUT /flows/{a_flow}/replaceConnection",
        422,
        error("missing_required_field", "_connectionId"),
        body=REPLACEMENT,
    ),
    row(
        FACT,
        "PUT /exports/{an_export}/replaceConnection",
        200,
        document("_connectionId"),
        body=REPLACEMENT,
    ),
    row(
        FACT,
        "PUT /imports/{an_import}/replaceConnection",
        200,
        document("_connectionId"),
        body=REPLACEMENT,
    ),
    row(
        FACT,
        "PUT /imports/{an_import}/replaceConnection",
        422,
        error("invalid_ref", "_newConnectionId"),
        body={"_newConnectionId": "{nothing}"},
    ),
    row(
        FACT,
        "PUT /imports/{an_import}/replaceConnection",
        422,
        error("invalid_field", "_newConnectionId"),
        body={"_newConnectionId": "{netsuite}"},
    ),
    row(
        FACT,
        "POST /integrations/{integration}/connections",
        201,
        document("_id", type="ftp"),
        body={"name": "x", "type": "ftp", "ftp": {"type": "sftp", "hostURI": "h", "username": "u"}},
    ),
    row(
        FACT,
        "PUT /integrations/{integration}/connections/register",
        200,
        None,
        body=["{connection}"],
    ),
    row(
        FACT,
        "PUT /integrations/{integration}/connections/register",
        422,
        error("invalid_ref"),
        body=["{nothing}"],
    ),
    row(FACT, "DELETE /integrations/{integration}/connections/{a_registered}/register", 204, empty),
    row(
        FACT,
        "DELETE /integrations/{integration}/connections/{nothing}/register",
        404,
        error("not_found"),
    ),
    row(FACT, "DELETE /connections/{a_connection}", 204, empty),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    world.stack.functions["pingErp"] = lambda _: {"statusCode": 200}
    check(row, world)
