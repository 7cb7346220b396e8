"""What a user may still change on a connector's documents (protocol/resources.md, U14, U16)."""

import pytest

from tests.sandbox.plain import HTTP_CONNECTION, code, errors


@pytest.fixture
def app(api, customer, stack, install):
    """An installed connector with a connection, a script, an export, an import and a flow."""
    made = {}

    def build(options):
        client, installation = (
            api(options["bearerToken"]),
            {"_integrationId": options["_integrationId"]},
        )
        connection = client.connection(**installation)["_id"]
        made["connections"] = connection
        made["scripts"] = client.create("scripts", content="1", **installation)["_id"]
        made["exports"] = client.create(
            "exports", _connectionId=connection, pageSize=20, **installation
        )["_id"]
        mapping = {"fields": [{"extract": "a", "generate": "b"}]}
        made["imports"] = client.create(
            "imports", _connectionId=connection, mapping=mapping, **installation
        )["_id"]
        made["flows"] = client.create(
            "flows",
            pageGenerators=[{"_exportId": made["exports"]}],
            pageProcessors=[{"type": "import", "_importId": made["imports"]}],
            **installation,
        )["_id"]

    stack.functions["install"] = build
    made["integrations"] = install()
    return made


@pytest.fixture
def as_connector(api, customer, stack, app):
    """Do something with the connector's own token."""

    def run(function):
        stack.functions["act"] = lambda options: str(function(api(options["bearerToken"])))
        answer = customer.put(f"/integrations/{app['integrations']}/installer/act")
        assert answer.status_code == 200, answer.text

    return run


EDITS = {
    "exports": {"editable": ("pageSize", 50), "locked": ("name", "Mine")},
    "imports": {"editable": ("lookups", [{"name": "x"}]), "locked": ("mapping", {})},
    "flows": {"editable": ("schedule", "? */15 * * * *"), "locked": ("pageProcessors", [])},
    "scripts": {"editable": None, "locked": ("content", "2")},
    "integrations": {"editable": ("tag", "EU"), "locked": ("settings", {"a": 1})},
}


@pytest.mark.parametrize("resource", EDITS)
def test_a_put_keeps_edits_of_open_fields_and_drops_the_others(customer, app, resource):
    path = f"/{resource}/{app[resource]}"
    before = customer.get(path).json()
    wanted = dict(edit for edit in EDITS[resource].values() if edit)

    answer = customer.put(path, {**before, **wanted})

    assert answer.status_code == 200
    after = answer.json()
    locked = EDITS[resource]["locked"][0]
    assert after.get(locked) == before.get(locked)
    if EDITS[resource]["editable"]:
        name, value = EDITS[resource]["editable"]
        assert after[name] == value


@pytest.mark.parametrize("resource", EDITS)
def test_a_patch_of_a_locked_field_is_refused(customer, app, resource):
    name, value = EDITS[resource]["locked"]
    path = f"/{resource}/{app[resource]}"

    answer = customer.patch(path, [{"op": "add", "path": f"/{name}", "value": value}])

    assert errors(answer) == [("field_locked_by_integration_app", name)]


@pytest.mark.parametrize("resource", [edit for edit in EDITS if EDITS[edit]["editable"]])
def test_a_patch_of_an_open_field_is_taken(customer, app, resource):
    name, value = EDITS[resource]["editable"]
    path = f"/{resource}/{app[resource]}"

    answer = customer.patch(path, [{"op": "add", "path": f"/{name}", "value": value}])

    assert answer.status_code == 200
    assert customer.get(path).json()[name] == value


def test_nested_fields_are_open_one_by_one(customer, app):
    path = f"/exports/{app['exports']}"
    before = customer.get(path).json()

    after = customer.put(path, {**before, "delta": {"lagOffset": 5, "dateFormat": "x"}}).json()

    assert after["delta"] == {"lagOffset": 5}


def test_an_open_field_that_a_put_leaves_out_is_erased(customer, app):
    path = f"/exports/{app['exports']}"
    before = customer.get(path).json()
    del before["pageSize"]

    assert "pageSize" not in customer.put(path, before).json()


def test_the_tag_cannot_be_taken_off(customer, app, connector):
    path = f"/connections/{app['connections']}"

    after = customer.put(path, HTTP_CONNECTION).json()

    assert after["_connectorId"] == connector["_id"]


def test_a_connection_is_open_so_that_credentials_can_be_entered(customer, app):
    path = f"/connections/{app['connections']}"

    after = customer.put(path, {**HTTP_CONNECTION, "name": "My shop"}).json()

    assert after["name"] == "My shop"


@pytest.mark.parametrize("sections", ["flat", "stores", "2.0"])
def test_mappings_are_open_where_the_settings_say_so(customer, app, as_connector, sections):
    flows = [{"_id": app["flows"], "showMapping": True}]
    settings = {"sections": [{"title": "Orders", "flows": flows}]}
    change = {
        "flat": {"settings": settings},
        "stores": {"settings": {"sections": [{"id": "s", **settings}]}},
        "2.0": {"installSteps": [{"type": "form"}]},
    }[sections]
    as_connector(
        lambda client: client.patch(
            f"/integrations/{app['integrations']}",
            [{"op": "add", "path": f"/{name}", "value": value} for name, value in change.items()],
        )
    )
    path = f"/imports/{app['imports']}"
    mapping = {"fields": [{"extract": "x", "generate": "y"}]}

    after = customer.put(path, {**customer.get(path).json(), "mapping": mapping}).json()

    assert after["mapping"] == mapping


def test_during_an_update_users_get_an_error_for_settings_and_mappings(customer, app, as_connector):
    def begin(client):
        path = f"/integrations/{app['integrations']}"
        client.patch(path, [{"op": "replace", "path": "/updateInProgress", "value": True}])

    as_connector(begin)
    path = f"/imports/{app['imports']}"
    document = customer.get(path).json()

    assert code(customer.put(path, {**document, "mapping": {}})) == (422, "update_in_progress")
    assert customer.put(path, {**document, "batchSize": 5}).status_code == 200
    settings = f"/integrations/{app['integrations']}/settings/persistSettings"
    assert code(customer.put(settings, {"pending": {}})) == (422, "update_in_progress")


def test_an_installed_integration_cannot_simply_be_deleted(customer, app):
    answer = customer.delete(f"/integrations/{app['integrations']}")

    assert code(answer) == (422, "integration_app_installed")


def test_a_user_may_delete_a_connectors_component(customer, app):
    customer.delete(f"/flows/{app['flows']}")

    assert customer.delete(f"/imports/{app['imports']}").status_code == 204


MODES = {
    "finish the install": ("settings", "settings"),
    "begin an uninstall": ("uninstall", "install"),
    "leave it": ("install", "install"),
}


@pytest.mark.parametrize("row", MODES.values(), ids=MODES.keys())
def test_of_the_mode_a_connector_makes_one_step_only(customer, app, as_connector, row):
    written, expected = row
    path = f"/integrations/{app['integrations']}"

    def write(client):
        document = client.get(path).json()
        client.put(path, {**document, "mode": written, "version": "1.0.0", "settings": {"a": 1}})

    as_connector(write)

    after = customer.get(path).json()
    assert (after["mode"], after["version"], after["settings"]) == (expected, "1.0.0", {"a": 1})
