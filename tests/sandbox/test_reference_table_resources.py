"""Rows of protocol/http-api.md#10-iclients-templates-stacks-scripts-tokens."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, row

FACT = "http-api.md#10"
CLONE = {"connectionMap": {"{connection}": "{connection}"}}
TOKEN = {"name": "x", "fullAccess": False, "_exportIds": ["{export}"]}

ROWS = [
    row(FACT, "GET /iClients", 200, array("_id"), given="iclient"),
    row(FACT, "GET /iClients/{iclient}", 200, document(provider="shopify")),
    row(FACT, "PUT /iClients/{iclient}", 200, document(), body={"provider": "shopify"}),
    row(FACT, "POST /iclients", 422, error("missing_required_field", "provider"), body={}),
    row(FACT, "DELETE /iClients/{an_iclient}", 204, empty),
    row(FACT, "GET /template", 200, array("_id"), given="template"),
    row(FACT, "GET /template/{template}", 200, document(published=True)),
    row(FACT, "GET /templates/published", 200, array("_id"), given="template"),
    row(FACT, "GET /templates/{template}/preview", 200, document("objects", stackRequired=False)),
    row(FACT, "GET /templates/{nothing}/preview", 404, error("not_found")),
    row(
        FACT,
        "POST /integrations/template/{template}",
        200,
        array("_id", model="Integration"),
        body=CLONE,
    ),
    row(
        FACT,
        "POST /integrations/template/{template}",
        200,
        document("_integrationId"),
        body={"newTemplateInstaller": True, "name": "Copy"},
    ),
    row(
        FACT,
        "GET /stacks/{stack}",
        200,
        document(server={"hostURI": "{stack_uri}", "systemToken": "******"}),
    ),
    row(FACT, "GET /stacks/{stack}/systemToken", 200, document("systemToken")),
    row(FACT, "DELETE /stacks/{stack}/systemToken", 200, document("systemToken")),
    row(
        FACT,
        "POST /stacks/{stack}/invite",
        201,
        document("_id", "sharedWithUser", _stackId="{stack}"),
        body={"email": "{other_email}"},
    ),
    row(
        FACT,
        "POST /stacks/{stack}/invite",
        422,
        error("invalid_user", "email"),
        body={"email": "nobody@example.com"},
    ),
    row(FACT, "GET /sshares", 200, array("_stackId"), given="sshare"),
    row(FACT, "PUT /sshares/{a_sshare}/disable", 200, document(disabled=True)),
    row(FACT, "GET /shared/stacks", 200, array("_id", _id="{stack}"), by="other", given="sshare"),
    row(FACT, "GET /scripts", 200, array("_id", "name"), given="script"),
    row(FACT, "GET /scripts/{script}", 200, document(content="function f () {}")),
    row(
        FACT,
        "GET /scripts/{script}/logs?time_gt=1&time_lte=2&_flowId=x&_resourceId=y&functionType=z",
        200,
        document(logs=[]),
    ),
    row(FACT, "GET /scripts/{script}/logs?time_gt=x", 200, document("logs")),
    row(FACT, "DELETE /scripts/{script}/logs", 204, empty),
    row(FACT, "GET /accesstokens", 200, array("_id", token="******"), given="accesstoken"),
    row(FACT, "POST /accesstokens", 201, document("_id", _exportIds=["{export}"]), body=TOKEN),
    row(
        FACT,
        "POST /accesstokens",
        422,
        error("invalid_ref", "_exportIds"),
        body={"name": "x", "_exportIds": ["{nothing}"]},
    ),
    row(
        FACT,
        "POST /accesstokens",
        422,
        error("invalid_field", "autoPurgeAt"),
        body={"name": "x", "autoPurgeAt": "soon"},
    ),
    row(
        FACT,
        "POST /accesstokens",
        422,
        error("missing_required_field", "autoPurgeAt"),
        body={"name": "x", "_connectorId": "{connector}"},
    ),
    row(FACT, "GET /accesstokens/{accesstoken}", 200, document(fullAccess=True)),
    row(FACT, "PUT /accesstokens/{an_accesstoken}", 200, document(fullAccess=False), body=TOKEN),
    row(FACT, "GET /accesstokens/{accesstoken}/display", 200, document("token")),
    row(FACT, "POST /accesstokens/{an_accesstoken}/generate", 200, document("token")),
    row(FACT, "DELETE /accesstokens/{an_accesstoken}", 204, empty),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    check(row, world)
