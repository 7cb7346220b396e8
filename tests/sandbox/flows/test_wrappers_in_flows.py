"""Wrappers as the applications of a flow (protocol/extension.md#52-wrappers)."""

import pytest

from tests.sandbox.flows.plant import counts
from tests.sandbox.plain import code


@pytest.fixture
def wrapped(plant):
    """Make an export or import of a wrapper: `wrapped("export", function)`."""

    class Wrapped:
        connection = plant.wrapper()

        def __call__(self, kind, function, **told):
            plant.stack.functions[kind] = function
            make = plant.export if kind == "export" else plant.import_
            return make(
                _connectionId=self.connection, http=None, wrapper={"function": kind}, **told
            )

    return Wrapped()


def test_a_wrapper_is_asked_page_after_page_with_its_state(plant, wrapped):
    pages = [
        {"data": [{"id": 1}], "state": {"page": 2}},
        {"data": [{"id": 2}], "errors": [{"code": "gap", "message": "?"}], "lastPage": True},
    ]
    export = wrapped("export", lambda _: pages.pop(0))
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert plant.sent() == [{"id": 1}, {"id": 2}]
    assert [call["options"].get("state") for call in plant.stack.calls] == [None, {"page": 2}]
    assert counts(job) == (4, 1, 0)
    assert [error["code"] for error in plant.errors(flow, export)] == ["gap"]


def test_the_same_answer_again_and_again_ends_the_export(plant, wrapped):
    export = wrapped("export", lambda _: {"data": [{"id": 1}], "lastPage": False})

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert (job["status"], job["numSuccess"]) == ("completed", 12)


def test_an_export_that_says_offline_takes_its_connection_offline(plant, wrapped):
    export = wrapped("export", lambda _: {"data": [{"id": 1}], "connectionOffline": True})
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert job["status"] == "failed"
    assert plant.sent() == [{"id": 1}]
    assert plant.customer.get(f"/connections/{wrapped.connection}").json()["offline"] is True
    answer = plant.customer.post(f"/flows/{flow}/run")
    assert code(answer) == (422, "invalid_operation")
    assert "is offline" in answer.text


def test_a_wrapper_is_handed_a_page_and_answers_each_record(plant, wrapped):
    answers = [
        {"statusCode": 200, "id": "A"},
        {"statusCode": 422, "errors": [{"code": "bad", "message": "no"}]},
        {"statusCode": 200, "ignored": True},
    ]
    import_ = wrapped("import", lambda _: answers)
    flow = plant.flow(plant.export(), [import_])

    job = plant.run(flow)

    told = plant.stack.last["options"]
    assert (plant.stack.last["type"], told["_importId"]) == ("wrapper", import_)
    assert [document["id"] for document in told["postMapData"]] == [1, 2, 3]
    assert counts(job) == (4, 1, 1)
    (error,) = plant.errors(flow, import_)
    assert (error["code"], error["source"]) == ("bad", "application")


def test_an_import_that_says_401_takes_its_connection_offline_and_ends_the_flow(plant, wrapped):
    refused = {"statusCode": 401, "errors": [{"code": "unauthorized", "message": "who?"}]}
    import_ = wrapped("import", lambda told: [refused] * len(told["postMapData"]))
    flow = plant.flow(plant.export(pageSize=1), [import_])

    job = plant.run(flow)

    assert job["status"] == "failed"
    assert len(plant.stack.calls) == 1
    assert plant.customer.get(f"/connections/{wrapped.connection}").json()["offline"] is True
    assert "unauthorized" in [error["code"] for error in plant.errors(flow, import_)]


def test_a_wrapper_that_fails_halts_the_import(plant, wrapped):
    import_ = wrapped("import", lambda _: [])
    flow = plant.flow(plant.export(), [import_])

    job = plant.run(flow)

    assert job["status"] == "failed"
    (error,) = plant.errors(flow, import_)
    assert error["code"] == "invalid_extension_response"


def test_an_application_that_does_not_know_the_caller_takes_its_connection_offline(plant):
    plant.application.answers["GET /orders"] = (401, {}, {})
    flow = plant.flow(plant.export(), [plant.import_()])

    assert plant.run(flow)["status"] == "failed"
    assert plant.customer.get(f"/connections/{plant.connection}").json()["offline"] is True


def test_a_job_that_waits_for_a_connection_that_went_offline_fails(plant, wrapped):
    listener = plant.customer.create("exports", type="webhook")
    import_ = wrapped("import", lambda _: [{"statusCode": 401}])
    flow = plant.flow(listener["_id"], [import_])

    for number in range(2):
        plant.customer.post(f"/{listener['apiIdentifier']}", [{"id": number}])
    plant.drain()

    assert [job["status"] for job in plant.jobs_of(flow)] == ["failed", "failed"]
    codes = [error["code"] for error in plant.errors(flow, import_)]
    assert codes.count("connection_offline") == 2
    assert code(plant.customer.post(f"/flows/{flow}/run")) == (422, "invalid_operation")


def test_an_event_that_met_an_offline_connection_is_not_lost(plant, wrapped):
    listener = plant.customer.create("exports", type="webhook")
    import_ = wrapped("import", lambda told: [{"statusCode": 200}] * len(told["postMapData"]))
    flow = plant.flow(listener["_id"], [import_])
    plant.stack.functions["ping"] = lambda _: {"statusCode": 401}
    plant.customer.get(f"/connections/{wrapped.connection}/ping")
    plant.customer.post(f"/{listener['apiIdentifier']}", [{"id": 1}])
    plant.drain()
    (job,) = plant.jobs_of(flow)

    plant.stack.functions["ping"] = lambda _: {"statusCode": 200}
    plant.customer.get(f"/connections/{wrapped.connection}/ping")
    retry = plant.customer.post(f"/jobs/{job['_id']}/retry").json()
    plant.drain()

    assert job["status"] == "failed"
    assert counts(plant.job(retry["_id"])) == (2, 0, 0)
    assert plant.stack.last["options"]["postMapData"] == [{"id": 1}]


KINDS = {
    "all": {},
    "once": {"type": "once", "once": {"booleanField": "exported"}},
    "delta": {"type": "delta", "delta": {"dateField": "updated_at", "lagOffset": 0}},
    "test": {"type": "test", "test": {"limit": 10}},
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("more", [{}, {"dataURITemplate": "https://erp.example.com/{{record.id}}"}])
def test_a_wrapper_export_of_every_type_runs_to_its_last_page(plant, wrapped, kind, more):
    def three_pages(options):
        page = options.get("state") or 1
        return {"data": [{"id": page}], "state": page + 1, "lastPage": page == 3}

    export = wrapped("export", three_pages, **KINDS[kind], **more)

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert job["status"] == "completed", plant.errors(plant.flow(export, []), export)
    assert plant.sent() == [{"id": 1}, {"id": 2}, {"id": 3}]
    told = plant.stack.last["options"]
    assert told.get("type") == KINDS[kind].get("type")
    assert told.get("once") == KINDS[kind].get("once")
    if kind == "delta":
        assert told["delta"] == {"dateField": "updated_at", "lastExecutionTime": 0}


def test_a_wrapper_is_looked_into_record_by_record_whatever_its_type(plant, wrapped):
    lookup = wrapped("export", lambda told: {"data": told["data"], "lastPage": True}, type="once")
    step = {"type": "export", "_exportId": lookup}

    job = plant.run(plant.flow(plant.export(), [step, plant.import_()]))

    assert job["status"] == "completed"
    assert [call["options"]["data"][0]["id"] for call in plant.stack.calls] == [1, 2, 3]


def test_a_mocked_once_export_tells_its_application_nothing(plant):
    once = {"relativeURI": "/orders/{{record.id}}/done", "method": "PUT"}
    export = plant.mocked({"id": 1}, type="once", http={"relativeURI": "/orders", "once": once})

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert (job["status"], plant.sent()) == ("completed", [{"id": 1}])
