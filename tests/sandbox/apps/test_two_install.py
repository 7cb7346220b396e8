"""Installing a connector of framework 2.0 (protocol/http-api.md#83, protocol/extension.md#6)."""

import pytest

from tests.sandbox.plain import FAR, HTTP_CONNECTION, Failure, code

SHOP = {**HTTP_CONNECTION, "name": "Shop", "externalId": "shop"}


@pytest.fixture
def record(publisher, stack):
    """The publisher's stack."""
    server = {"hostURI": stack.uri, "systemToken": "system"}
    return publisher.create("stacks", type="server", server=server)["_id"]


@pytest.fixture
def publish(publisher, record):
    """Publish a source integration with these steps; returns the connector's id."""

    def run(steps=(), **fields):
        source = publisher.create("integrations", installSteps=[*steps], **fields)["_id"]
        run.source = source
        return publisher.create(
            "connectors",
            framework="twoDotZero",
            twoDotZero={"_integrationId": source},
            _stackId=record,
        )["_id"]

    return run


@pytest.fixture
def begin(sandbox, customer, publisher):
    """Begin to install a connector; returns the integration's path."""

    def run(connector, **asked):
        license_ = {"email": sandbox.accounts[0].email, "expires": FAR}
        sandbox_ = {"sandbox": True} if asked.get("sandbox") else {}
        publisher.post(f"/connectors/{connector}/licenses", {**license_, **sandbox_})
        answer = customer.post(f"/connectors/{connector}/install", asked)
        assert answer.status_code == 200, answer.text
        return f"/integrations/{answer.json()['_integrationId']}"

    return run


def _step(name, **fields):
    return {"name": name, "function": name, **fields}


def _completed(answer):
    return [document["completed"] for document in answer.json()]


def test_an_installation_begins_with_the_steps_of_the_source(customer, publish, begin):
    steps = [_step("one", type="form", completed=True), _step("two", type="form")]
    connector = publish(steps, version="2.1.0", settings={"channel": "#a"})

    document = customer.get(begin(connector, tag="EU")).json()

    assert [
        (install_step["name"], install_step["completed"])
        for install_step in document["installSteps"]
    ] == [
        ("one", False),
        ("two", False),
    ]
    expected = {
        "_connectorId": connector,
        "mode": "install",
        "tag": "EU",
        "version": "2.1.0",
        "settings": {"channel": "#a"},
    }
    assert expected.items() <= document.items()


def test_nothing_is_called_before_the_first_step(stack, publish, begin):
    begin(publish([_step("one", type="form")]))

    assert stack.calls == []


def test_a_form_step_tells_its_function_what_was_sent(customer, connector, stack, publish, begin):
    connector = publish([_step("store", type="form")])
    path = begin(connector)

    answer = customer.post(f"{path}/installSteps", {"channel": "#orders"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert customer.get(path).json()["mode"] == "settings"
    call = stack.last
    assert "type" not in call
    assert (call["_connectorId"], call["function"]) == (connector, "store")
    options = call["options"]
    assert options["formSubmission"] == {"channel": "#orders"}
    assert options["resource"]["mode"] == "install"
    assert options["license"]["type"] == "integrationApp"
    assert options.keys() == {"bearerToken", "formSubmission", "resource", "license"}


def test_steps_are_taken_one_after_the_other(customer, publish, begin):
    path = begin(publish([_step("one", type="form"), _step("two", type="url", url="https://x")]))

    first = customer.post(f"{path}/installSteps", {})
    second = customer.post(f"{path}/installSteps", {})

    assert _completed(first) == [True, False]
    assert second.content == b""


def test_a_failing_function_leaves_its_step_open(customer, stack, publish, begin):
    def fail(_):
        raise Failure("wrong_channel", "There is no such channel")

    path = begin(publish([_step("store", type="form")]))
    stack.functions["store"] = fail

    answer = customer.post(f"{path}/installSteps", {})

    assert code(answer) == (422, "wrong_channel")
    assert _completed(customer.get(f"{path}/installSteps")) == [False]
    del stack.functions["store"]
    assert customer.post(f"{path}/installSteps", {}).content == b""


def test_hidden_steps_in_front_are_run_when_the_wizard_opens(customer, stack, publish, begin):
    steps = [_step("prepare", type="hidden"), _step("ask", type="form")]
    path = begin(publish(steps))

    answer = customer.get(f"{path}/installSteps")

    assert _completed(answer) == [True, False]
    assert stack.last["function"] == "prepare"


def test_hidden_steps_behind_another_are_run_with_it(customer, stack, publish, begin):
    steps = [_step("ask", type="form"), _step("finish", type="hidden")]
    path = begin(publish(steps))

    answer = customer.post(f"{path}/installSteps", {})

    assert answer.content == b""
    assert [call["function"] for call in stack.calls] == ["ask", "finish"]


def test_when_a_hidden_step_fails_the_answer_tells_what_was_achieved(
    customer, stack, publish, begin
):
    def fail(_):
        raise Failure("no_room")

    steps = [_step("ask", type="form"), _step("finish", type="hidden")]
    path = begin(publish(steps))
    stack.functions["finish"] = fail

    answer = customer.post(f"{path}/installSteps", {})

    assert code(answer) == (422, "no_room")
    assert [step["completed"] for step in answer.json()["steps"]] == [True, False]


def test_an_empty_form_of_a_function_falls_back_to_the_steps_own(customer, stack, publish, begin):
    form = {"fieldMap": {"a": {"type": "text"}}}
    path = begin(publish([_step("ask", type="form", form=form, initFormFunction="form")]))

    assert customer.get(f"{path}/currentStep").json() == {"result": form}
    stack.functions["form"] = lambda _: {"fieldMap": {}}
    assert customer.get(f"{path}/currentStep").json() == {"result": {"fieldMap": {}}}


def test_an_address_is_made_by_a_function(customer, stack, publish, begin):
    path = begin(publish([_step("open", type="url", getUrlFunction="address")]))
    stack.functions["address"] = lambda _: "https://example.com/bundle"

    assert customer.get(f"{path}/currentStep").json() == {"result": "https://example.com/bundle"}


def test_a_step_with_neither_form_nor_address_shows_nothing(customer, publish, begin):
    path = begin(publish([_step("open", type="url")]))

    assert code(customer.get(f"{path}/currentStep")) == (422, "invalid_operation")


ON_SCRIPT = """
function ask(options) {
  if (!options.formSubmission.channel) throw new Error('Choose a channel.')
}
function form(options) {
  return {fieldMap: {[options.resource.name]: {type: 'text'}}}
}
"""


def test_a_step_runs_the_copy_of_its_script_in_the_customers_account(
    customer, publisher, publish, begin
):
    script = publisher.create("scripts", content=ON_SCRIPT)["_id"]
    path = begin(publish([_step("ask", type="form", initFormFunction="form", _scriptId=script)]))
    customer.post(f"{path}/installSteps", {})  # copies

    own = customer.get(path).json()["installSteps"][-1]["_scriptId"]
    assert own != script
    [copied] = customer.get("/scripts").json()
    assert copied["_id"] == own
    shown = customer.get(f"{path}/currentStep").json()["result"]
    assert shown == {"fieldMap": {customer.get(path).json()["name"]: {"type": "text"}}}
    refused = customer.post(f"{path}/installSteps", {})
    assert code(refused) == (422, "Error")
    assert "Choose a channel." in refused.text
    assert customer.post(f"{path}/installSteps", {"channel": "#a"}).content == b""


def test_a_step_without_stack_and_script_cannot_be_run(customer, publisher, publish, begin):
    connector = publish([_step("ask", type="form")])
    listing = publisher.get(f"/connectors/{connector}").json()
    path = begin(connector)
    publisher.put(f"/connectors/{connector}", {**listing, "_stackId": None})

    answer = customer.post(f"{path}/installSteps", {})

    assert code(answer) == (422, "invalid_extension_response")


# Connections, stacks and copies


@pytest.fixture
def stocked(publisher, publish, record):
    """A connector whose source has a flow; returns the connector's id."""

    def run(steps=()):
        connector = publish(steps)
        member = {"_integrationId": publish.source}
        shop = publisher.create("connections", **SHOP)["_id"]
        script = publisher.create("scripts", content="1", **member)["_id"]
        hooks = {"preSavePage": {"function": "keep", "_stackId": record}}
        export = publisher.create(
            "exports",
            _connectionId=shop,
            externalId="orders",
            transform={"script": {"_scriptId": script}},
            hooks=hooks,
            **member,
        )["_id"]
        generators = [{"_exportId": export}]
        publisher.create("flows", pageGenerators=generators, externalId="flow", **member)
        run.shop, run.export = shop, export
        return connector

    return run


def test_connections_that_nobody_asks_for_get_steps_and_then_everything_is_copied(
    customer, stocked, begin
):
    connector = stocked()
    path = begin(connector)
    steps = customer.get(f"{path}/installSteps").json()
    mine = customer.connection()["_id"]

    first = customer.post(f"{path}/installSteps", {"_connectionId": mine})
    second = customer.post(f"{path}/installSteps", {})

    assert [step["type"] for step in steps] == ["connection", "template_zip"]
    template = steps[0]["sourceConnection"]
    assert (template["name"], template["externalId"]) == ("Shop", "shop")
    assert "password" not in template["http"]["auth"]["basic"]
    assert first.json()[0]["_connectionId"] == mine
    assert second.content == b""
    (flow,) = customer.get(f"{path}/flows").json()
    (export,) = customer.get(f"{path}/exports").json()
    assert flow["pageGenerators"] == [{"_exportId": export["_id"]}]
    assert (flow["disabled"], flow["externalId"]) == (True, "flow")
    assert export["_connectionId"] == mine
    assert export["_sourceId"] == stocked.export
    script = export["transform"]["script"]["_scriptId"]
    assert customer.get(f"/scripts/{script}").json()["_connectorId"] == connector
    assert {flow["_connectorId"], export["_connectorId"]} == {connector}
    document = customer.get(path).json()
    assert (document["mode"], document["_registeredConnectionIds"]) == ("settings", [mine])


def test_a_connection_step_of_the_source_stands_for_its_connection(customer, stocked, begin):
    step = {"name": "Connect", "type": "connection", "sourceConnection": {"externalId": "shop"}}
    path = begin(stocked([step]))

    answer = customer.post(f"{path}/installSteps", {"connection": SHOP})

    assert _completed(answer) == [True, False]
    made = answer.json()[0]["_connectionId"]
    connection = customer.get(f"/connections/{made}").json()
    assert connection["_integrationId"] == path.removeprefix("/integrations/")
    customer.post(f"{path}/installSteps", {})
    assert customer.get(f"{path}/exports").json()[0]["_connectionId"] == made


def test_a_connection_step_tells_its_function_the_connection(customer, stack, publish, begin):
    step = _step("verify", type="connection", sourceConnection={"type": "http", "name": "Shop"})
    path = begin(publish([step]))
    mine = customer.connection()["_id"]

    customer.post(f"{path}/installSteps", {"_connectionId": mine})

    assert stack.last["options"]["_connectionId"] == mine


def test_a_connection_belongs_to_the_environment_of_the_installation(customer, publish, begin):
    step = {"name": "Connect", "type": "connection"}
    path = begin(publish([step]), sandbox=True)

    wrong = customer.post(f"{path}/installSteps", {"_connectionId": customer.connection()["_id"]})
    missing = customer.post(f"{path}/installSteps", {})
    right = customer.post(f"{path}/installSteps", {"connection": SHOP})

    assert code(wrong) == (422, "invalid_field")
    assert code(missing) == (422, "missing_required_field")
    assert right.content == b""
    assert customer.get("/connections").json()[-1]["sandbox"] is True


def test_ones_own_stack_stands_in_for_the_sources(customer, stack, stocked, begin):
    path = begin(stocked([{"name": "Stack", "type": "stack"}]))
    mine = customer.create("stacks", type="server", server={"hostURI": stack.uri})["_id"]
    connection = customer.connection()["_id"]

    customer.post(f"{path}/installSteps", {"_connectionId": connection})
    assert code(customer.post(f"{path}/installSteps", {"_stackId": "0" * 24}))[0] == 422
    customer.post(f"{path}/installSteps", {"_stackId": mine})
    customer.post(f"{path}/installSteps", {})

    (export,) = customer.get(f"{path}/exports").json()
    assert export["hooks"]["preSavePage"]["_stackId"] == mine


# Children


def test_a_child_is_made_by_a_function_and_has_steps_and_a_license_of_its_own(
    sandbox, api, publisher, customer, stack, publish, begin
):
    connector = publish([_step("one", type="form")], initChild={"function": "initChild"})
    stack.functions["initChild"] = lambda _: {
        "name": "DE shop",
        "installSteps": [_step("child", type="form")],
    }
    path = begin(connector)
    customer.post(f"{path}/installSteps", {})
    licenses = f"/connectors/{connector}/licenses"
    (parent,) = publisher.get(licenses).json()
    assert code(customer.post(f"{path}/initChild")) == (422, "subscription_required")
    own = publisher.post(licenses, {"_parentId": parent["_id"], "opts": {"a": 1}}).json()

    child = customer.post(f"{path}/initChild").json()["_childIntegrationId"]
    below = f"/integrations/{child}"
    options = stack.last["options"]
    customer.post(f"{below}/installSteps", {})

    assert options.keys() == {"bearerToken", "parentIntegration", "parentLicense"}
    document = customer.get(below).json()
    assert (document["name"], document["mode"]) == ("DE shop", "settings")
    assert document["_parentId"] == path.removeprefix("/integrations/")
    told = stack.last["options"]
    assert told["resource"]["_id"] == child
    assert told["parentResource"]["_id"] == document["_parentId"]
    assert told["license"]["_id"] == own["_id"]
    assert told["parentLicense"]["_id"] == parent["_id"]
    assert publisher.get(f"{licenses}/{own['_id']}").json()["_integrationId"] == child


def test_when_init_child_fails_it_can_be_called_again(customer, stack, publisher, publish, begin):
    def fail(_):
        raise Failure("not_now")

    connector = publish([], initChild={"function": "initChild"})
    path = begin(connector)
    (parent,) = publisher.get(f"/connectors/{connector}/licenses").json()
    publisher.post(f"/connectors/{connector}/licenses", {"_parentId": parent["_id"]})
    stack.functions["initChild"] = fail

    assert code(customer.post(f"{path}/initChild")) == (422, "not_now")
    stack.functions["initChild"] = lambda _: {"name": "A"}
    assert customer.post(f"{path}/initChild").status_code == 200
