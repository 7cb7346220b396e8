"""Settings, updates, editions and the end of a 2.0 installation (protocol/http-api.md#84)."""

import pytest

from tests.sandbox.plain import FAR, Failure, code

EDITIONS = [{"displayName": "Starter", "order": 1}, {"displayName": "Premium", "order": 2}]


@pytest.fixture
def source(publisher):
    """The source integration; steps are written into it by the tests."""
    return publisher.create("integrations", installSteps=[{"name": "One", "type": "form"}])


@pytest.fixture
def listing(publisher, stack, source):
    server = {"hostURI": stack.uri, "systemToken": "system"}
    record = publisher.create("stacks", type="server", server=server)["_id"]
    return publisher.create(
        "connectors",
        framework="twoDotZero",
        twoDotZero={
            "_integrationId": source["_id"],
            "editions": EDITIONS,
            "changeEdition": {"function": "changeEdition"},
        },
        _stackId=record,
    )


@pytest.fixture
def installed(sandbox, customer, publisher, listing, source):
    """Install with fields written into the source before; returns the integration's path."""

    def run(**fields):
        publisher.put(f"/integrations/{source['_id']}", {**source, **fields})
        editions = [edition["_id"] for edition in listing["twoDotZero"]["editions"]]
        license_ = {"email": sandbox.accounts[0].email, "expires": FAR, "_editionId": editions[0]}
        path = f"/connectors/{listing['_id']}"
        run.license = publisher.post(f"{path}/licenses", license_).json()["_id"]
        run.licenses, run.editions = f"{path}/licenses", editions
        identity = customer.post(f"{path}/install", {}).json()["_integrationId"]
        customer.post(f"/integrations/{identity}/installSteps", {})
        run.id = identity
        return f"/integrations/{identity}"

    return run


# Settings


def test_a_save_goes_through_pre_save(customer, stack, installed):
    path = installed(preSave={"function": "save"}, settings={"channel": "#a"})
    stack.functions["save"] = lambda options: {
        **options["newResource"],
        "settings": {"channel": options["newResource"]["settings"]["channel"].upper()},
    }
    document = customer.get(path).json()

    saved = customer.put(path, {**document, "settings": {"channel": "#b"}})

    assert saved.json()["settings"] == {"channel": "#B"}
    options = stack.last["options"]
    assert options["oldResource"]["settings"] == {"channel": "#a"}
    assert options["newResource"]["settings"] == {"channel": "#b"}
    assert options.keys() == {"bearerToken", "newResource", "oldResource"}


def test_when_pre_save_fails_nothing_is_saved(customer, stack, installed):
    def fail(_):
        raise Failure("invalid_channel", "No such channel")

    path = installed(preSave={"function": "save"})
    stack.functions["save"] = fail
    document = customer.get(path).json()

    assert code(customer.put(path, {**document, "settings": {"a": 1}})) == (422, "invalid_channel")
    assert "settings" not in customer.get(path).json()


def test_a_pre_save_that_says_nothing_is_no_document(customer, installed):
    path = installed(preSave={"function": "save"})

    answer = customer.put(path, customer.get(path).json())

    assert code(answer) == (422, "invalid_extension_response")


def test_during_an_update_settings_are_held(customer, publisher, listing, stack, installed):
    def fail(_):
        raise Failure("half_way")

    stack.functions["update"] = fail
    path = installed()
    publisher.put(f"/connectors/{listing['_id']}/update", {"_integrationIds": [installed.id]})
    document = customer.get(path).json()

    assert document["updateInProgress"] is True
    answer = customer.put(path, {**document, "settings": {"a": 1}})
    assert code(answer) == (422, "update_in_progress")


def test_a_form_is_made_by_a_function_each_time_it_is_opened(customer, stack, installed):
    path = installed(
        settingsForm={"form": {"fieldMap": {"a": {}}}, "init": {"function": "form"}},
        flowGroupings=[{"name": "Orders", "settingsForm": {"init": {"function": "form"}}}],
    )
    stack.functions["form"] = lambda options: {"fieldMap": {options["resource"]["name"]: {}}}

    [orders] = customer.get(path).json()["flowGroupings"]
    own = customer.post(f"{path}/settingsForm/init").json()
    group = customer.post(f"{path}/flowGroupings/{orders['_id']}/settingsForm/init").json()

    assert own == {"fieldMap": {"A connectors": {}}}
    assert group == {"fieldMap": {"Orders": {}}}
    assert stack.last["options"]["parentResource"]["_id"] == installed.id
    assert stack.last["options"]["license"]["_id"] == installed.license


SCRIPT = """
function save(options) {
  if (options.newResource.settings.channel === '#a') {
    throw Object.assign(new Error('It is taken.'), {name: 'taken'})
  }
  options.newResource.settings.saved = true
  return options.newResource
}
function form(options) {
  return {fieldMap: {['sandbox ' + options.sandbox]: {}}}
}
"""


@pytest.fixture
def scripted(publisher, customer, installed):
    """Install with forms and saves on a script; returns the integration's path."""
    script = publisher.create("scripts", content=SCRIPT)["_id"]
    path = installed(
        settingsForm={"init": {"function": "form", "_scriptId": script}},
        preSave={"function": "save", "_scriptId": script},
    )
    customer.post(f"{path}/installSteps", {})
    return path


def test_a_save_and_a_form_run_the_copied_script(customer, scripted):
    document = customer.get(scripted).json()

    saved = customer.put(scripted, {**document, "settings": {"channel": "#b"}})
    refused = customer.put(scripted, {**document, "settings": {"channel": "#a"}})

    assert saved.json()["settings"] == {"channel": "#b", "saved": True}
    assert code(refused) == (422, "taken")
    form = customer.post(f"{scripted}/settingsForm/init").json()
    assert form == {"fieldMap": {"sandbox false": {}}}


def test_while_the_license_is_expired_nothing_is_saved_and_no_form_is_made(
    customer, publisher, stack, installed
):
    path = installed(
        preSave={"function": "save"}, settingsForm={"init": {"function": "form"}}, settings={}
    )
    stack.functions["save"] = lambda options: options["newResource"]
    document = customer.get(path).json()
    publisher.put(f"{installed.licenses}/{installed.license}", {"expires": "2020-01-01"})
    calls = len(stack.calls)

    saved = customer.put(path, {**document, "settings": {"channel": "#b"}})
    form = customer.post(f"{path}/settingsForm/init")

    assert [code(saved), code(form)] == [(422, "license_expired")] * 2
    assert customer.get(path).json()["settings"] == {}
    assert len(stack.calls) == calls


# Updates


def test_a_push_calls_update_without_a_type(control, publisher, listing, stack, installed):
    installed()
    path = f"/connectors/{listing['_id']}/update"

    publisher.put(path, {"_integrationIds": [installed.id]})
    control.post("/drain")

    assert "type" not in stack.last
    assert stack.last["function"] == "update"
    options = stack.last["options"]
    assert options.keys() == {"bearerToken", "resource", "license"}
    assert options["resource"]["updateInProgress"] is True


# Editions


def test_an_edition_is_changed_by_its_steps_and_its_function(customer, publisher, stack, installed):
    steps = [{"name": "Prepare", "type": "hidden", "function": "prepare"}, {"name": "Ask"}]
    path = installed(changeEditionSteps=steps)
    own = f"{installed.licenses}/{installed.license}"
    assert code(customer.post(f"{path}/changeEdition", {})) == (422, "invalid_operation")
    publisher.put(own, {"expires": FAR, "_changeEditionId": installed.editions[1]})

    customer.post(f"{path}/changeEdition", {})
    shown = customer.get(f"{path}/changeEditionSteps").json()
    done = customer.post(f"{path}/changeEditionSteps", {})

    assert ([step["name"] for step in shown["steps"]], shown["showWizard"]) == (
        ["Prepare", "Ask"],
        True,
    )
    assert done.json() == {"done": True}
    assert [call["function"] for call in stack.calls] == ["prepare", "changeEdition"]
    options = stack.last["options"]
    assert options["fromEdition"]["displayName"] == "Starter"
    assert options["toEdition"] == {**EDITIONS[1], "_id": installed.editions[1]}
    after = publisher.get(own).json()
    assert after["_editionId"] == installed.editions[1]
    assert "_changeEditionId" not in after


def test_without_steps_there_is_no_wizard(customer, publisher, installed):
    path = installed()
    own = f"{installed.licenses}/{installed.license}"
    publisher.put(own, {"expires": FAR, "_changeEditionId": installed.editions[1]})
    customer.post(f"{path}/changeEdition", {})

    assert customer.get(f"{path}/changeEditionSteps").json() == {"steps": [], "showWizard": False}
    assert customer.post(f"{path}/changeEditionSteps", {}).json() == {"done": True}


def test_an_installed_edition_changes_upwards_only(publisher, installed):
    installed()
    own = f"{installed.licenses}/{installed.license}"

    fixed = publisher.put(own, {"expires": FAR, "_editionId": installed.editions[1]})
    same = publisher.put(own, {"expires": FAR, "_changeEditionId": installed.editions[0]})

    assert code(fixed) == (422, "invalid_field")
    assert code(same) == (422, "invalid_field")
    kept = publisher.put(own, {"expires": FAR}).json()
    assert kept["_editionId"] == installed.editions[0]


# The end


def test_an_uninstall_takes_its_steps_then_everything_is_gone(
    customer, publisher, stack, listing, installed
):
    path = installed(uninstallSteps=[{"name": "Bye", "type": "form", "function": "bye"}])
    connection = customer.connection(_integrationId=installed.id, _connectorId=listing["_id"])[
        "_id"
    ]

    customer.post(f"{path}/initUninstall")
    steps = customer.get(f"{path}/uninstallSteps").json()
    answer = customer.post(f"{path}/uninstallSteps", {"why": "moved"})

    assert [step["completed"] for step in steps] == [False]
    assert (answer.status_code, answer.content) == (200, b"")
    assert stack.last["options"]["formSubmission"] == {"why": "moved"}
    assert code(customer.get(path)) == (404, "not_found")
    assert code(customer.get(f"/connections/{connection}")) == (404, "not_found")
    assert "_integrationId" not in publisher.get(f"{installed.licenses}/{installed.license}").json()


def test_without_steps_one_request_without_a_body_ends_it(customer, installed):
    path = installed()
    customer.post(f"{path}/initUninstall")

    assert customer.get(path).json()["mode"] == "uninstall"
    assert customer.get(f"{path}/uninstallSteps").json() == []
    assert customer.post(f"{path}/uninstallSteps").content == b""
    assert code(customer.get(path)) == (404, "not_found")


def test_children_go_with_their_parent(customer, publisher, stack, installed):
    path = installed(initChild={"function": "initChild"})
    stack.functions["initChild"] = lambda _: {"name": "A child"}
    own = publisher.post(installed.licenses, {"_parentId": installed.license}).json()["_id"]
    child = customer.post(f"{path}/initChild").json()["_childIntegrationId"]

    customer.post(f"{path}/initUninstall")
    customer.post(f"{path}/uninstallSteps")

    assert code(customer.get(f"/integrations/{child}")) == (404, "not_found")
    assert "_integrationId" not in publisher.get(f"{installed.licenses}/{own}").json()


def test_a_call_of_the_other_framework_is_refused(customer, installed, install):
    one, two = install(), installed()

    assert code(customer.get(f"/integrations/{one}/uninstallSteps")) == (422, "invalid_operation")
    assert customer.post(f"{two}/initUninstall").status_code == 200
