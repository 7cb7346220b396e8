"""Rows of protocol/http-api.md#12-state and #13-notifications-users-rest."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, exactly, row, text

STATE, REST = "http-api.md#12", "http-api.md#13"
BELOW = ("imports/{import}", "exports/{export}", "flows/{flow}", "integrations/{integration}")


def rows_of_state(path, gone, key):
    yield row(STATE, f"GET {path}/state", 200, document("keys"))
    yield row(STATE, f"PUT {path}/state/{key}", 201, text("Created"), body={"to": "1.1.0"})
    kept = "{a_kept_below}" if path else "{a_kept}"
    yield row(STATE, f"PUT {path}/state/{kept}", 200, text("OK"), body=[1])
    yield row(STATE, f"GET {path}/state/nothing", 404, error("not_found"))
    yield row(STATE, f"DELETE {path}/state/nothing", 404, error("not_found"))
    yield row(STATE, f"DELETE {path}/state", gone, empty)


ROWS = [
    *rows_of_state("", 204, "new"),
    row(STATE, "GET /state/{a_kept}", 200, exactly({"a": 1})),
    row(STATE, "DELETE /state/{a_kept}", 204, empty),
    *(item for path in BELOW for item in rows_of_state(f"/{path}", 200, "new")),
    row(STATE, "GET /imports/{import}/state/{a_kept_below}", 200, exactly({"a": 1})),
    row(STATE, "DELETE /imports/{import}/state/{a_kept_below}", 200, empty),
    row(REST, "GET /notifications", 200, array()),
    row(
        REST,
        "PUT /notifications",
        200,
        array("_id", "subscribedByUser", _flowId="{flow}"),
        body=[{"_flowId": "{flow}", "subscribed": True}],
    ),
    row(
        REST,
        "PUT /notifications",
        200,
        None,
        body=[{"_connectionId": "{connection}", "subscribed": False}],
    ),
    row(
        REST,
        "PUT /notifications",
        200,
        None,
        body=[
            {
                "_integrationId": "{integration}",
                "subscribed": True,
                "subscribedByUserEmail": "{other_email}",
            }
        ],
        given="ashare",
    ),
    row(REST, "GET /notifications?users=all", 200, array()),
    row(
        REST,
        "PUT /notifications",
        422,
        error("invalid_user", "subscribedByUserEmail"),
        body=[
            {
                "_flowId": "{flow}",
                "subscribed": True,
                "subscribedByUserEmail": "nobody@example.com",
            }
        ],
    ),
    row(REST, "PUT /notifications", 422, error("missing_required_field"), body=[{}]),
    row(REST, "PUT /notifications", 400, error("invalid_json"), body={}),
    row(
        REST,
        "POST /invite",
        201,
        document("_id", "sharedWithUser", accessLevel="monitor"),
        body={"email": "{other_email}", "accessLevel": "monitor"},
    ),
    row(
        REST,
        "POST /invite",
        201,
        document("integrationAccessLevel"),
        body={
            "email": "new@example.com",
            "integrationAccessLevel": [
                {"_integrationId": "{integration}", "accessLevel": "manage"}
            ],
        },
    ),
    row(
        REST,
        "POST /invite",
        422,
        error("invalid_field", "accessLevel"),
        body={"email": "{other_email}", "accessLevel": "king"},
    ),
    row(REST, "POST /invite", 422, error("missing_required_field", "email"), body={}),
    row(
        REST,
        "POST /invite",
        422,
        error("missing_required_field", "accessLevel"),
        body={"email": "{other_email}"},
    ),
    row(REST, "GET /ashares/{ashare}", 200, document("accessLevel", "sharedWithUser")),
    row(
        REST,
        "PUT /ashares/{ashare}",
        200,
        document(accessLevel="administrator"),
        body={"accessLevel": "administrator"},
    ),
    row(REST, "PUT /ashares/{an_ashare}/disable", 200, document(disabled=True)),
    row(REST, "GET /ashares/{nothing}", 404, error("not_found")),
    row(
        REST,
        "GET /audit",
        200,
        array("resourceType", "_resourceId", "_byUserId", "source", "action", "from", "to"),
        given="script",
    ),
    row(REST, "GET /audit?limit=1&offset=0", 200, array("action"), given="script"),
    row(REST, "GET /audit?limit=few", 422, error("invalid_field", "limit")),
    row(REST, "GET /recycleBinTTL", 200, array("model", "doc"), given="deleted"),
    row(
        REST,
        "POST /recycleBinTTL/scripts/{a_deleted}/doCascadeRestore",
        200,
        document("content"),
        body={},
    ),
    row(REST, "DELETE /recycleBinTTL/scripts/{a_deleted}", 204, empty),
    row(REST, "DELETE /recycleBinTTL/scripts/{nothing}", 404, error("not_found")),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    check(row, world)
