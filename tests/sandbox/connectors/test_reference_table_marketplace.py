"""Rows of protocol/http-api.md#9-connectors-and-licences."""

import pytest

from tests.sandbox.plain import CONNECTOR, FAR
from tests.sandbox.table import array, check, document, empty, error, row

FACT = "http-api.md#9"
LISTS = "/connectors/{connector}/licenses"
GRANT = {"email": "{email}", "expires": FAR}


def by_publisher(*args, **kwargs):
    return row(FACT, *args, by="publisher", **kwargs)


ROWS = [
    by_publisher("GET /connectors", 200, array("_id"), given="connector"),
    by_publisher("POST /connectors", 201, document("_id"), body=CONNECTOR),
    by_publisher("GET /connectors/{connector}", 200, document(_id="{connector}")),
    row(FACT, "GET /connectors/{connector}", 404, error("not_found")),
    by_publisher("PUT /connectors/{a_connector}", 200, document(), body=CONNECTOR),
    by_publisher(
        "PUT /connectors/{a_connector}",
        200,
        document(trialEnabled=True, trialPeriod=30),
        body={**CONNECTOR, "trialEnabled": True, "trialPeriod": 30},
    ),
    by_publisher("DELETE /connectors/{a_connector}", 204, empty),
    by_publisher(
        "GET /connectors/{connector}/installBase",
        200,
        array(
            *("_integrationId", "name", "email", "version", "updateInProgress", "sandbox"),
            email="{email}",
        ),
        given="installation",
    ),
    by_publisher(
        "PUT /connectors/{connector}/update",
        200,
        empty,
        body={"_integrationIds": ["{installation}"]},
    ),
    by_publisher(
        "PUT /connectors/{two}/update", 200, empty, body={"_integrationIds": ["{installed}"]}
    ),
    by_publisher(
        "PUT /connectors/{two}/update",
        422,
        error("invalid_ref", "_integrationIds"),
        body={"_integrationIds": ["{child}"]},
    ),
    by_publisher(
        "PUT /connectors/{connector}/update",
        422,
        error("invalid_ref", "_integrationIds"),
        body={"_integrationIds": ["{nothing}"]},
    ),
    by_publisher(
        "PUT /connectors/{connector}/update", 422, error("missing_required_field"), body={}
    ),
    row(
        FACT,
        "PUT /connectors/{connector}/update",
        404,
        error("not_found"),
        body={"_integrationIds": ["{installation}"]},
    ),
    by_publisher(f"GET {LISTS}", 200, array("_id", "user", "expires"), given="license"),
    by_publisher(
        f"POST {LISTS}", 201, document(type="connector", user={"email": "{email}"}), body=GRANT
    ),
    by_publisher(
        "POST /connectors/{two}/licenses",
        201,
        document(type="integrationApp", _editionId="{edition}"),
        body={**GRANT, "_editionId": "{edition}"},
    ),
    by_publisher(
        "POST /connectors/{two}/licenses",
        201,
        document(type="integrationAppChild", _parentId="{two_license}"),
        body={"_parentId": "{two_license}", "opts": {"a": 1}},
    ),
    by_publisher(
        "POST /connectors/{two}/licenses",
        422,
        error("invalid_ref", "_editionId"),
        body={**GRANT, "_editionId": "{nothing}"},
    ),
    by_publisher(
        f"POST {LISTS}",
        422,
        error("invalid_user", "email"),
        body={**GRANT, "email": "nobody@example.com"},
    ),
    by_publisher(
        f"POST {LISTS}", 422, error("missing_required_field", "expires"), body={"email": "{email}"}
    ),
    by_publisher(f"POST {LISTS}", 422, error("missing_required_field", "email"), body={}),
    by_publisher(f"POST {LISTS}", 201, document(sandbox=True), body={**GRANT, "sandbox": True}),
    by_publisher(f"GET {LISTS}/{{license}}", 200, document("created", _connectorId="{connector}")),
    by_publisher(f"GET {LISTS}/{{nothing}}", 404, error("not_found")),
    by_publisher(
        f"PUT {LISTS}/{{license}}",
        200,
        document(opts={"connectorEdition": "premium"}, sandbox=False),
        body={"expires": FAR, "opts": {"connectorEdition": "premium"}, "sandbox": True},
    ),
    by_publisher(
        "PUT /connectors/{two}/licenses/{two_license}",
        422,
        error("invalid_field", "_changeEditionId"),
        body={"expires": FAR, "_editionId": "{edition}", "_changeEditionId": "{edition}"},
    ),
    by_publisher(f"DELETE {LISTS}/{{a_license}}", 204, empty),
    by_publisher("DELETE /connectors/{two}/licenses/{used_license}", 422, error("resource_in_use")),
    row(
        FACT,
        f"POST {LISTS}/{{license}}/upgradeRequest",
        200,
        empty,
        body={"_connectorId": "{connector}", "connectorName": "x", "addOnName": "payouts"},
    ),
    row(FACT, f"POST {LISTS}/{{license}}/renewRequest", 200, empty, body={}),
    row(FACT, f"POST {LISTS}/{{nothing}}/renewRequest", 404, error("not_found"), body={}),
    row(FACT, "GET /published", 200, array("_id", _id="{listed}"), given="listed"),
    row(
        FACT,
        "POST /licenses/request",
        200,
        empty,
        body={"connectorName": "x", "_connectorId": "{connector}"},
    ),
    row(FACT, "POST /licenses/request", 422, error("missing_required_field"), body={}),
    row(FACT, "GET /licenses", 200, array("_id", "_connectorId"), given="license"),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    world.stack.functions = {"initChild": lambda _: {"name": "A child", "installSteps": []}}
    check(row, world)
