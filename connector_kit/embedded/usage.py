"""Usage of all accounts: the publisher's own, embedded ones, and the install base.

The first two are read on request, since their tokens are stored. Customers' accounts are open only
during a function call: their jobs are counted when a dry run comes with a token
(`connector_kit.lifecycle.activity`). Counts are kept by day.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from connector_kit.conf import kit
from connector_kit.embedded.accounts import account_client
from connector_kit.errors import ConnectorKitError
from connector_kit.integrator.resources.usage import COUNTS, LIFETIME
from connector_kit.lifecycle import publisher_client
from connector_kit.lifecycle.errors import code_of
from connector_kit.lifecycle.usage import count_installation, count_integration
from connector_kit.models import EmbeddedAccount, FlowUsage, Installation, License
from connector_kit.models.clock import now as database_now
from connector_kit.models.installations import PENDING

PATIENCE = 60.0
"""The most seconds for reading embedded accounts, one after the other."""

PAGE = 1000
"""Integrations of a page."""


@dataclass(frozen=True)
class Unasked:
    """An account whose jobs could not be read, and why."""

    account: str
    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class UsageRow:
    """The usage of one integration, or of one of its flows, in one month.

    *source* is ``own`` (the publisher's account), ``embedded`` or ``marketplace``; *owner* the
    customer's address, or the end user of a deployment; *license_id* the license it uses.
    """

    integration_id: str
    flow_id: str
    flow: str
    month: str
    runs: int
    failed: int
    canceled: int
    records: int
    ignored: int
    errors: int
    resolved: int
    source: str = "own"
    connector: str = ""
    owner: str = ""
    license_id: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class EnabledFlows:
    """What the platform bills a license for: the enabled flows in one of its environments.

    *environment* is ``production`` or ``sandbox``; *license_id* is empty for installations without
    a license on record, such as deployments.
    """

    license_id: str
    environment: str
    connector: str
    owner: str
    installations: int
    flows: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Coverage:
    """For how many installations there is data, and how old it is."""

    installations: int
    never_counted: int
    oldest_count: datetime | None
    """When the installation with the oldest count was counted."""

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON."""
        return asdict(self)


@dataclass(frozen=True)
class UsageReport:
    """A page of usage; *next_after* is for the next one, None on the last."""

    rows: tuple[UsageRow, ...]
    next_after: str | None
    coverage: Coverage
    unasked: tuple[Unasked, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON; empty entries are left out."""
        unasked = [unasked.to_json() for unasked in self.unasked]
        return {
            "usage": [row.to_json() for row in self.rows],
            **({"next_after": self.next_after} if self.next_after else {}),
            **({"coverage": self.coverage.to_json()} if self.coverage.installations else {}),
            **({"unasked": unasked} if unasked else {}),
        }


@dataclass(frozen=True)
class UsageQuery:
    """A query: days from *since* to *until*, by default all on record.

    Only of these *integrations*, if any are named; with *by_flow*, each flow has its own row.
    """

    since: datetime | None = None
    until: datetime | None = None
    integrations: Sequence[str] | None = None
    by_flow: bool = False
    after: str = ""
    limit: int = PAGE


def usage_report(query: UsageQuery, *, seconds: float = PATIENCE) -> UsageReport:
    """Read every account that can be read, and return what is known of all of them.

    An embedded account that cannot be read is named, and its earlier counts are shown. A publisher
    with embedded accounts needs no token of its own account. Raises `LifecycleError` or
    `IntegratorError` when the publisher's own account cannot be read.
    """
    now = database_now()
    if kit().token or not EmbeddedAccount.objects.exclude(token="").exists():
        count_own(query, now)
    unasked = count_embedded(query, now, deadline=time.monotonic() + seconds)
    matching = FlowUsage.objects.all()
    if query.since:
        matching = matching.filter(day__gte=query.since.date())
    if query.until:  # what begins with that moment is not meant
        matching = matching.filter(day__lte=(query.until - timedelta(microseconds=1)).date())
    if query.integrations is not None:
        matching = matching.filter(integration_id__in=query.integrations)
    keys = matching.filter(integration_id__gt=query.after).order_by("integration_id")
    ids = list(keys.values_list("integration_id", flat=True).distinct()[: query.limit + 1])
    page = ids[: query.limit]
    present = Installation.objects.active().exclude(integration_id__startswith=PENDING)
    return UsageReport(
        rows=tuple(_rows(matching.filter(integration_id__in=page), by_flow=query.by_flow)),
        next_after=page[-1] if len(ids) > query.limit else None,
        coverage=coverage_of(present),
        unasked=unasked,
    )


def enabled_flows(integrations: Sequence[str] | None = None) -> list[EnabledFlows]:
    """Return the enabled flows of each license and environment, as the kit last saw them.

    Only of these *integrations*, if any are named. A store of framework 2.0 counts for its own
    license.
    """
    found = Installation.objects.active().exclude(integration_id__startswith=PENDING)
    if integrations is not None:
        found = found.filter(integration_id__in=integrations)
    licenses = dict(License.objects.present().values_list("integration_id", "license_id"))
    counts: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for row in found.select_related("connector").order_by("connector__slug", "pk"):
        license_id = licenses.get(row.integration_id) or ""
        whose = (license_id, row.environment, row.connector.slug, row.end_user or row.email)
        counts[whose].append(sum(not flow.get("disabled") for flow in row.flows.values()))
    return [
        EnabledFlows(*whose, installations=len(flows), flows=sum(flows))
        for whose, flows in counts.items()
    ]


def count_own(query: UsageQuery, now: datetime) -> None:
    """Count the usage of the integrations in the publisher's own account."""
    until = query.until or now
    since = query.since or until - LIFETIME
    with publisher_client() as client:
        named = query.integrations
        if named is None:
            named = [
                integration["_id"] for integration in client.integrations.list(exclude="settings")
            ]
        for integration_id in named:
            count_integration(integration_id, client.jobs, since, until)


def count_embedded(query: UsageQuery, now: datetime, *, deadline: float) -> tuple[Unasked, ...]:
    """Count the usage of deployments by account; return accounts that could not be read."""
    unasked = []
    for account in EmbeddedAccount.objects.exclude(token="").order_by("name"):
        there = account.installations.active().exclude(integration_id__startswith=PENDING)
        if query.integrations is not None:
            there = there.filter(integration_id__in=query.integrations)
        if time.monotonic() >= deadline:
            unasked.append(Unasked(account.name, "out_of_time", _OUT_OF_TIME))
        elif failure := _count_account(account, there, now):
            unasked.append(failure)
    return tuple(unasked)


_OUT_OF_TIME = "There was not enough time to read it. Try again, or select fewer integrations."


def _count_account(
    account: EmbeddedAccount, deployments: QuerySet[Installation], now: datetime
) -> Unasked | None:
    if not deployments.exists():
        return None
    try:
        with account_client(account) as client:
            for deployment in deployments.prefetch_related("components"):
                names = {
                    component.resource_id: component.external_id
                    for component in deployment.components.all()
                    if component.resource == "flows"
                }
                count_installation(deployment, client.jobs, now, names=names)
    except ConnectorKitError as error:
        return Unasked(account.name, code_of(error), str(error))
    return None


def coverage_of(installations: QuerySet[Installation]) -> Coverage:
    """Return for how many of *installations* there is data."""
    found = installations.aggregate(
        all=Count("pk"),
        never=Count("pk", filter=Q(usage_until=None)),
        oldest=Min("usage_until"),
    )
    return Coverage(found["all"], found["never"], found["oldest"])


def _rows(matching: QuerySet[FlowUsage], *, by_flow: bool) -> Iterable[UsageRow]:
    places = ("integration_id", *(("flow_id", "flow") if by_flow else ()))
    counted = (
        matching.annotate(month=TruncMonth("day"))
        .values(*places, "month")
        .annotate(**{f"sum_{name}": Sum(name) for name in COUNTS})
        .order_by(*places, "month")
    )
    groups = list(counted)
    owners = _owners_of({group["integration_id"] for group in groups})
    for group in groups:
        owner: dict[str, Any] = owners.get(group["integration_id"], {})
        yield UsageRow(
            integration_id=group["integration_id"],
            flow_id=group.get("flow_id", ""),
            flow=group.get("flow", ""),
            month=f"{group['month']:%Y-%m}",
            **{name: group[f"sum_{name}"] for name in COUNTS},
            **owner,
        )


def _owners_of(ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """The owners of the integrations, as far as recorded."""
    licenses = dict(
        License.objects.present()
        .filter(integration_id__in=ids, parent=None)
        .values_list("integration_id", "license_id")
    )
    rows = Installation.objects.filter(integration_id__in=ids).select_related("connector")
    return {
        row.integration_id: {
            "source": "embedded" if row.embedded_account_id else "marketplace",
            "connector": row.connector.slug,
            "owner": row.end_user or row.email,
            "license_id": licenses.get(row.integration_id) or "",
        }
        for row in rows
    }
