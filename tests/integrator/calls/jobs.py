"""Jobs, their errors, retries (protocol/http-api.md, section 11)."""

from datetime import UTC, datetime

from connector_kit.integrator.resources.job_query import JobQuery
from connector_kit.integrator.resources.jobs import JobErrors
from tests.integrator.calls.case import DONE, NOTHING, Sent, case
from tests.integrator.scripted import STORED, Reply

JOB = {"_id": "64b1", "type": "flow", "status": "completed"}
FEW = {"_id": "64b1", "numError": 1000}
MANY = {"_id": "64b1", "numError": 1001}
FAMILY = {**JOB, "children": [{"_id": "64b2", "numSuccess": 3}]}
ERROR = {"code": "422", "message": "channel_not_found", "_retryId": "6490"}
NO_SUCH = Reply(404, {"errors": [{"code": "not_found", "message": "No such route"}]})
FILE = {"signedURL": "https://files.example.com/1"}
URLS = ("https://files.example.com/1",)
BULK = {"_id": "64b9", "type": "bulk_retry"}

EVERYTHING = JobQuery(
    integration_id="64a1",
    flow_id="64f1",
    flow_ids=("64f1", "64f2"),
    export_id="64e1",
    import_id="64d1",
    flow_job_id="64b1",
    parent_job_id="64b2",
    bulk_job_id="64b3",
    statuses=("failed", "canceled"),
    types=("flow", "bulk_retry"),
    created_from=datetime(2026, 1, 5, tzinfo=UTC),
    created_to="1767225600000",
    retriable=True,
    min_success=1,
    max_success=2,
    min_export=3,
    max_export=4,
    min_ignore=5,
    max_ignore=6,
    min_error=7,
    min_resolved=8,
    hide_empty=False,
)

CASES = [
    case(
        "jobs: all of them, page after page",
        lambda c: list(c.jobs.list()),
        (Reply(200, [JOB], {"Link": '</v1/jobs?after=1>; rel="next"'}), [STORED]),
        [Sent("GET /jobs"), Sent("GET /jobs?after=1")],
        [JOB, STORED],
    ),
    case(
        "jobs: those of one type and status",
        lambda c: list(c.jobs.list(JobQuery(types=("flow",), statuses=("running",)))),
        [],
        "GET /jobs?status=running&type=flow",
        [],
    ),
    case(
        "jobs: everything that can be asked for",
        lambda c: list(c.jobs.list(EVERYTHING)),
        [JOB],
        "GET /jobs?_integrationId=64a1&_flowId=64f1&_exportId=64e1&_importId=64d1"
        "&_flowJobId=64b1&_parentJobId=64b2&_bulkJobId=64b3&retriable=true"
        "&numSuccess_gte=1&numSuccess_lte=2&numExport_gte=3&numExport_lte=4"
        "&numIgnore_gte=5&numIgnore_lte=6&numError_gte=7&numResolved_gte=8&hideEmpty=false"
        "&createdAt_gte=2026-01-05T00%3A00%3A00.000Z&createdAt_lte=1767225600000"
        "&status=failed&status=canceled"
        "&type_in%5B0%5D=flow&type_in%5B1%5D=bulk_retry"
        "&_flowId_in%5B0%5D=64f1&_flowId_in%5B1%5D=64f2",
        [JOB],
    ),
    case("jobs: one is read", lambda c: c.jobs.get("64b1"), JOB, "GET /jobs/64b1", JOB),
    case(
        "jobs: one with its children",
        lambda c: c.jobs.family("64b1"),
        FAMILY,
        "GET /jobs/64b1/family",
        FAMILY,
    ),
    case(
        "jobs: several with their children",
        lambda c: c.jobs.families(["64b1"]),
        [FAMILY],
        Sent("POST /jobs/family", ["64b1"]),
        [FAMILY],
    ),
    case(
        "jobs: one is cancelled",
        lambda c: c.jobs.cancel("64b1"),
        DONE,
        "PUT /jobs/64b1/cancel",
    ),
    case(
        "jobs: what runs now",
        lambda c: c.jobs.current(),
        [JOB],
        Sent("POST /jobs/current", {}),
        [JOB],
    ),
    case(
        "jobs: what has run",
        lambda c: c.jobs.run_stats({"flowIds": ["64f1"], "time_gt": 1, "time_lte": 2}),
        [JOB],
        Sent("POST /flows/runs/stats", {"flowIds": ["64f1"], "time_gt": 1, "time_lte": 2}),
        [JOB],
    ),
    case(
        "jobs: diagnostics",
        lambda c: c.jobs.diagnostics_urls("64b1"),
        FILE,
        "GET /jobs/64b1/diagnostics",
        URLS,
    ),
    case(
        "jobs: files",
        lambda c: c.jobs.file_urls("64b1"),
        {"signedURLs": ["https://files.example.com/1", "https://files.example.com/2"]},
        Sent("POST /jobs/64b1/files/signedURL", {}),
        ("https://files.example.com/1", "https://files.example.com/2"),
    ),
    case(
        "jobs: files are purged",
        lambda c: c.jobs.purge_files("64b1"),
        NOTHING,
        "DELETE /jobs/64b1/files",
    ),
    case(
        "job errors: a thousand are answered",
        lambda c: c.jobs.errors(FEW),
        [ERROR],
        "GET /jobs/64b1/joberrors",
        JobErrors(records=(ERROR,)),
    ),
    case(
        "job errors: the other spelling of their path",
        lambda c: c.jobs.inline_errors("64b1"),
        (NO_SUCH, [ERROR]),
        [Sent("GET /jobs/64b1/joberrors"), Sent("GET /jobs/64b1/jobErrors")],
        [ERROR],
    ),
    case(
        "job errors: more than a thousand are a file",
        lambda c: c.jobs.errors(MANY),
        FILE,
        "GET /jobs/64b1/errorFile/signedURL",
        JobErrors(file_urls=URLS),
    ),
    case(
        "job errors: those of a cancelled job whose children are still ending",
        lambda c: c.jobs.errors({**MANY, "status": "cancelled"}),
        NOTHING,
        "GET /jobs/64b1/errorFile/signedURL",
        JobErrors(pending=True),
    ),
    case(
        "job errors: several files",
        lambda c: c.jobs.error_file_urls("64b1"),
        {"signedURLs": ["https://files.example.com/1"]},
        "GET /jobs/64b1/errorFile/signedURL",
        URLS,
    ),
    case(
        "job errors: as today's error management has them",
        lambda c: list(c.jobs.error_records("64b1")),
        {"errors": [{"errorId": "4711"}]},
        "GET /jobs/64b1/errors",
        [{"errorId": "4711"}],
    ),
    case(
        "job errors: all of a job are resolved",
        lambda c: c.jobs.resolve_errors("64b1"),
        DONE,
        "PUT /jobs/64b1/joberrors/resolve",
    ),
    case(
        "job errors: one is resolved",
        lambda c: c.jobs.resolve_error("64b1", "4711"),
        Reply(201),
        "PUT /jobs/64b1/joberrors/4711/resolve",
    ),
    case(
        "retries: a failed job",
        lambda c: c.jobs.retry("64b1"),
        JOB,
        "POST /jobs/64b1/retry",
        JOB,
    ),
    case(
        "retries: one record",
        lambda c: c.jobs.retry_record("64b1", "6490"),
        NOTHING,
        "POST /jobs/64b1/retries/6490/retry",
        {},
    ),
    case(
        "retries: several records",
        lambda c: c.jobs.retry_records("64b1", ("6490", "6491")),
        JOB,
        Sent("PUT /jobs/64b1/retries/retry", ["6490", "6491"]),
        JOB,
    ),
    case(
        "retries: several records, as the platform's own client asks for them",
        lambda c: c.jobs.retry_records("64b1", ["6490"]),
        (NO_SUCH, JOB),
        [
            Sent("PUT /jobs/64b1/retries/retry", ["6490"]),
            Sent("POST /jobs/64b1/retries/retry", ["6490"]),
        ],
        JOB,
    ),
    case(
        "retries: jobs in bulk",
        lambda c: c.jobs.retry_jobs(["64b1", "64b2"]),
        BULK,
        Sent("PUT /jobs/retry", ["64b1", "64b2"]),
        BULK,
    ),
    case(
        "retries: flows in bulk",
        lambda c: c.jobs.retry_flows(["64f1"]),
        BULK,
        Sent("PUT /flows/jobs/retry", ["64f1"]),
        BULK,
    ),
    case(
        "retries: an integration",
        lambda c: c.jobs.retry_integration("64a1"),
        BULK,
        "PUT /integrations/64a1/jobs/retry",
        BULK,
    ),
    case(
        "retries: a job is left at that",
        lambda c: c.jobs.resolve("64b1"),
        DONE,
        "PUT /jobs/64b1/resolve",
    ),
    case(
        "retries: jobs are left at that",
        lambda c: c.jobs.resolve_jobs(["64b1"]),
        DONE,
        Sent("PUT /jobs/resolve", ["64b1"]),
    ),
    case(
        "retries: flows are left at that",
        lambda c: c.jobs.resolve_flows(["64f1"]),
        DONE,
        Sent("PUT /flows/jobs/resolve", ["64f1"]),
    ),
    case(
        "retries: an integration is left at that",
        lambda c: c.jobs.resolve_integration("64a1"),
        DONE,
        "PUT /integrations/64a1/jobs/resolve",
    ),
    case(
        "retries: what can be retried",
        lambda c: list(c.retries.list(job_id="64b1")),
        [STORED],
        "GET /retries?_jobId=64b1",
        [STORED],
    ),
    case(
        "retries: one is made",
        lambda c: c.retries.create({"_jobId": "64b1", "type": "object"}),
        Reply(201, STORED),
        Sent("POST /retries", {"_jobId": "64b1", "type": "object"}),
        STORED,
    ),
    case(
        "retries: the record that will be retried",
        lambda c: c.retries.data("6490"),
        [1, 2],
        "GET /retries/6490/data",
        [1, 2],
    ),
    case(
        "retries: the record is corrected",
        lambda c: c.retries.replace_data("6490", [1, 3]),
        DONE,
        Sent("PUT /retries/6490/data", [1, 3]),
    ),
    case(
        "retries: a file of the record",
        lambda c: c.retries.file_urls("6490"),
        FILE,
        "GET /retries/6490/signedURL",
        URLS,
    ),
    case(
        "jobs: one is made, as an early edition has it",
        lambda c: c.resource("jobs").create({"type": "flow"}),
        Reply(201, JOB),
        Sent("POST /jobs", {"type": "flow"}),
        JOB,
    ),
    case(
        "jobs: one is replaced, as an early edition has it",
        lambda c: c.resource("jobs").update("64b1", JOB),
        JOB,
        Sent("PUT /jobs/64b1", JOB),
        JOB,
    ),
    case(
        "jobs: one is deleted, as an early edition has it",
        lambda c: c.resource("jobs").delete("64b1"),
        NOTHING,
        "DELETE /jobs/64b1",
    ),
]
