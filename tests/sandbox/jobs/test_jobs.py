"""Jobs, their errors and their retries (protocol/http-api.md#61, #11)."""

import pytest

from tests.sandbox.plain import code


@pytest.fixture
def flow(customer):
    """A flow of one export and one import; `flow.step` is the import."""

    class Made:
        connection = customer.connection()["_id"]
        export = customer.create("exports", _connectionId=connection)["_id"]
        step = customer.create("imports", _connectionId=connection)["_id"]
        id = customer.create(
            "flows",
            pageGenerators=[{"_exportId": export}],
            pageProcessors=[{"type": "import", "_importId": step}],
        )["_id"]
        path = f"/flows/{id}"
        errors = f"/flows/{id}/{step}"

    return Made


@pytest.fixture
def stage(sandbox, control):
    """Put jobs and errors into the customer's account, as a runner of flows would."""

    def run(kind, **body):
        path = f"/accounts/{sandbox.accounts[0].account_id}/{kind}"
        answer = control.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return run


@pytest.fixture
def failed(flow, stage):
    """A flow job whose import failed with three records; `failed.errors` are they."""

    class Made:
        parent = stage("jobs", type="flow", _flowId=flow.id)["_id"]
        job = stage("jobs", type="import", _flowId=flow.id, _importId=flow.step, _flowJobId=parent)[
            "_id"
        ]
        errors = stage(
            "errors",
            _flowId=flow.id,
            _expOrImpId=flow.step,
            _jobId=job,
            errors=[
                {
                    "code": "422",
                    "message": f"no {number}",
                    "source": source,
                    "occurredAt": f"2026-02-0{number}T00:00:00.000Z",
                    "retryData": {"n": number},
                    "traceKey": str(number),
                }
                for number, source in ((1, "application"), (2, "mapping"), (3, "application"))
            ],
        )
        ids = [error["errorId"] for error in errors]

    return Made


def test_what_waits_is_shown_at_its_flow_and_its_connections(customer, flow, stage):
    first, second = (
        stage("jobs", type="flow", status="queued", _flowId=flow.id)["_id"] for _ in range(2)
    )

    (latest,) = customer.get(f"{flow.path}/jobs/latest").json()
    assert latest["_id"] == second
    queue = customer.get("/connections?fetchQueueSize=true&exclude=http").json()
    assert all("queues" in item for item in queue)
    waiting = customer.get(f"/connections/{flow.connection}/jobs").json()
    assert [document["_id"] for document in waiting] == [first, second]


def test_what_waits_is_canceled_at_once(customer, flow, stage):
    job = stage("jobs", type="flow", status="queued", _flowId=flow.id)["_id"]

    canceled = customer.put(f"/jobs/{job}/cancel").json()

    assert canceled["status"] == "canceled"
    assert canceled["canceledBy"]
    assert code(customer.put(f"/jobs/{job}/cancel")) == (422, "invalid_operation")


def test_open_errors_are_counted_per_step_and_listed(customer, flow, failed):
    (counted,) = customer.get(f"{flow.path}/errors").json()["flowErrors"]
    listed = customer.get(f"{flow.errors}/errors").json()["errors"]

    assert counted == {
        "_expOrImpId": flow.step,
        "numError": 3,
        "lastErrorAt": "2026-02-03T00:00:00.000Z",
    }
    assert [document["message"] for document in listed] == ["no 1", "no 2", "no 3"]
    assert {document["_flowJobId"] for document in listed} == {failed.parent}


FILTERS = {
    "source=application": ["no 1", "no 3"],
    "source=application&source=mapping": ["no 1", "no 2", "no 3"],
    "occurredAt_gte=2026-02-02": ["no 2", "no 3"],
    "occurredAt_lte=2026-02-02": ["no 1", "no 2"],
    "_flowJobId=none": [],
}


@pytest.mark.parametrize(("query", "expected"), FILTERS.items(), ids=FILTERS.keys())
def test_errors_are_filtered(customer, flow, failed, query, expected):
    listed = customer.get(f"{flow.errors}/errors?{query}").json()["errors"]

    assert [document["message"] for document in listed] == expected


def test_resolved_errors_move_to_their_own_list_and_are_counted(sandbox, customer, flow, failed):
    customer.put(f"{flow.errors}/resolved", {"errors": failed.ids[:2]})

    resolved = customer.get(f"{flow.errors}/resolved").json()["resolved"]
    left = customer.get(f"{flow.errors}/errors").json()["errors"]
    assert [document["errorId"] for document in resolved] == failed.ids[:2]
    assert {document["resolvedBy"] for document in resolved} == {sandbox.accounts[0].user_id}
    assert [document["errorId"] for document in left] == failed.ids[2:]
    job = customer.get(f"/jobs/{failed.job}").json()
    assert (job["numError"], job["numResolved"], job["numOpenError"]) == (3, 2, 1)
    customer("DELETE", f"{flow.errors}/resolved", {"errors": failed.ids[:2]})
    assert customer.get(f"{flow.errors}/resolved").json()["resolved"] == []


def test_a_long_list_names_its_next_page_in_the_body(customer, flow, failed, stage):
    stage(
        "errors",
        _flowId=flow.id,
        _expOrImpId=flow.step,
        errors=[{"message": str(number)} for number in range(20)],
    )

    found, path = [], f"{flow.errors}/errors?source=application"
    while path:
        page = customer.get(path).json()
        found += page["errors"]
        path = page.get("nextPageURL", "").removeprefix("/v1")

    assert len(found) == 22
    assert len({document["errorId"] for document in found}) == 22


def test_the_data_of_a_record_is_repaired_and_retried(customer, flow, failed):
    key = failed.errors[0]["retryDataKey"]
    path = f"{flow.errors}/{key}/data"
    before = customer.get(path).json()

    customer.put(path, {**before, "data": {"n": 100}})
    answer = customer.post(f"{flow.errors}/retry", {"retryDataKeys": [key]})

    assert before == {"data": {"n": 1}, "stage": "application", "traceKey": "1"}
    assert customer.get(path).json()["data"] == {"n": 100}
    job = customer.get(f"/jobs/{answer.json()['_jobId']}").json()
    assert (job["type"], job["_importId"]) == ("retry", flow.step)


def test_errors_are_assigned_and_tagged(sandbox, customer, flow, failed):
    body = {"errorIds": failed.ids[:1], "email": sandbox.accounts[0].email}
    customer.put(f"{flow.errors}/errors/assign", body)
    customer.put(f"{flow.errors}/tags", {"errorIds": failed.ids[:1], "tagIds": ["later"]})

    first = customer.get(f"{flow.errors}/errors").json()["errors"][0]

    assert (first["assignedTo"], first["tags"]) == (sandbox.accounts[0].email, ["later"])
    assert "later" in [document["tag"] for document in customer.get("/tags").json()]


def test_the_classic_errors_are_the_same_ones(customer, failed):
    errors = customer.get(f"/jobs/{failed.job}/joberrors").json()

    assert [error["message"] for error in errors] == ["no 1", "no 2", "no 3"]
    assert [error["_retryId"] for error in errors] == [
        error["retryDataKey"] for error in failed.errors
    ]
    customer.put(f"/jobs/{failed.job}/joberrors/{failed.ids[0]}/resolve")
    again = customer.get(f"/jobs/{failed.parent}/joberrors").json()
    assert [document["resolve"] for document in again] == [True, False, False]


def test_a_file_of_errors_is_served_for_a_while(customer, control, failed):
    url = customer.get(f"/jobs/{failed.job}/errorFile/signedURL").json()["signedURL"]

    assert [document["message"] for document in customer.session.get(url).json()] == [
        "no 1",
        "no 2",
        "no 3",
    ]
    wrong = customer.session.get(url.replace("/files/", "/files/0"))
    assert code(wrong) == (403, "forbidden")


def test_more_than_a_thousand_errors_are_read_from_the_file(customer, flow, failed, stage):
    errors = [{"message": "x"}] * 1001
    stage("errors", _flowId=flow.id, _expOrImpId=flow.step, _jobId=failed.job, errors=errors)

    assert code(customer.get(f"/jobs/{failed.job}/joberrors")) == (422, "invalid_operation")
    url = customer.get(f"/jobs/{failed.job}/errorFile/signedURL").json()["signedURL"]
    assert len(customer.session.get(url).json()) == 1004


def test_a_retry_in_bulk_has_members(customer, failed):
    bulk = customer.put("/jobs/retry", [failed.parent]).json()

    members = customer.get(f"/jobs?_bulkJobId={bulk['_id']}").json()

    assert bulk["type"] == "bulk_retry"
    assert [(member["type"], member["_retryOfJobId"]) for member in members] == [
        ("retry", failed.job)
    ]


def test_a_family_is_a_job_with_its_steps(customer, failed):
    family = customer.get(f"/jobs/{failed.parent}/family").json()

    assert [child["_id"] for child in family["children"]] == [failed.job]


def test_a_connector_sees_the_jobs_of_its_own_flows_only(api, customer, stack, install, flow):
    identity, seen = install(), {}
    customer.post(f"{flow.path}/run")

    def look(options):
        client = api(options["bearerToken"])
        own = client.create("flows", _integrationId=options["_integrationId"])["_id"]
        client.post(f"/flows/{own}/run")
        seen["flows"] = [document["_flowId"] for document in client.get("/jobs").json()]
        seen["own"] = own

    stack.functions["look"] = look
    customer.put(f"/integrations/{identity}/installer/look", {})

    assert seen["flows"] == [seen["own"]]


def test_a_log_of_requests_is_filtered(customer, control, flow):
    control.post(
        "/logs",
        {
            "about": ["steps", flow.id, flow.step],
            "entries": [
                {"key": "a", "method": "GET", "statusCode": 200},
                {"key": "b", "method": "POST", "statusCode": 422},
            ],
        },
    )

    path = f"{flow.errors}/requests"

    assert [
        request["key"] for request in customer.get(f"{path}?statusCode=422").json()["requests"]
    ] == ["b"]
    assert customer.get(f"{path}/a").json()["method"] == "GET"
    assert customer.get(f"{path}?time_lte=1").json() == {"requests": []}
