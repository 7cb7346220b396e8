"""The recent activity of an installation's flows: runs, and the errors of their records.

Only the account's own tokens can read jobs, so the kit reads them when a check of the installation
comes with one (protocol/http-api.md#11-jobs-job-errors-retries).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.utils import timezone

from connector_kit.documents import Document
from connector_kit.integrator import JobQuery
from connector_kit.integrator.errors import Forbidden, NotFound, Refused
from connector_kit.integrator.resources.documents import Job
from connector_kit.integrator.resources.job_states import count_of, status_of
from connector_kit.integrator.resources.usage import records_of
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
        runs = _newest(account)
        found: Document = {
            "runs": [_run(run, account) for run in runs],
            "errors": list(_errors(runs, account)),
        }
        jobs = account.client.jobs
        count_installation(work.installation, jobs, timezone.now(), names=names)
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
    known = {family["_id"]: family for family in account.client.jobs.families(_ids(newest))}
    return [known.get(job["_id"], job) for job in newest]


def _ids(jobs: list[Job]) -> list[str]:
    return [job["_id"] for job in jobs]


def _run(job: Job, account: Account) -> Document:
    return {
        "flow": _name(job.get("_flowId") or "", account),
        "status": status_of(job),
        "started_at": job.get("startedAt") or job.get("createdAt"),
        "ended_at": job.get("endedAt"),
        "success": records_of(job),
        "errors": count_of(job, "numError"),
        "ignored": count_of(job, "numIgnore"),
    }


def _errors(runs: list[Job], account: Account) -> Iterator[Document]:
    failed = [run for run in runs if count_of(run, "numError") or status_of(run) == "failed"]
    for run in failed[:FAILED_RUNS]:
        flow = _name(run.get("_flowId") or "", account)
        for step in run.get("children") or ():
            if not step.get("numError"):
                continue
            for error in islice(account.client.jobs.inline_errors(step["_id"]), ERRORS):
                yield {
                    "flow": flow,
                    "code": error.get("code") or "",
                    "message": (error.get("message") or "")[:LONGEST],
                    "source": error.get("source") or "",
                    "at": error.get("createdAt"),
                }


def _name(flow_id: str, account: Account) -> str:
    """The flow's external id; its id when the kit does not know it."""
    known = {identity: name for name, identity in account.ids.items()}
    return known.get(flow_id, flow_id)
