"""Rows of protocol/http-api.md#11-jobs-job-errors-retries."""

import pytest

from tests.sandbox.table import array, check, document, empty, error, exactly, row, signed

FACT = "http-api.md#11"


def listing(query, expect=None):
    return row(FACT, f"GET /jobs?{query}", 200, expect or array("_id", "status"), given="step_job")


ROWS = [
    row(FACT, "GET /jobs", 200, array("_id", "type", "status", "numOpenError"), given="job"),
    listing("_integrationId={integration}"),
    listing("_flowId={flow}"),
    listing("_importId={import}", array("_importId", type="import")),
    listing("_exportId={export}", exactly([])),
    listing("_flowJobId={job}", array(_flowJobId="{job}")),
    listing("_parentJobId={job}", array(_flowJobId="{job}")),
    listing("_bulkJobId={nothing}", exactly([])),
    listing("_flowId_in={flow},{nothing}"),
    listing("_flowId_in[0]={flow}&_flowId_in[1]={nothing}"),
    listing("createdAt_gte=2020-01-01T00:00:00.000Z"),
    listing("createdAt_gte=4070908800000", exactly([])),
    listing("createdAt_lte=2020-01-01T00:00:00.000Z", exactly([])),
    listing("status=completed"),
    row(
        FACT,
        "GET /jobs?status=cancelling",
        200,
        array(status="canceling"),
        given="canceling_job",
    ),
    listing("status=completed&status=failed"),
    listing("type=flow", array(type="flow")),
    listing("type_in=flow,import"),
    listing("type_in[0]=flow&type_in[1]=bulk_retry", array(type="flow")),
    listing("retriable=true", exactly([])),
    listing("retriable=false"),
    listing("numSuccess_gte=1", exactly([])),
    listing("numSuccess_lte=0&numExport_lte=0&numIgnore_lte=0"),
    listing("numError_gte=0&numResolved_gte=0"),
    listing("numError_gte=100", exactly([])),
    listing("hideEmpty=true&numSuccess_gte=1", exactly([])),
    row(FACT, "GET /jobs?numError_gte=many", 422, error("invalid_field", "numError_gte")),
    row(FACT, "GET /jobs?createdAt_gte=soon", 422, error("invalid_field", "createdAt_gte")),
    row(FACT, "GET /jobs/{job}", 200, document(_id="{job}", type="flow")),
    row(FACT, "GET /jobs/{nothing}", 404, error("not_found")),
    row(FACT, "GET /jobs/{failed_job}/joberrors", 200, array("_retryId", "code", "_jobId")),
    row(FACT, "GET /jobs/{failed_job}/jobErrors", 200, array("resolve", "retry", "createdAt")),
    row(FACT, "GET /jobs/{failed_job}/errors", 200, document("errors")),
    row(FACT, "GET /jobs/{failed_job}/errorFile/signedURL", 200, signed),
    row(FACT, "GET /jobs/{canceling_job}/errorFile/signedURL", 204, empty),
    row(FACT, "GET /jobs/{job}/family", 200, document("children", _id="{job}")),
    row(FACT, "POST /jobs/family", 200, array("children", _id="{job}"), body=["{job}"]),
    row(FACT, "POST /jobs/family", 422, error("invalid_ref"), body=["{nothing}"]),
    row(FACT, "PUT /jobs/{a_running_job}/cancel", 200, document(status="canceling")),
    row(FACT, "PUT /jobs/{job}/cancel", 422, error("invalid_operation")),
    row(FACT, "GET /jobs/{job}/diagnostics", 200, signed),
    row(FACT, "POST /jobs/{a_job_with_files}/files/signedURL", 200, signed),
    row(FACT, "POST /jobs/{job}/files/signedURL", 404, error("not_found")),
    row(
        FACT,
        "POST /jobs/current",
        200,
        array(status="running"),
        body={"flowIds": ["{flow}"], "sandbox": False},
        given="running_job",
    ),
    row(
        FACT,
        "POST /flows/runs/stats",
        200,
        array(status="completed"),
        body={"flowIds": ["{flow}"], "time_gt": 1, "time_lte": 4070908800000},
        given="job",
    ),
    row(
        FACT,
        "POST /jobs/current",
        422,
        error("invalid_field", "flowIds"),
        body={"flowIds": "all"},
    ),
    row(FACT, "DELETE /jobs/{a_job_with_files}/files", 204, empty),
    row(FACT, "POST /jobs/{a_failed_job}/retry", 200, document(type="retry", status="queued")),
    row(FACT, "POST /jobs/{a_job}/retry", 422, error("invalid_operation")),
    row(
        FACT,
        "POST /jobs/{step_job}/retries/{retry}/retry",
        200,
        document(type="retry", _retryOfJobId="{step_job}"),
    ),
    row(FACT, "POST /jobs/{step_job}/retries/{nothing}/retry", 404, error("not_found")),
    row(FACT, "PUT /jobs/{step_job}/retries/retry", 200, document(type="retry"), body=["{retry}"]),
    row(FACT, "POST /jobs/{step_job}/retries/retry", 200, document(), body=["{retry}"]),
    row(FACT, "PUT /jobs/{a_failed_job}/joberrors/resolve", 200, empty),
    row(
        FACT,
        "PUT /jobs/{step_job}/joberrors/{an_error}/resolve",
        201,
        document(resolve=True),
    ),
    row(FACT, "PUT /jobs/{step_job}/joberrors/{nothing}/resolve", 404, error("not_found")),
    row(FACT, "PUT /jobs/{a_failed_job}/resolve", 200, empty),
    row(FACT, "PUT /jobs/resolve", 200, empty, body=["{a_failed_job}"]),
    row(FACT, "PUT /jobs/retry", 200, document(type="bulk_retry"), body=["{a_failed_job}"]),
    row(FACT, "PUT /jobs/retry", 400, error("invalid_json"), body={}),
    row(FACT, "PUT /flows/jobs/resolve", 200, empty, body=["{a_flow}"]),
    row(FACT, "PUT /flows/jobs/retry", 200, document(type="bulk_retry"), body=["{a_flow}"]),
    row(FACT, "PUT /flows/jobs/retry", 422, error("invalid_ref"), body=["{nothing}"]),
    row(FACT, "PUT /integrations/{an_integration}/jobs/resolve", 200, empty),
    row(FACT, "PUT /integrations/{an_integration}/jobs/retry", 200, document(type="bulk_retry")),
    row(FACT, "GET /retries?_jobId={step_job}", 200, array("_id", "data"), given="retry"),
    row(
        FACT,
        "POST /retries",
        201,
        document("_id", type="page"),
        body={"_jobId": "{step_job}", "type": "page", "data": [1]},
    ),
    row(FACT, "POST /retries", 422, error("missing_required_field", "_jobId"), body={}),
    row(FACT, "GET /retries/{a_retry}/data", 200, exactly({"qty": 1})),
    row(FACT, "PUT /retries/{a_retry}/data", 200, exactly({"qty": 9}), body={"qty": 9}),
    row(FACT, "GET /retries/{retry}/signedURL", 200, signed),
    row(FACT, "GET /retries/{nothing}/data", 404, error("not_found")),
    row(FACT, "POST /jobs", 201, document("_id", status="completed"), body={"type": "flow"}),
    row(FACT, "POST /jobs", 422, error("invalid_field"), body={"type": 5}),
    row(
        FACT,
        "PUT /jobs/{a_job}",
        200,
        document(status="canceled", type="flow"),
        body={"status": "cancelled", "type": "export"},
    ),
    row(FACT, "DELETE /jobs/{a_job}", 204, empty),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_request_of_the_reference(row, world):
    check(row, world)
