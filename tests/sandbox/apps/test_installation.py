"""Install, steps, settings and uninstall: protocol/http-api.md#81-framework-10."""

import pytest

from tests.sandbox.plain import CONNECTOR, FAR, Failure, code

PAST = "2020-01-31T00:00:00.000Z"
STEPS = [
    {"name": "Shop", "installerFunction": "verifyShop", "uninstallerFunction": "removeShop"},
    {"name": "Bundle", "installerFunction": "verifyBundle"},
    {"name": "Slack", "installerFunction": "verifySlack", "uninstallerFunction": "removeSlack"},
]


def test_an_install_makes_an_integration_and_calls_the_installer(
    customer, connector, stack, license_for
):
    license_for(0, opts={"connectorEdition": "standard"})

    answer = customer.post(f"/integrations/{connector['_id']}/install", {"tag": "EU"})

    identity = answer.json()["_integrationId"]
    integration = customer.get(f"/integrations/{identity}").json()
    expected = {"_connectorId": connector["_id"], "mode": "install", "install": [], "tag": "EU"}
    assert answer.status_code == 200
    assert expected.items() <= integration.items()
    token = stack.last["options"].pop("bearerToken")
    assert stack.last == {
        "_connectorId": connector["_id"],
        "type": "installer",
        "function": "install",
        "options": {
            "_integrationId": identity,
            "_connectorId": connector["_id"],
            "opts": {"connectorEdition": "standard"},
        },
    }
    assert token
    assert stack.authorizations[-1] == "Bearer system"


def test_without_a_license_nothing_is_installed(customer, connector):
    before = customer.get("/integrations").json()

    answer = customer.post(f"/integrations/{connector['_id']}/install", {})

    assert code(answer) == (422, "subscription_required")
    assert customer.get("/integrations").json() == before


def test_a_license_is_for_its_environment(customer, connector, license_for):
    license_for(0, sandbox=True)
    path = f"/integrations/{connector['_id']}/install"

    assert code(customer.post(path, {})) == (422, "subscription_required")
    identity = customer.post(path, {"sandbox": True}).json()["_integrationId"]
    assert customer.get(f"/integrations/{identity}").json()["sandbox"] is True


def test_a_license_belongs_to_one_installation_the_oldest_goes_first(
    publisher, customer, connector, license_for
):
    licenses = [license_for(0) for _ in range(2)]
    path = f"/integrations/{connector['_id']}/install"

    installed = [customer.post(path, {}).json()["_integrationId"] for _ in licenses]

    listed = publisher.get(f"/connectors/{connector['_id']}/licenses").json()
    assert [document["_integrationId"] for document in listed] == installed
    assert code(customer.post(path, {})) == (422, "subscription_required")


def test_an_expired_license_does_not_install(customer, connector, license_for):
    license_for(0, expires=PAST)

    answer = customer.post(f"/integrations/{connector['_id']}/install", {})

    assert code(answer) == (422, "license_expired")


def test_what_is_no_connector_cannot_be_installed(customer):
    assert code(customer.post("/integrations/none/install", {})) == (404, "not_found")


def test_framework_two_needs_a_source_integration(publisher, customer):
    made = publisher.create("connectors", framework="twoDotZero")
    license_ = {"email": "customer-1@example.com", "expires": FAR}
    publisher.post(f"/connectors/{made['_id']}/licenses", license_)

    answer = customer.post(f"/connectors/{made['_id']}/install", {})

    assert code(answer) == (422, "invalid_operation")


def test_when_the_installer_fails_the_integration_stays_and_can_be_uninstalled(
    customer, connector, stack, license_for
):
    def fail(options):
        raise Failure("no_room", "Not today")

    stack.functions["install"] = fail
    license_for(0)

    answer = customer.post(f"/integrations/{connector['_id']}/install", {})

    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"code": "no_room", "message": "Not today"}]}
    (left,) = [
        document
        for document in customer.get("/integrations").json()
        if document.get("_connectorId") == connector["_id"]
    ]
    assert left["mode"] == "install"
    _uninstall(customer, left["_id"])
    assert code(customer.get(f"/integrations/{left['_id']}")) == (404, "not_found")


BAD_ANSWERS = {
    "no JSON": lambda _: b"<html>",
    "a 500": lambda _: _fail(Failure("x", status=500)),
    "a refused system token": lambda _: _fail(Failure("unauthorized", status=401)),
}


def _fail(failure):
    raise failure


@pytest.mark.parametrize("function", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
def test_anything_but_a_result_or_a_422_is_an_invalid_response(customer, install, stack, function):
    identity = install()
    stack.functions["step"] = function

    answer = customer.put(f"/integrations/{identity}/installer/step", {})

    assert code(answer) == (422, "invalid_extension_response")


def test_a_stack_that_cannot_be_reached_is_an_invalid_response(publisher, customer, license_for):
    record = publisher.create("stacks", type="server", server={"hostURI": "http://127.0.0.1:1"})
    listing = publisher.create("connectors", **CONNECTOR, _stackId=record["_id"])
    license_ = {"email": "customer-1@example.com", "expires": FAR}
    publisher.post(f"/connectors/{listing['_id']}/licenses", license_)

    answer = customer.post(f"/integrations/{listing['_id']}/install", {})

    assert code(answer) == (422, "invalid_extension_response")


RELAYS = {
    "installer": ("installer/verifyShop", "installer", "verifyShop", {"formVal": {"a": 1}}),
    "store": ("installer/addNewStore", "installer", "addNewStore", {}),
    "settings": ("settings/persistSettings", "setting", "persistSettings", {"pending": {"x": 1}}),
    "utility": ("utilities/anything", "utility", "anything", {"utilities": {}}),
    "uninstaller": ("uninstaller/removeShop", "uninstaller", "removeShop", {"storeId": "s"}),
    "pre-uninstall": (
        "uninstaller/preUninstallFunction",
        "uninstaller",
        "preUninstallFunction",
        {"storeId": "s"},
    ),
}


@pytest.mark.parametrize("row", RELAYS.values(), ids=RELAYS.keys())
def test_a_call_is_relayed_with_its_body_among_the_options(customer, install, stack, row):
    path, kind, function, body = row
    identity = install()
    stack.functions[function] = lambda _: {"success": True, "echo": [1]}

    answer = customer.put(f"/integrations/{identity}/{path}", {**body, "bearerToken": "mine"})

    assert answer.json() == {"success": True, "echo": [1]}
    assert (stack.last["type"], stack.last["function"]) == (kind, function)
    options = stack.last["options"]
    assert options.pop("bearerToken") != "mine"
    assert options == {"_integrationId": identity, "opts": {}, **body}


def test_metadata_calls_get_what_they_are_documented_to_get(customer, install, stack):
    identity = install()
    field = {"fieldName": "a", "type": "b"}

    customer.put(f"/integrations/{identity}/settings/refreshMetadata", field)
    assert stack.last["options"]["opts"] == field
    assert stack.last["options"].items() >= field.items()

    customer.put(f"/integrations/{identity}/settings/getMappingMetadata", {})
    assert "version" in stack.last["options"]


def test_a_function_that_says_nothing_is_answered_with_an_empty_body(customer, install):
    answer = customer.put(f"/integrations/{install()}/installer/step", {})

    assert (answer.status_code, answer.content) == (200, b"")


def test_completed_steps_are_taken_over_into_the_integration(api, customer, install, stack):
    stack.functions["install"] = lambda options: _write_steps(api, options)
    identity = install()
    stack.functions["verifyShop"] = lambda _: {
        "success": True,
        "stepsToUpdate": [{"installerFunction": "verifyShop", "completed": True}],
    }
    stack.functions["verifySlack"] = lambda _: {"success": False, "stepsToUpdate": STEPS}

    for function in ("verifyShop", "verifySlack"):
        customer.put(f"/integrations/{identity}/installer/{function}", {})

    steps = customer.get(f"/integrations/{identity}").json()["install"]
    assert [step.get("completed") for step in steps] == [True, None, None]


def test_only_the_owner_of_the_account_drives_an_installation(sandbox, api, install):
    other = api(sandbox.accounts[1].token)

    answer = other.put(f"/integrations/{install()}/installer/step", {})

    assert code(answer) == (404, "not_found")


def test_an_integration_of_ones_own_has_no_installer(customer):
    made = customer.create("integrations")

    answer = customer.put(f"/integrations/{made['_id']}/installer/step", {})

    assert code(answer) == (422, "invalid_operation")


def test_an_expired_license_stops_everything_but_the_uninstall(
    publisher, customer, connector, install
):
    identity = install()
    (license_,) = publisher.get(f"/connectors/{connector['_id']}/licenses").json()
    publisher.put(f"/connectors/{connector['_id']}/licenses/{license_['_id']}", {"expires": PAST})

    for path in ("installer/step", "settings/persistSettings", "utilities/x"):
        answer = customer.put(f"/integrations/{identity}/{path}", {})
        assert code(answer) == (422, "license_expired")
    assert _uninstall(customer, identity).status_code == 200


def test_an_uninstall_begins_with_pre_uninstall(customer, install):
    answer = customer.delete(f"/integrations/{install()}/install")

    assert code(answer) == (422, "invalid_operation")


@pytest.mark.parametrize(("body", "mode"), [({}, "uninstall"), ({"storeId": "s"}, "install")])
def test_pre_uninstall_turns_the_mode_unless_one_store_of_several_goes(
    customer, install, body, mode
):
    identity = install()

    customer.put(f"/integrations/{identity}/uninstaller/preUninstallFunction", body)

    assert customer.get(f"/integrations/{identity}").json()["mode"] == mode


def test_without_a_pre_uninstall_function_the_steps_go_backwards(
    api, publisher, customer, connector, install, stack
):
    listing = {name: value for name, value in connector.items() if "preUninstall" not in name}
    publisher.put(f"/connectors/{connector['_id']}", listing)
    stack.functions["install"] = lambda options: _write_steps(api, options)
    identity = install()

    steps = customer.put(f"/integrations/{identity}/uninstaller/preUninstallFunction", {}).json()

    assert [(step["name"], step["completed"]) for step in steps] == [
        ("Slack", False),
        ("Shop", False),
    ]


def test_an_uninstall_removes_what_is_left_and_frees_the_license(
    api, publisher, customer, connector, install, stack
):
    def build(options):
        client = api(options["bearerToken"])
        client.connection(_integrationId=options["_integrationId"])

    stack.functions["install"] = build
    identity = install()
    own = customer.connection()
    customer.put(f"/integrations/{identity}/state/a", 1)

    answer = _uninstall(customer, identity)

    assert (answer.status_code, answer.content) == (200, b"")
    assert (stack.last["type"], stack.last["function"]) == ("uninstaller", "uninstall")
    left = [item for item in customer.get("/connections").json() if "_connectorId" in item]
    assert identity not in [document.get("_integrationId") for document in left]
    assert customer.get(f"/connections/{own['_id']}").status_code == 200
    assert publisher.get(f"/connectors/{connector['_id']}/installBase").json() == []
    again = customer.post(f"/integrations/{connector['_id']}/install", {})
    assert again.status_code == 200


def test_when_the_uninstaller_fails_everything_stays(customer, install, stack):
    identity = install()
    stack.functions["uninstall"] = lambda _: _fail(Failure("not_now"))

    answer = _uninstall(customer, identity)

    assert code(answer) == (422, "not_now")
    assert customer.get(f"/integrations/{identity}").json()["mode"] == "uninstall"


def _write_steps(api, options):
    path = f"/integrations/{options['_integrationId']}"
    client = api(options["bearerToken"])
    client.put(path, {**client.get(path).json(), "install": STEPS})


def _uninstall(client, identity):
    client.put(f"/integrations/{identity}/uninstaller/preUninstallFunction", {})
    return client.delete(f"/integrations/{identity}/install")
