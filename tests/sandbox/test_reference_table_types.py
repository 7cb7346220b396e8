"""Rows of protocol/platform-2026.md#1 and #10: today's resource types."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, exactly, row

FACT = "platform-2026.md#10"
FRANCE = {"key": "FR", "value": "France"}
GERMANY = {"key": "DE", "value": "Germany"}
MANY = [*map(str, range(1001))]

TO_OUTPUT = {"id": "r", "branches": [{"name": "all", "nextRouterId": "outputRouter"}]}
NOWHERE = {"id": "r", "branches": [{"name": "all", "nextRouterId": "outputRoute"}]}
OFFERED = {"_toolId": "{tool}", "name": "find", "disabled": False}
BUILDER = {
    "request": {"relativeURI": "/orders/:id", "method": "GET"},
    "responses": [{"id": "s", "type": "success"}, {"id": "f", "type": "fail"}],
}
TOOLS = "platform-2026.md#9"


def tool(**fields):
    return {"name": "x", "_integrationId": "{integration}", **fields}


def server(uri, **fields):
    return {"name": "x", "relativeURI": uri, **fields}


def api(kind, **fields):
    return {"name": "x", "type": kind, **fields}


ROWS = [
    row(TOOLS, "POST /tools", 201, document("_id"), body=tool(routers=[TO_OUTPUT])),
    row(
        TOOLS,
        "POST /tools",
        422,
        error("missing_required_field", "_integrationId"),
        body={"name": "x"},
    ),
    row(TOOLS, "POST /tools", 422, error("invalid_field"), body=tool(routers=[NOWHERE])),
    row(TOOLS, "POST /tools", 422, error("invalid_field"), body=tool(routers=[TO_OUTPUT] * 2)),
    row(TOOLS, "DELETE /tools/{tool}", 409, error("resource_in_use"), given="server"),
    row(
        TOOLS,
        "POST /apis",
        201,
        document(version="v1", disabled=False),
        body=api("builder", builder=BUILDER),
    ),
    row(TOOLS, "POST /apis", 422, error("missing_required_field", "script"), body=api("script")),
    row(
        TOOLS,
        "POST /apis",
        422,
        error("invalid_field", "builder.responses"),
        body=api("builder", builder={**BUILDER, "responses": []}),
    ),
    row(TOOLS, "GET /mcpservers/{server}", 200, document(relativeURI="/orders", disabled=True)),
    row(
        TOOLS,
        "POST /mcpservers",
        422,
        error("invalid_field", "relativeURI"),
        body=server("/orders"),
        given="server",
    ),
    row(
        TOOLS,
        "POST /mcpservers",
        422,
        error("invalid_field", "tools"),
        body=server("/a", tools=[OFFERED] * 2),
    ),
    row(
        TOOLS,
        "POST /mcpservers",
        422,
        error("invalid_field", "disabled"),
        body=server("/a", disabled=False),
    ),
    row(
        TOOLS,
        "POST /mcpservers",
        422,
        error("invalid_field", "apis[0]._apiId"),
        body=server("/a", apis=[{"_apiId": "{script_api}", "name": "x"}]),
    ),
    row("platform-2026.md#8", "POST /flows/{abstract}/run", 422, error("invalid_operation")),
    row("platform-2026.md#8", "POST /flows/{instance}/run", 501, error("not_implemented")),
    row(FACT, "GET /lookupcaches", 200, array("_id", size=17), given="cache"),
    row(FACT, "POST /lookupcaches", 201, document(size=0, sizeInMB="0 MB"), body={"name": "x"}),
    row(FACT, "POST /lookupcaches", 422, error("missing_required_field", "name"), body={}),
    row(FACT, "GET /lookupcaches/{cache}", 200, document(size=17, sizeInMB="<5 MB")),
    row(FACT, "PUT /lookupcaches/{cache}", 200, document(size=17), body={"name": "x", "size": 7}),
    row(FACT, "DELETE /lookupcaches/{a_cache}", 204, empty),
    row(
        FACT,
        "POST /lookupcaches/{cache}/getData",
        200,
        exactly({"data": [GERMANY, FRANCE]}),
    ),
    row(
        FACT,
        "POST /lookupcaches/{cache}/getData",
        200,
        exactly({"data": [FRANCE]}),
        body={"keys": ["IT", "FR"]},
    ),
    row(
        FACT,
        "POST /lookupcaches/{cache}/getData",
        200,
        exactly({"data": [GERMANY]}),
        body={"startsWith": "D"},
    ),
    row(
        FACT,
        "POST /lookupcaches/{cache}/getData",
        422,
        error("invalid_field", "keys"),
        body={"keys": MANY},
    ),
    row(FACT, "POST /lookupcaches/{a_cache}/data", 200, empty, body={"data": [GERMANY]}),
    row(
        FACT,
        "POST /lookupcaches/{cache}/data",
        422,
        error("invalid_field", "data[0].value"),
        body={"data": [{"key": "n", "value": 1}]},
    ),
    row(
        FACT,
        "POST /lookupcaches/{cache}/data",
        422,
        error("invalid_field", "data"),
        body={"data": [{"key": key, "value": ""} for key in MANY]},
    ),
    row(FACT, "POST /lookupcaches/{cache}/data", 422, error("missing_required_field"), body={}),
    row(FACT, "DELETE /lookupcaches/{a_cache}/data", 204, empty, body={"keys": ["DE", "IT"]}),
    row(FACT, "DELETE /lookupcaches/{a_cache}/data/purge", 204, empty),
    row(FACT, "POST /lookupcaches/{nothing}/getData", 404, error("not_found")),
    row(
        FACT,
        "POST /imports",
        422,
        error("invalid_ref", "lookups[0]._lookupCacheId"),
        body={
            "name": "x",
            "_connectionId": "{connection}",
            "lookups": [{"name": "x", "_lookupCacheId": "{nothing}"}],
        },
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_today(row, world):
    check(row, world)
