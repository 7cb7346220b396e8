"""Flows of a framework 2.0 connector: flat functions (protocol/extension.md#6)."""

import pytest

from tests.sandbox.flows.plant import counts


@pytest.fixture
def member(plant, publisher, stack):
    """Fields that make a document one of a 2.0 connector."""
    server = {"hostURI": stack.uri, "systemToken": "system"}
    stack_id = publisher.create("stacks", type="server", server=server)["_id"]
    listing = publisher.create("connectors", framework="twoDotZero", _stackId=stack_id)
    plant.stack_id = stack_id
    return {"_connectorId": listing["_id"]}


def test_hooks_are_called_without_a_type_and_with_all_settings_in_scope(plant, member):
    save = plant.hook("save", lambda told: {"data": told["data"], "errors": [], "abort": False})
    export = plant.export(hooks={"preSavePage": save}, settings={"own": 1}, **member)
    import_ = plant.import_(**member)
    flow = plant.flow(export, [import_], settings={"size": 2}, **member)

    job = plant.run(flow)

    call = plant.stack.last
    assert "type" not in call
    assert call["options"]["testMode"] is False
    assert call["options"]["settings"] == {"flow": {"size": 2}, "self": {"own": 1}}
    assert counts(job) == (6, 0, 0)


def test_what_pre_save_page_wants_to_have_retried_is_an_error_with_data(plant, member):
    later = [{"retryData": {"id": 9}, "errors": [{"code": "early", "message": "Later."}]}]
    answers = [
        {"data": [], "errors": [], "abort": False, "newErrorsAndRetryData": later},
        {"data": [{"id": 9}], "errors": [], "abort": False},
    ]
    save = plant.hook("save", lambda _: answers.pop(0))
    export = plant.export(hooks={"preSavePage": save}, **member)
    flow = plant.flow(export, [plant.import_(**member)], **member)

    job = plant.run(flow)
    (error,) = plant.errors(flow, export)
    plant.customer.post(f"/flows/{flow}/{export}/retry", {"errorIds": [error["errorId"]]})
    plant.drain()

    assert (error["code"], error["source"]) == ("early", "pre_save_page_hook")
    assert error["traceKey"] == "9"
    assert counts(job) == (0, 1, 0)
    assert plant.stack.last["options"]["data"] == [{"id": 9}]
    assert plant.sent() == [{"id": 9}]
    assert counts(plant.job(job["_id"])) == (2, 0, 0)


def test_403_takes_a_connection_offline(plant, member):
    refused = plant.hook(
        "sent", lambda told: [{**x, "statusCode": 403} for x in told["responseData"]]
    )
    import_ = plant.import_(hooks={"postSubmit": refused}, **member)
    flow = plant.flow(plant.export(**member), [import_], **member)

    assert plant.run(flow)["status"] == "failed"
    assert plant.customer.get(f"/connections/{plant.connection}").json()["offline"] is True
