"""Rows of protocol/http-api.md#8-life-of-an-installed-connector."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, exactly, row

ONE, SETTINGS, TWO = "http-api.md#81", "http-api.md#82", "http-api.md#83"
LATER, REST = "http-api.md#84", "http-api.md#85"
DONE = exactly({"success": True})
FORM = {"fieldMap": {"channel": {"id": "channel", "type": "text"}}}
FUNCTIONS = {
    "verifyShop": {"success": True, "stepsToUpdate": []},
    "verifyNothing": {"success": False, "message": "no bundle"},
    "addNewStore": [{"name": "Store", "installerFunction": "verifyStore"}],
    "persistSettings": {"success": True, "pending": {"a": 1}},
    "refreshMetadata": {"options": [["a", "A"]]},
    "getMappingMetadata": {"slack_import": [{"requiredGenerateFields": ["text"]}]},
    "getLicenseMetadata": {"addOns": {"addOnMetaData": [], "addOnLicenses": []}},
    "changeEdition": {"success": True},
    "removeShop": {"success": True},
    "loadMarketplaceCategoryMapping": {"uiAssistant": "x", "response": []},
    "saveMarketplaceCategoryMapping": {"success": True},
    "generateCategorySignedUrl": {"signedURL": "https://files.example.com/1", "runKey": "k"},
    "channelForm": FORM,
    "initSettings": FORM,
    "initChild": {"name": "A child", "installSteps": [{"name": "Go", "type": "form"}]},
}

ROWS = [
    row(
        ONE,
        "POST /integrations/{connector}/install",
        200,
        document("_integrationId"),
        body={"sandbox": False, "tag": "EU", "newTemplateInstaller": False},
        given="a_license",
    ),
    row(
        ONE,
        "POST /integrations/{a_connector}/install",
        422,
        error("subscription_required"),
        body={"sandbox": False},
    ),
    row(ONE, "POST /integrations/{nothing}/install", 404, error("not_found"), body={}),
    row(
        ONE,
        "PUT /integrations/{installation}/installer/verifyShop",
        200,
        document("stepsToUpdate", success=True),
        body={"formVal": {"a": 1}},
    ),
    row(
        ONE,
        "PUT /integrations/{installation}/installer/verifyNothing",
        200,
        document(success=False, message="no bundle"),
        body={},
    ),
    row(
        ONE,
        "PUT /integrations/{installation}/installer/addNewStore",
        200,
        array("name", "installerFunction"),
        body={},
    ),
    row(
        ONE,
        "PUT /integrations/{installation}/installer/verifyShop",
        200,
        document("stepsToUpdate"),
        body={"storeId": "s", "addOnId": "payouts"},
    ),
    row(
        ONE,
        "PUT /integrations/{integration}/installer/verifyShop",
        422,
        error("invalid_operation"),
        body={},
    ),
    row(
        SETTINGS,
        "PUT /integrations/{installation}/settings/persistSettings",
        200,
        document("pending", success=True),
        body={"pending": {"a": 1}},
    ),
    row(
        SETTINGS,
        "PUT /integrations/{installation}/settings/refreshMetadata",
        200,
        document("options"),
        body={"fieldName": "a", "type": "extracts"},
    ),
    row(
        SETTINGS,
        "PUT /integrations/{installation}/settings/getMappingMetadata",
        200,
        document("slack_import"),
        body={},
    ),
    row(
        SETTINGS,
        "PUT /integrations/{installation}/settings/getLicenseMetadata",
        200,
        document("addOns"),
        body={},
    ),
    row(
        SETTINGS,
        "PUT /integrations/{installation}/settings/changeEdition",
        200,
        DONE,
        body={"licenseOpts": {}, "_integrationId": "{installation}"},
    ),
    row(
        ONE,
        "PUT /integrations/{an_installation}/uninstaller/preUninstallFunction",
        200,
        None,
        body={},
    ),
    row(ONE, "PUT /integrations/{leaving}/uninstaller/removeShop", 200, DONE, body={}),
    row(
        ONE,
        "PUT /integrations/{leaving}/uninstaller/removeShop",
        200,
        DONE,
        body={"storeId": "s", "addOnId": "payouts"},
    ),
    row(ONE, "DELETE /integrations/{a_leaving}/install", 200, empty),
    row(ONE, "DELETE /integrations/{installation}/install", 422, error("invalid_operation")),
    row(
        REST,
        "PUT /integrations/{installation}/utilities/loadMarketplaceCategoryMapping",
        200,
        document("uiAssistant", "response"),
        body={"utilities": {"options": {"_flowId": "{flow}", "requestOptions": []}}},
    ),
    row(
        REST,
        "PUT /integrations/{installation}/utilities/saveMarketplaceCategoryMapping",
        200,
        None,
        body={"utilities": {"options": {"_flowId": "{flow}"}, "mappingData": {}}},
    ),
    row(
        REST,
        "PUT /integrations/{installation}/utilities/generateCategorySignedUrl",
        200,
        document("signedURL", "runKey"),
        body={"integrationId": "{installation}", "fileName": "a", "fileType": "csv"},
    ),
    row(
        REST,
        "PUT /integrations/{installation}/settings/refreshMetadata",
        200,
        None,
        body={"_importId": "{import}"},
    ),
    row(REST, "PUT /integrations/{renewed}/resume", 200, empty, body={}),
    row(REST, "PUT /integrations/{installation}/resume", 422, error("invalid_operation"), body={}),
    row(REST, "PUT /integrations/{lapsed}/resume", 422, error("license_expired"), body={}),
    row(
        SETTINGS,
        "PUT /integrations/{lapsed}/settings/persistSettings",
        422,
        error("license_expired"),
        body={"pending": {}},
    ),
    row(
        TWO,
        "POST /connectors/{two}/install",
        200,
        document("_integrationId"),
        body={"sandbox": False, "tag": "EU", "newTemplateInstaller": True},
        given="two_license",
    ),
    row(TWO, "POST /connectors/{nothing}/install", 404, error("not_found"), body={}),
    row(TWO, "GET /integrations/{begun}/installSteps", 200, array("name", "type", "completed")),
    row(TWO, "GET /integrations/{begun}/currentStep", 200, exactly({"result": FORM})),
    row(TWO, "GET /integrations/{installed}/currentStep", 422, error("invalid_operation")),
    row(
        TWO,
        "POST /integrations/{a_begun}/installSteps",
        200,
        empty,
        body={"channel": "#orders"},
    ),
    row(
        TWO,
        "POST /integrations/{installed}/installSteps",
        422,
        error("invalid_operation"),
        body={},
    ),
    row(TWO, "GET /integrations/{integration}/installSteps", 422, error("invalid_operation")),
    row(TWO, "POST /integrations/{a_parent}/initChild", 200, document("_childIntegrationId")),
    row(TWO, "POST /integrations/{installed}/initChild", 422, error("subscription_required")),
    row(LATER, "POST /integrations/{an_upgrading}/changeEdition", 200, empty, body={}),
    row(
        LATER,
        "POST /integrations/{installed}/changeEdition",
        422,
        error("invalid_operation"),
        body={},
    ),
    row(
        LATER,
        "GET /integrations/{upgrading}/changeEditionSteps",
        200,
        document("steps", showWizard=True),
    ),
    row(
        LATER,
        "POST /integrations/{an_upgrading}/changeEditionSteps",
        200,
        exactly({"done": True}),
        body={"a": 1},
    ),
    row(LATER, "POST /integrations/{an_installed}/initUninstall", 200, empty),
    row(LATER, "POST /integrations/{installation}/initUninstall", 422, error("invalid_operation")),
    row(LATER, "GET /integrations/{departing}/uninstallSteps", 200, array("name", "completed")),
    row(LATER, "POST /integrations/{a_departing}/uninstallSteps", 200, empty, body={"a": 1}),
    row(
        LATER,
        "POST /integrations/{installed}/uninstallSteps",
        422,
        error("invalid_operation"),
    ),
    row(REST, "POST /integrations/{installed}/settingsForm/init", 200, exactly(FORM)),
    row(
        "extension.md#1",
        "PUT /integrations/{astray}/installer/verifyShop",
        422,
        error("invalid_extension_response"),
        body={},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    world.stack.functions = {
        name: lambda _, result=result: result for name, result in FUNCTIONS.items()
    }
    check(row, world)
