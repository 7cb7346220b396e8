"""The recent activity of an installation's flows: runs, and the errors of their records.

Only the account's own tokens can read jobs, so the kit reads them when a check of the installation
comes with one (protocol/http-api.md#11-jobs-job-errors-retries).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from django.utils import timezone

from connector_kit.documents import Document
from connector_kit.integrator import JobQuery
from connector_kit.integrator.errors import Forbidden, NotFound, Refused
from connector_kit.integrator.resources.documents import Job
from connector_kit.integrator.resources.job_states import count_of, records_of, status_of
from connector_kit.lifecycle.account import Account
from connector_kit.lifecycle.operations import Work
from connector_kit.lifecycle.usage import count_installation

RUNS = 20
FAILED_RUNS = 3
"""The most runs whose errors are read; each costs one request per step."""
ERRORS = 5
"""The most errors kept per step."""
LONGEST = 300
"""The most characters kept of an error message."""


def note_activity(work: Work, account: Account) -> None:
    """Keep the newest runs and errors of the installation, as far as the token may see them.

    Usage is counted, too (`connector_kit.lifecycle.usage`).
    """
    names = {identity: name for name, identity in account.ids.items()}
    try:
        jobs = _newest(account)
        runs = [
            {
                "flow": names.get(job.get("_flowId") or "", job.get("_flowId") or ""),
                "status": status_of(job),
                "started_at": job.get("startedAt") or job.get("createdAt"),
                "ended_at": job.get("endedAt"),
                "success": records_of(job),
                "errors": count_of(job, "numError"),
                "ignored": count_of(job, "numIgnore"),
            }
            for job in jobs
        ]
        found: Document = {"runs": runs, "errors": list(_errors(jobs, account, names))}
        count_installation(work.installation, account.client.jobs, timezone.now(), names=names)
    except (Forbidden, NotFound, Refused) as refusal:
        found = {"runs": [], "errors": [], "problem": str(refusal)}
    work.installation.note(activity=found | {"seen_at": timezone.now().isoformat()})


def _newest(account: Account) -> list[Job]:
    query = JobQuery(integration_id=account.integration_id, types=["flow"])
    jobs = list(islice(account.client.jobs.list(query), 1000))
    jobs.sort(key=lambda document: document.get("createdAt") or "", reverse=True)
    newest = jobs[:RUNS]
    if not newest:
        return []
    known = {
        family["_id"]: family
        for family in account.client.jobs.families([job["_id"] for job in newest])
    }
    return [known.get(job["_id"], job) for job in newest]


def _errors(runs: list[Job], account: Account, names: Mapping[str, str]) -> Iterator[Document]:
    failed = [run for run in runs if count_of(run, "numError") or status_of(run) == "failed"]
    for run in failed[:FAILED_RUNS]:
        flow_id = run.get("_flowId") or ""
        for step in run.get("children") or ():
            if not step.get("numError"):
                continue
            for error in islice(account.client.jobs.inline_errors(step["_id"]), ERRORS):
                yield {
                    "flow": names.get(flow_id, flow_id),
                    "code": error.get("code") or "",
                    "message": (error.get("message") or "")[:LONGEST],
                    "source": error.get("source") or "",
                    "at": error.get("createdAt"),
                }
