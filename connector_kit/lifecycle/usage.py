"""Keep the usage of an installation's flows, day by day, from jobs read with any token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction

from connector_kit.integrator.resources.documents import Job
from connector_kit.integrator.resources.jobs import Jobs
from connector_kit.integrator.resources.usage import (
    COUNTS,
    LIFETIME,
    Usage,
    jobs_between,
    usage_by_day,
)
from connector_kit.models import FlowUsage, Installation

AGAIN = timedelta(days=2)
"""How far a count overlaps the previous one: runs continue, and errors are resolved."""

MOST = 20_000
"""Jobs of one integration that are read at a time; of more, the oldest are counted first."""


def count_installation(
    installation: Installation, jobs: Jobs, now: datetime, *, names: Mapping[str, str] | None = None
) -> None:
    """Count the usage of the installation's flows since the last count; *names* by flow id.

    Raises `IntegratorError` when its jobs cannot be read.
    """
    begin = now - LIFETIME
    since = max(begin, installation.usage_until - AGAIN) if installation.usage_until else begin
    found = count_integration(installation.integration_id, jobs, since, now, names=names)
    is_gapless = installation.usage_until is not None and installation.usage_until >= begin
    first = installation.usage_since if is_gapless else since
    installation.note(usage_since=first, usage_until=found)


def count_integration(
    integration_id: str,
    jobs: Jobs,
    since: datetime,
    until: datetime,
    *,
    names: Mapping[str, str] | None = None,
) -> datetime:
    """Count an integration's jobs from *since* on; returns up to when they have been counted."""
    read = jobs_between(jobs, since, until, integration_id=integration_id)
    found: list[Job] = list(islice(read, MOST))
    keep_usage(integration_id, usage_by_day(found), names or {})
    if len(found) < MOST:
        return until
    created = (str(job.get("createdAt") or job.get("startedAt")) for job in found)
    return min(until, max(map(datetime.fromisoformat, created), default=until))


@transaction.atomic
def keep_usage(
    integration_id: str, days: Mapping[date, Iterable[Usage]], names: Mapping[str, str]
) -> None:
    """Store the counts, except for days whose stored count has more runs.

    A day whose first jobs the platform has since deleted keeps its earlier count.
    """
    rows = [
        FlowUsage(
            integration_id=integration_id,
            flow_id=usage.flow_id,
            flow=names.get(usage.flow_id, "")[:200],
            day=day,
            **{name: getattr(usage, name) for name in COUNTS},
        )
        for day, usages in days.items()
        for usage in usages
    ]
    known = {
        (row.flow_id, row.day): row.runs
        for row in FlowUsage.objects.filter(integration_id=integration_id, day__in=[*days])
    }
    FlowUsage.objects.bulk_create(
        [row for row in rows if row.runs >= known.get((row.flow_id, row.day), 0)],
        update_conflicts=True,
        unique_fields=["integration_id", "flow_id", "day"],
        update_fields=["flow", *COUNTS],
    )
