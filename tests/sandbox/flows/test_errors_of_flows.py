"""What fails in a flow, and what is run again (protocol/resources.md#job, http-api.md#61, #11)."""

import threading

import pytest

from tests.sandbox.flows.plant import counts


@pytest.fixture
def picky(plant):
    """An application that refuses the order 2 until it is told to take it."""

    class Picky:
        refused = {2}

        @classmethod
        def answer(cls, request):
            if request["body"].get("id") in cls.refused:
                return 422, {"why": "No such item"}, {}
            return 200, {"id": f"I-{request['body'].get('id')}"}, {}

    plant.application.answers["POST /items"] = Picky.answer
    return Picky


@pytest.fixture
def failing(plant, picky):
    """A flow whose import fails with the order 2."""

    class Made:
        export = plant.export()
        import_ = plant.import_()
        flow = plant.flow(export, [import_])
        job = plant.run(flow)

    return Made


def test_a_failed_record_is_an_error_of_today_and_a_classic_one(plant, failing):
    (error,) = plant.errors(failing.flow, failing.import_)
    _, step = plant.children(failing.job)
    (classic,) = plant.customer.get(f"/jobs/{step['_id']}/joberrors").json()

    assert (failing.job["status"], counts(failing.job)) == ("completed", (5, 1, 0))
    assert failing.job["retriable"] is step["retriable"] is True
    assert (error["code"], error["source"], error["traceKey"]) == ("422", "application", "2")
    assert error["_flowJobId"] == failing.job["_id"]
    assert (classic["_jobId"], classic["code"]) == (step["_id"], "422")
    assert classic["_retryId"] == error["retryDataKey"]
    path = f"/flows/{failing.flow}/{failing.import_}/{error['retryDataKey']}/data"
    kept = plant.customer.get(path).json()
    assert kept == {"data": {"id": 2, "total": 50}, "stage": "application", "traceKey": "2"}


def test_what_a_health_check_reads_shows_the_errors(plant, picky):
    integration = plant.customer.create("integrations")["_id"]
    member = {"_integrationId": integration}
    export, import_ = plant.export(**member), plant.import_(**member)
    flow = plant.flow(export, [import_], **member)

    job = plant.run(flow)

    (listed,) = plant.customer.get(f"/jobs?type=flow&_integrationId={integration}").json()
    assert (listed["_id"], listed["numError"], listed["numOpenError"]) == (job["_id"], 1, 1)
    (of_flow,) = plant.customer.get(f"/flows/{flow}/errors").json()["flowErrors"]
    assert (of_flow["_expOrImpId"], of_flow["numError"]) == (import_, 1)
    (of_integration,) = plant.customer.get(f"/integrations/{integration}/errors").json()
    assert (of_integration["_flowId"], of_integration["numError"]) == (flow, 1)


SOURCES = {
    "mapping": {
        "mapping": {"fields": [{"extract": "id", "generate": "n", "dataType": "number"}]},
        "_record": {"id": "x"},
    },
    "lookup": {
        "mapping": {"fields": [{"extract": "id", "generate": "n", "lookupName": "l"}]},
        "lookups": [{"name": "l", "map": {"a": "b"}}],
    },
    "connection": {"_connectionId": "closed"},
    "application": {"http": {"relativeURI": ["/broken"], "method": ["POST"]}},
    "import_filter": {
        "filter": {"expression": {"rules": ["greaterthan", ["number", ["extract", "id"]], 1]}},
        "_record": {"id": "x"},
    },
    "transformation": {
        "transform": {
            "expression": {
                "rulesTwoDotZero": {
                    "mappings": [
                        {
                            "generate": "n",
                            "extract": "$.id",
                            "dataType": "number",
                            "status": "Active",
                        }
                    ]
                }
            }
        },
        "_record": {"id": "x"},
    },
}


@pytest.mark.parametrize(("source", "told"), SOURCES.items(), ids=SOURCES.keys())
def test_an_error_says_where_it_is_from(plant, source, told):
    told = dict(told)
    record = told.pop("_record", {"id": 1})
    if told.get("_connectionId"):
        told["_connectionId"] = plant.http("http://127.0.0.1:1")
    plant.application.answers["POST /broken"] = (500, {}, {})
    import_ = plant.import_(**told)
    flow = plant.flow(plant.mocked(record), [import_])

    assert counts(plant.run(flow)) == (1, 1, 0)
    (error,) = plant.errors(flow, import_)
    assert error["source"] == source
    assert error["retryDataKey"]


@pytest.mark.parametrize("where", ["flow", "import"])
def test_no_data_are_kept_where_retries_are_skipped(plant, picky, where):
    import_ = plant.import_(skipRetries=where == "import")
    flow = plant.flow(plant.export(), [import_], skipRetries=where == "flow")

    job = plant.run(flow)

    (error,) = plant.errors(flow, import_)
    assert "retryDataKey" not in error
    assert not job.get("retriable")


# Retries


def test_a_retry_that_succeeds_is_booked_on_the_run(plant, picky, failing):
    picky.refused = set()

    retry = plant.customer.post(f"/jobs/{failing.job['_id']}/retry").json()
    plant.drain()

    ended = plant.job(retry["_id"])
    assert (ended["type"], ended["status"], counts(ended)) == ("retry", "completed", (1, 0, 0))
    after = plant.job(failing.job["_id"])
    _, step = plant.children(after)
    for job, count in ((after, 6), (step, 3)):
        assert counts(job) == (count, 0, 0)
        assert (job["numResolved"], job["numOpenError"]) == (1, 0)
    assert plant.errors(failing.flow, failing.import_) == []
    path = f"/flows/{failing.flow}/{failing.import_}/resolved"
    assert len(plant.customer.get(path).json()["resolved"]) == 1
    assert len(plant.sent()) == 4


def test_a_retry_that_fails_again_leaves_one_error_with_the_same_key(plant, failing):
    (before,) = plant.errors(failing.flow, failing.import_)

    path = f"/flows/{failing.flow}/{failing.import_}/retry"
    retry = plant.customer.post(path, {"errorIds": [before["errorId"]]}).json()["_jobId"]
    plant.drain()

    (after,) = plant.errors(failing.flow, failing.import_)
    assert after["errorId"] != before["errorId"]
    assert after["retryDataKey"] == before["retryDataKey"]
    job = plant.job(failing.job["_id"])
    assert (counts(job), job["numOpenError"]) == ((5, 1, 0), 1)
    assert counts(plant.job(retry)) == (0, 1, 0)


def test_a_repaired_record_goes_on_through_the_steps_behind(plant, picky):
    first, second = plant.import_(), plant.import_("/second")
    flow = plant.flow(plant.export(), [first, second])
    job = plant.run(flow)
    (error,) = plant.errors(flow, first)
    path = f"/flows/{flow}/{first}/{error['retryDataKey']}/data"

    plant.customer.put(path, {"data": {"id": 20}})
    plant.customer.post(f"/flows/{flow}/{first}/retry", {"retryDataKeys": [error["retryDataKey"]]})
    plant.drain()

    assert plant.sent("/second") == [{"id": 1, "total": 5}, {"id": 3, "total": 500}, {"id": 20}]
    assert [counts(child) for child in plant.children(job)] == [(3, 0, 0)] * 3
    assert counts(plant.job(job["_id"])) == (9, 0, 0)


def test_a_retry_in_bulk_adds_up_its_members(plant, picky, failing):
    picky.refused = set()
    again = plant.run(failing.flow)
    assert counts(again) == (6, 0, 0)

    bulk = plant.customer.put("/flows/jobs/retry", [failing.flow]).json()
    plant.drain()

    ended = plant.job(bulk["_id"])
    assert (ended["status"], ended["numSuccess"]) == ("completed", 1)
    assert counts(plant.job(failing.job["_id"])) == (6, 0, 0)


def test_a_retry_in_bulk_ends_when_its_members_are_canceled(plant, failing):
    plant.application.answers["GET /orders"] = hold = Held()
    blocking = plant.start(failing.flow)
    hold.reached.wait(20)

    bulk = plant.customer.put("/flows/jobs/retry", [failing.flow]).json()["_id"]
    (member,) = plant.customer.get(f"/jobs?_bulkJobId={bulk}").json()
    plant.customer.put(f"/jobs/{member['_id']}/cancel")
    while plant.job(bulk)["status"] in ("queued", "running"):
        pass
    hold.let_go.set()
    plant.drain()

    assert plant.job(member["_id"])["status"] == "canceled"
    assert plant.job(blocking)["status"] == "completed"


class Held:
    """An answer of the application that is given when it is let go."""

    def __init__(self):
        self.reached, self.let_go = threading.Event(), threading.Event()

    def __call__(self, _):
        self.reached.set()
        assert self.let_go.wait(20)
        return 200, [], {}


def test_a_failed_run_without_failed_records_is_run_again_as_a_whole(plant):
    plant.application.answers["GET /orders"] = (500, {}, {})
    flow = plant.flow(plant.export(), [plant.import_()])
    job = plant.run(flow)
    plant.application.answers["GET /orders"] = (200, [{"id": 1}], {})

    retry = plant.customer.post(f"/jobs/{job['_id']}/retry").json()
    plant.drain()

    assert job["status"] == "failed"
    assert counts(plant.job(retry["_id"])) == (2, 0, 0)


def test_a_record_that_failed_in_an_exports_transform_is_retried_from_there(plant):
    number = {"generate": "id", "extract": "$.id", "dataType": "number", "status": "Active"}
    transform = {"expression": {"rulesTwoDotZero": {"mappings": [number]}}}
    export = plant.mocked({"id": "x"}, {"id": "2"}, transform=transform)
    flow = plant.flow(export, [plant.import_()])
    job = plant.run(flow)
    (error,) = plant.errors(flow, export)
    path = f"/flows/{flow}/{export}/{error['retryDataKey']}/data"

    plant.customer.put(path, {"data": {"id": "1"}})
    plant.customer.post(f"/flows/{flow}/{export}/retry", {"retryDataKeys": [error["retryDataKey"]]})
    plant.drain()

    assert error["source"] == "transformation"
    assert plant.sent() == [{"id": 2}, {"id": 1}]
    assert (counts(job), counts(plant.job(job["_id"]))) == ((2, 1, 0), (4, 0, 0))
