"""Flows and their errors (protocol/http-api.md, section 6)."""

from datetime import UTC, datetime, timedelta, timezone

from tests.integrator.calls.case import DONE, NOTHING, Sent, case, crud
from tests.integrator.scripted import STORED, Reply

OLDER = {"_id": "64b1", "createdAt": "2026-01-05T09:00:00.000Z"}
NEWER = {"_id": "64b2", "createdAt": "2026-01-06T09:00:00.000Z"}
EVENING = datetime(2026, 1, 5, 22, 30, tzinfo=timezone(timedelta(hours=2)))
MILLISECONDS = 1767645000000
RECORD = {"errorId": "4711", "code": "channel_not_found", "retryDataKey": "r-1"}
ANOTHER = {"errorId": "4712", "code": "channel_not_found"}
DATA = {"data": {"id": 1}, "stage": "import", "traceKey": "1001"}
LOGGED = {"key": "k-1", "statusCode": 422}
COUNT = {"_expOrImpId": "64d1", "numError": 2, "lastErrorAt": "2026-01-05T09:00:00.000Z"}


def ids(count: int, start: int = 0) -> list[str]:
    return [str(number) for number in range(start, start + count)]


CASES = [
    *crud("flows", "flows"),
    case(
        "flows: fields are left out of a list",
        lambda c: list(c.flows.list(exclude="schedule")),
        [STORED],
        "GET /flows?exclude=schedule",
        [STORED],
    ),
    case(
        "flows: one is run",
        lambda c: c.flows.run("64f1"),
        Reply(201, {"_jobId": "64b1"}),
        "POST /flows/64f1/run",
        "64b1",
    ),
    case(
        "flows: a delta flow is run from a date",
        lambda c: c.flows.run("64f1", start_date=EVENING),
        Reply(201, {"_jobId": "64b1"}),
        Sent("POST /flows/64f1/run", {"export": {"startDate": "2026-01-05T20:30:00.000Z"}}),
        "64b1",
    ),
    case(
        "flows: a data loader is run",
        lambda c: c.flows.run("64f1", run_key="run-1"),
        Reply(201, {"_jobId": "64b1"}),
        Sent("POST /flows/64f1/run", {"runKey": "run-1"}),
        "64b1",
    ),
    case(
        "flows: the latest job of an array",
        lambda c: c.flows.latest_job("64f1"),
        [OLDER, NEWER],
        "GET /flows/64f1/jobs/latest",
        NEWER,
    ),
    case(
        "flows: the latest job, answered alone",
        lambda c: c.flows.latest_job("64f1"),
        OLDER,
        "GET /flows/64f1/jobs/latest",
        OLDER,
    ),
    case(
        "flows: no job yet",
        lambda c: c.flows.latest_job("64f1"),
        [],
        "GET /flows/64f1/jobs/latest",
        None,
    ),
    case(
        "flows: up to when one has exported",
        lambda c: c.flows.last_export_date("64f1"),
        {"lastExportDateTime": "2026-01-05T09:00:00.000Z"},
        "GET /flows/64f1/lastExportDateTime",
        "2026-01-05T09:00:00.000Z",
    ),
    case(
        "flows: one that has not exported",
        lambda c: c.flows.last_export_date("64f1"),
        {},
        "GET /flows/64f1/lastExportDateTime",
        None,
    ),
    case(
        "flows: what one is made of",
        lambda c: c.flows.descendants("64f1"),
        {"exports": [STORED], "imports": []},
        "GET /flows/64f1/descendants",
        {"exports": [STORED], "imports": []},
    ),
    case(
        "flows: a zip of one",
        lambda c: c.flows.template_urls("64f1"),
        {"signedURL": "https://files.example.com/1"},
        "GET /flows/64f1/template",
        ("https://files.example.com/1",),
    ),
    case(
        "errors: how many each step has",
        lambda c: c.flows.error_counts("64f1"),
        {"flowErrors": [COUNT]},
        "GET /flows/64f1/errors",
        [COUNT],
    ),
    case(
        "errors: how many each flow has",
        lambda c: c.integrations.error_counts("64a1"),
        [{"_flowId": "64f1", "numError": 2}],
        "GET /integrations/64a1/errors",
        [{"_flowId": "64f1", "numError": 2}],
    ),
    case(
        "errors: the open ones of a step, page after page",
        lambda c: list(
            c.flows.step("64f1", "64d1").open(
                source="application",
                classification="value",
                occurred_from=EVENING,
                occurred_to="2026-01-31",
                flow_job_id="64b1",
            )
        ),
        (
            {"errors": [RECORD], "nextPageURL": "/v1/flows/64f1/64d1/errors?after=1"},
            {"errors": [ANOTHER], "nextPageURL": "/api/flows/64f1/64d1/errors?after=2"},
            {"errors": [], "nextPageURL": "/flows/64f1/64d1/errors?after=3"},
            {"errors": [RECORD]},
        ),
        [
            Sent(
                "GET /flows/64f1/64d1/errors?source=application&classification=value"
                "&occurredAt_gte=2026-01-05T20%3A30%3A00.000Z&occurredAt_lte=2026-01-31"
                "&_flowJobId=64b1"
            ),
            Sent("GET /flows/64f1/64d1/errors?after=1"),
            Sent("GET /flows/64f1/64d1/errors?after=2"),
            Sent("GET /flows/64f1/64d1/errors?after=3"),
        ],
        [RECORD, ANOTHER, RECORD],
    ),
    case(
        "errors: the resolved ones of a step",
        lambda c: list(
            c.flows.step("64f1", "64d1").resolved(
                resolved_from="2026-01-01", resolved_to="2026-01-31"
            )
        ),
        {"resolved": [RECORD], "nextPageURL": None},
        "GET /flows/64f1/64d1/resolved?resolvedAt_gte=2026-01-01&resolvedAt_lte=2026-01-31",
        [RECORD],
    ),
    case(
        "errors: some are resolved",
        lambda c: c.flows.step("64f1", "64d1").resolve(["4711", "4712"]),
        NOTHING,
        Sent("PUT /flows/64f1/64d1/resolved", {"errors": ["4711", "4712"]}),
    ),
    case(
        "errors: resolved ones are purged, a thousand at a time",
        lambda c: c.flows.step("64f1", "64d1").purge(ids(1001)),
        NOTHING,
        [
            Sent("DELETE /flows/64f1/64d1/resolved", {"errors": ids(1000)}),
            Sent("DELETE /flows/64f1/64d1/resolved", {"errors": ["1000"]}),
        ],
    ),
    case(
        "errors: no errors are no request",
        lambda c: c.flows.step("64f1", "64d1").resolve([]),
        NOTHING,
        [],
    ),
    case(
        "errors: records are retried, a thousand at a time",
        lambda c: c.flows.step("64f1", "64d1").retry(f"r-{number}" for number in ids(2001)),
        ({"_jobId": "64b1"}, {"_jobId": "64b2"}, {"_jobId": "64b3"}),
        [
            Sent(
                "POST /flows/64f1/64d1/retry",
                {"retryDataKeys": [f"r-{number}" for number in ids(count, start)]},
            )
            for start, count in ((0, 1000), (1000, 1000), (2000, 1))
        ],
        ("64b1", "64b2", "64b3"),
    ),
    case(
        "errors: records are retried by their errors",
        lambda c: c.flows.step("64f1", "64d1").retry_errors(["4711"]),
        {"_jobId": "64b1"},
        Sent("POST /flows/64f1/64d1/retry", {"errorIds": ["4711"]}),
        ("64b1",),
    ),
    case(
        "errors: a whole file is retried",
        lambda c: c.flows.step("64f1", "64d1").retry_file("file-1"),
        {"_jobId": "64b1"},
        Sent("POST /flows/64f1/64d1/retry", {"errorFileId": "file-1"}),
        "64b1",
    ),
    case(
        "errors: a record as it will be retried",
        lambda c: c.flows.step("64f1", "64d1").retry_data("r/1"),
        DATA,
        "GET /flows/64f1/64d1/r%2F1/data",
        DATA,
    ),
    case(
        "errors: a record is corrected before it is retried",
        lambda c: c.flows.step("64f1", "64d1").replace_retry_data("r-1", DATA),
        DONE,
        Sent("PUT /flows/64f1/64d1/r-1/data", DATA),
    ),
    case(
        "errors: some are given to somebody",
        lambda c: c.flows.step("64f1", "64d1").assign(["4711"], email="a@example.com"),
        NOTHING,
        Sent(
            "PUT /flows/64f1/64d1/errors/assign",
            {"errorIds": ["4711"], "email": "a@example.com"},
        ),
    ),
    case(
        "errors: some are tagged",
        lambda c: c.flows.step("64f1", "64d1").tag(["4711"], ("64t1",)),
        NOTHING,
        Sent("PUT /flows/64f1/64d1/tags", {"errorIds": ["4711"], "tagIds": ["64t1"]}),
    ),
    case(
        "errors: the tags there are",
        lambda c: list(c.tags()),
        [{"_id": "64t1"}],
        "GET /tags",
        [{"_id": "64t1"}],
    ),
    case(
        "errors: a file of the open ones",
        lambda c: c.flows.step("64f1", "64d1").open_file_urls(),
        {"signedURL": "https://files.example.com/1"},
        "GET /flows/64f1/64d1/errors/signedURL",
        ("https://files.example.com/1",),
    ),
    case(
        "errors: a file of the resolved ones",
        lambda c: c.flows.step("64f1", "64d1").resolved_file_urls(),
        {"signedURL": "https://files.example.com/1"},
        "GET /flows/64f1/64d1/resolved/signedURL",
        ("https://files.example.com/1",),
    ),
    case(
        "errors: the requests that were logged, whatever the answer calls them",
        lambda c: list(
            c.flows.step("64f1", "64d1").requests(
                status_code=422, stage="import", method="POST", since=EVENING, until=MILLISECONDS
            )
        ),
        ({"logs": [LOGGED], "nextPageURL": "/v1/flows/64f1/64d1/requests?after=1"}, [LOGGED]),
        [
            Sent(
                "GET /flows/64f1/64d1/requests?statusCode=422&stage=import&method=POST"
                f"&time_gt={MILLISECONDS}&time_lte={MILLISECONDS}"
            ),
            Sent("GET /flows/64f1/64d1/requests?after=1"),
        ],
        [LOGGED, LOGGED],
    ),
    case(
        "errors: one request that was logged",
        lambda c: c.flows.step("64f1", "64d1").request("k-1"),
        LOGGED,
        "GET /flows/64f1/64d1/requests/k-1",
        LOGGED,
    ),
]

assert datetime.fromtimestamp(MILLISECONDS / 1000, UTC) == EVENING
