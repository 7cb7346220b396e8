"""A flow runs: its records arrive, and its jobs say so (protocol/resources.md#job)."""

import threading

import pytest

from tests.sandbox.flows.plant import ORDERS, counts
from tests.sandbox.plain import code


def test_records_go_from_an_application_through_a_mapping_into_another(plant):
    mapping = {"fields": [{"extract": "id", "generate": "number"}], "lists": []}
    export, import_ = plant.export(), plant.import_(mapping=mapping)

    job = plant.run(plant.flow(export, [import_]))

    assert plant.sent() == [{"number": 1}, {"number": 2}, {"number": 3}]
    assert (job["status"], counts(job), job["numExport"]) == ("completed", (6, 0, 0), 0)
    assert job["startedAt"] <= job["endedAt"]


def test_each_step_has_a_job_of_its_own_in_the_order_of_the_steps(plant):
    export, first, second = plant.export(), plant.import_("/a"), plant.import_("/b")

    job = plant.run(plant.flow(export, [first, second]))

    steps = plant.children(job)
    assert [(step["type"], step["status"]) for step in steps] == [
        ("export", "completed"),
        ("import", "completed"),
        ("import", "completed"),
    ]
    assert [step["oIndex"] for step in steps] == [0, 1, 2]
    assert [counts(step) for step in steps] == [(3, 0, 0)] * 3
    assert counts(job) == (9, 0, 0)


def test_a_simple_flow_of_before_runs_too(plant):
    export, import_ = plant.export(), plant.import_()
    flow = plant.customer.create("flows", _exportId=export, _importId=import_)["_id"]

    assert counts(plant.run(flow)) == (6, 0, 0)


def test_pages_are_as_large_as_the_export_says(plant):
    pages = []
    hook = plant.hook("note", lambda told: pages.append(len(told["data"])) or _same(told))
    plant.application.answers["GET /orders"] = (200, [{"id": number} for number in range(7)], {})
    export = plant.export(pageSize=3, hooks={"preSavePage": hook})

    job = plant.run(plant.flow(export, [plant.import_()]))

    assert pages == [3, 3, 1]
    step = plant.children(job)[1]
    assert (job["numPagesGenerated"], step["numPagesProcessed"]) == (3, 3)


def test_pages_follow_the_paging_of_the_application(plant):
    answers = {"0": [{"id": 1}], "1": [{"id": 2}], "2": []}
    plant.application.answers["GET /orders"] = lambda request: (
        200,
        answers[request["path"].split("page=")[1]],
        {},
    )
    http = {"relativeURI": "/orders?page={{export.http.paging.page}}", "paging": {"method": "page"}}

    plant.run(plant.flow(plant.export(http=http), [plant.import_()]))

    assert plant.sent() == [{"id": 1}, {"id": 2}]


def test_an_export_whose_application_is_not_here_gives_its_mock_output(plant):
    plant.run(plant.flow(plant.mocked({"id": 8}, {"id": 9}), [plant.import_()]))

    assert plant.sent() == [{"id": 8}, {"id": 9}]


@pytest.mark.parametrize(
    "sample", [{"id": 7}, [{"id": 7}], '{"id": 7}'], ids=["object", "list", "text"]
)
def test_a_simple_export_gives_its_sample_data(plant, sample):
    export = plant.customer.create("exports", type="simple", sampleData=sample)["_id"]

    plant.run(plant.flow(export, [plant.import_()]))

    assert plant.sent() == [{"id": 7}]


def test_an_export_that_leads_nowhere_and_gives_nothing_fails_the_flow(plant):
    netsuite = {"authType": "token", "account": "A", "tokenId": "i", "tokenSecret": "s"}
    connection = plant.customer.create("connections", type="netsuite", netsuite=netsuite)["_id"]
    export = plant.export(_connectionId=connection, http=None, netsuite={"type": "search"})
    flow = plant.flow(export, [plant.import_()])

    job = plant.run(flow)

    assert (job["status"], counts(job)) == ("failed", (0, 1, 0))
    (error,) = plant.errors(flow, export)
    assert error["code"] == "not_implemented"
    assert "an export of the kind NetSuiteExport" in error["message"]


def test_a_test_export_stops_at_its_limit(plant):
    plant.run(plant.flow(plant.export(type="test", test={"limit": 2}), [plant.import_()]))

    assert plant.sent() == ORDERS[:2]


def test_a_once_export_tells_the_application_what_it_has(plant):
    once = {"relativeURI": "/orders/{{record.id}}/done", "method": "PUT"}
    export = plant.export(type="once", http={"relativeURI": "/orders", "once": once})

    plant.run(plant.flow(export, [plant.import_()]))

    marked = [
        request["path"] for request in plant.application.requests if request["method"] == "PUT"
    ]
    assert marked == ["/orders/1/done", "/orders/2/done", "/orders/3/done"]


def test_a_delta_flow_goes_on_where_the_last_completed_run_began(plant):
    uri = "/orders?since={{{lastExportDateTime}}}"
    flow = plant.flow(plant.export(type="delta", http={"relativeURI": uri}), [plant.import_()])

    first = plant.run(flow)
    date = plant.customer.get(f"/flows/{flow}/lastExportDateTime").json()["lastExportDateTime"]
    plant.run(flow)
    plant.run(flow, {"export": {"startDate": "2020-01-01T00:00:00.000Z"}})

    asked = [
        request["path"].split("=")[1]
        for request in plant.application.requests
        if "=" in request["path"]
    ]
    assert asked == ["1970-01-01T00:00:00.000Z", first["startedAt"], "2020-01-01T00:00:00.000Z"]
    assert date == first["startedAt"]


def test_a_failed_run_does_not_move_the_date(plant):
    plant.application.answers["GET /orders"] = (500, {}, {})
    flow = plant.flow(plant.export(type="delta"), [plant.import_()])

    job = plant.run(flow)

    assert job["status"] == "failed"
    date = plant.customer.get(f"/flows/{flow}/lastExportDateTime").json()
    assert date == {"lastExportDateTime": None}


def test_a_start_date_that_is_none_fails_the_flow_and_says_so(plant):
    export = plant.export(type="delta", delta={"startDate": "yesterday"})
    flow = plant.flow(export, [plant.import_()])

    assert plant.run(flow)["status"] == "failed"
    (error,) = plant.errors(flow, export)
    assert (error["code"], error["field"]) == ("invalid_field", "delta.startDate")


def test_an_event_runs_the_flows_that_wait_for_it(plant):
    listener = plant.customer.create("exports", type="webhook")
    flow = plant.flow(listener["_id"], [plant.import_()])

    answer = plant.customer.post(f"/{listener['apiIdentifier']}", [{"order": 1}, {"order": 2}])
    plant.drain()

    assert answer.status_code == 204
    assert plant.sent() == [{"order": 1}, {"order": 2}]
    (job,) = plant.jobs_of(flow)
    assert counts(job) == (4, 0, 0)


def test_a_disabled_flow_does_not_run(plant):
    flow = plant.flow(plant.export(), [plant.import_()], disabled=True)

    assert code(plant.customer.post(f"/flows/{flow}/run")) == (422, "invalid_flow")


def test_the_next_flows_run_after_a_completed_one_and_in_no_circle(plant):
    first = plant.flow(plant.export(), [plant.import_("/first")])
    off = plant.flow(plant.export(), [plant.import_("/off")], disabled=True)
    second = plant.flow(plant.export(), [plant.import_("/second")], _runNextFlowIds=[first])
    body = {**plant.customer.get(f"/flows/{first}").json(), "_runNextFlowIds": [second, off]}
    assert plant.customer.put(f"/flows/{first}", body).status_code == 200

    plant.run(first)

    assert [len(plant.sent(name)) for name in ("/first", "/second", "/off")] == [3, 3, 0]
    assert len(plant.jobs_of(first)) == 1


def test_a_flow_that_runs_is_queued_behind_itself_and_others_are_not(plant):
    gate = Gate(plant)
    flow, other = (plant.flow(plant.export(), [plant.import_(name)]) for name in ("/held", "/b"))

    first, second = plant.start(flow), plant.start(flow)
    gate.reached()
    third = plant.start(other)
    while plant.job(third)["status"] in ("queued", "running"):
        pass
    waiting = [plant.job(item)["status"] for item in (first, second, third)]
    gate.open()
    plant.drain()

    assert waiting == ["running", "queued", "completed"]
    assert [plant.job(item)["status"] for item in (first, second)] == ["completed", "completed"]


def test_a_canceled_run_ends_what_is_under_way_and_begins_nothing_more(plant):
    gate = Gate(plant)
    flow = plant.flow(plant.export(), [plant.import_("/held")])
    job = plant.start(flow)
    gate.reached()

    answer = plant.customer.put(f"/jobs/{job}/cancel").json()
    file = plant.customer.get(f"/jobs/{job}/errorFile/signedURL")
    meanwhile = [child["status"] for child in plant.children(answer)]
    gate.open()
    plant.drain()

    assert (answer["status"], file.status_code, file.content) == ("canceling", 204, b"")
    assert meanwhile == ["completed", "canceling"]
    after = plant.job(job)
    assert (after["status"], after["numSuccess"]) == ("canceled", 4)
    assert [child["status"] for child in plant.children(after)] == ["completed", "canceled"]
    assert len(plant.sent("/held")) == 1
    assert plant.customer.get(f"/jobs/{job}/errorFile/signedURL").status_code == 200


def test_a_schedule_is_kept_when_the_clock_is_moved(plant):
    hourly = {"schedule": "? 0 * ? * *", "timezone": "Europe/Berlin"}
    flow = plant.flow(plant.export(), [plant.import_()], **hourly)
    plant.flow(plant.export(), [plant.import_("/off")], disabled=True, **hourly)

    plant.control.post("/clock", {"advance_seconds": 7201})
    plant.drain()

    (job,) = plant.jobs_of(flow)
    assert counts(job) == (6, 0, 0)
    assert plant.sent("/off") == []
    plant.control.post("/clock", {"advance_seconds": 0})
    assert len(plant.jobs_of(flow)) == 1


def test_others_are_answered_while_a_flow_runs(plant):
    plant.application.answers["GET /orders"] = (200, [{"id": number} for number in range(3000)], {})
    flow = plant.flow(plant.export(pageSize=1000), [plant.import_()])
    job = plant.start(flow)

    answered = 0
    while plant.job(job)["status"] != "completed" and answered < 5:
        answered += plant.customer.get("/flows").ok
    plant.customer.put(f"/jobs/{job}/cancel")
    plant.drain()

    assert answered == 5


def test_one_running_flow_of_many_records_loses_none(plant):
    pages = [{"id": number} for number in range(500)]
    plant.application.answers["GET /orders"] = (200, pages, {})
    connection = plant.http(concurrencyLevel=10)
    flow = plant.flow(plant.export(pageSize=50), [plant.import_(_connectionId=connection)])

    job = plant.run(flow)

    assert sorted(document["id"] for document in plant.sent()) == [*range(500)]
    assert counts(job) == (1000, 0, 0)


class Gate:
    """Keeps the application from answering a post to ``/held`` until it is opened."""

    def __init__(self, plant):
        self._reached, self._opened = threading.Event(), threading.Event()
        plant.application.answers["POST /held"] = self._hold

    def _hold(self, _):
        self._reached.set()
        assert self._opened.wait(20)
        return 200, {"id": 1}, {}

    def reached(self):
        assert self._reached.wait(20)

    def open(self):
        self._opened.set()


def _same(told):
    return {"data": told["data"], "errors": told["errors"], "abort": False}
