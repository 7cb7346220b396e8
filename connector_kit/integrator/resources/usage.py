"""What was used: runs, records and errors per installation, flow and month, counted from jobs.

The platform announces a usage resource and does not describe it (protocol/README.md U34); only jobs
are available. They are kept for 30 days, so they must be counted before that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connector_kit.integrator.resources.documents import Job
from connector_kit.integrator.resources.job_query import JobQuery
from connector_kit.integrator.resources.job_states import count_of, records_of, status_of
from connector_kit.integrator.resources.jobs import Jobs

LIFETIME = timedelta(days=30)
"""How long the platform keeps jobs."""

LONGEST_LIST = 1000
"""Items after which a list may end without notice (protocol/http-api.md#11)."""

SHORTEST_SPAN = timedelta(minutes=1)

RETRIES = frozenset({"retry", "bulk_retry"})
"""Jobs whose results count towards the one that they repeat."""


@dataclass(frozen=True)
class Usage:
    """What one flow did in one month.

    *month* is ``2026-01``, in UTC, by when the job started. *flow_id* is empty for exports and
    imports that were run on their own, *integration_id* where nothing names one. *records* are what
    imports did: a record that passes two of them counts twice, and what exports and lookups handed
    on does not count, as it does in the flow job's own ``numSuccess``. *failed* and *canceled* are
    of the *runs*; those that are queued and running count too.
    """

    integration_id: str
    flow_id: str
    month: str
    runs: int = 0
    failed: int = 0
    canceled: int = 0
    records: int = 0
    ignored: int = 0
    errors: int = 0
    resolved: int = 0

    def __add__(self, other: Usage) -> Usage:
        """Return the sum of both, under the names of the first."""
        return replace(
            self, **{name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


COUNTS = ("runs", "failed", "canceled", "records", "ignored", "errors", "resolved")


def usage(jobs: Iterable[Job]) -> list[Usage]:
    """Return the totals of *jobs*, ordered by installation, flow and month.

    A run is a flow's job, or that of an export or import without one. A flow's job counts with its
    steps, given as its ``children`` or as jobs beside it, or else with its own numbers. Every job
    counts once, however often it is given; retries do not count, since their results are in the
    job that they repeat.
    """
    return _summed(one for _, one in _runs(jobs))


def usage_by_day(jobs: Iterable[Job]) -> dict[date, list[Usage]]:
    """Return what `usage` returns, for the runs of each day (UTC); without a date there is none."""
    days: dict[date, list[Usage]] = defaultdict(list)
    for job, one in _runs(jobs):
        if moment := _started(job):
            days[moment.date()].append(one)
    return {day: _summed(ones) for day, ones in days.items()}


def _runs(jobs: Iterable[Job]) -> Iterator[tuple[Job, Usage]]:
    by_id = {job["_id"]: job for job in jobs}
    steps: dict[str, list[Job]] = defaultdict(list)
    for job in by_id.values():
        if run := _run_of(job):
            steps[run].append(job)
    for job in by_id.values():
        if job.get("type") in RETRIES or job.get("_retryOfJobId") or _run_of(job):
            continue
        family = {"children": steps.get(job["_id"], ()), **job}
        status, started = status_of(family), _started(job)
        yield (
            job,
            Usage(
                integration_id=str(job.get("_integrationId") or ""),
                flow_id=str(job.get("_flowId") or ""),
                month=started.strftime("%Y-%m") if started else "",
                runs=1,
                failed=int(status == "failed"),
                canceled=int(status == "canceled"),
                records=records_of(family),
                ignored=count_of(family, "numIgnore"),
                errors=count_of(family, "numError"),
                resolved=count_of(family, "numResolved"),
            ),
        )


def _summed(ones: Iterable[Usage]) -> list[Usage]:
    total: dict[tuple[str, str, str], Usage] = {}
    for one in ones:
        place = (one.integration_id, one.flow_id, one.month)
        total[place] = total[place] + one if place in total else one
    return [total[place] for place in sorted(total)]


def by_installation(rows: Iterable[Usage]) -> list[Usage]:
    """Return *rows* with the flows of each installation added up."""
    total: dict[tuple[str, str], Usage] = {}
    for row in rows:
        place = (row.integration_id, row.month)
        one = replace(row, flow_id="")
        total[place] = total[place] + one if place in total else one
    return [total[place] for place in sorted(total)]


def jobs_between(
    jobs: Jobs, since: datetime, until: datetime, *, integration_id: str | None = None
) -> Iterator[Job]:
    """Yield the jobs that were created from *since* to *until*, some of them perhaps twice.

    A span whose list reaches the length limit is requested again in halves, as long as it is longer
    than a minute.
    """
    query = JobQuery(integration_id=integration_id, created_from=since, created_to=until)
    in_span = list(jobs.list(query))
    if len(in_span) < LONGEST_LIST or until - since <= SHORTEST_SPAN:
        yield from in_span
        return
    middle = since + (until - since) / 2
    yield from jobs_between(jobs, since, middle, integration_id=integration_id)
    yield from jobs_between(jobs, middle, until, integration_id=integration_id)


def _run_of(job: Job) -> str:
    """The flow's job to which *job* belongs, empty when it belongs to none."""
    return job.get("_flowJobId") or job.get("_parentJobId") or ""


def _started(job: Mapping[str, Any]) -> datetime | None:
    text = job.get("startedAt") or job.get("createdAt")
    if not text:
        return None
    moment = datetime.fromisoformat(str(text))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
