"""How the publisher's connectors stand, all at a glance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from connector_kit.models import Connector, Installation, Operation, Push, Release, Rollout
from connector_kit.publisher.progress import Progress, progress_by

CONNECTORS_AT_MOST = 100


@dataclass(frozen=True)
class OpenRollout:
    """A rollout that is not at its end, and how far it is."""

    rollout: Rollout
    progress: Progress


@dataclass(frozen=True)
class ConnectorSummary:
    """One connector: its releases, and where they are installed."""

    connector: Connector
    newest: Release | None
    releases: int
    versions: Mapping[str, int]
    """Installations by version."""
    failed: int
    """Installations whose last update failed."""
    rollout: OpenRollout | None

    @property
    def installations(self) -> int:
        """All of them, whatever their version."""
        return sum(self.versions.values())

    @property
    def at_newest(self) -> int:
        """Installations at the newest release's version."""
        return self.versions.get(self.newest.version, 0) if self.newest else 0


def summaries() -> tuple[ConnectorSummary, ...]:
    """Every connector, by slug. Takes six queries, however many connectors there are."""
    connectors = Connector.objects.order_by("slug")[:CONNECTORS_AT_MOST]
    newest: dict[int, Release] = {}
    releases: Counter[int] = Counter()
    for release in Release.objects.defer("manifest").order_by("published_at", "pk"):
        newest[release.connector_id] = release
        releases[release.connector_id] += 1
    versions, failed = _installations()
    rollouts = {open_rollout.rollout.connector_id: open_rollout for open_rollout in open_rollouts()}
    return tuple(
        ConnectorSummary(
            connector=connector,
            newest=newest.get(connector.pk),
            releases=releases[connector.pk],
            versions=versions[connector.pk],
            failed=failed[connector.pk],
            rollout=rollouts.get(connector.pk),
        )
        for connector in connectors
    )


def open_rollouts() -> tuple[OpenRollout, ...]:
    """Rollouts that run or may be resumed, with their progress. Takes three queries."""
    rollouts = Rollout.objects.open().select_related("connector", "release").order_by("-pk")
    counted = Push.objects.filter(rollout__in=Rollout.objects.open().values("pk"))
    progress = progress_by("rollout", counted)
    return tuple(OpenRollout(rollout, progress.get(rollout.pk, Progress())) for rollout in rollouts)


def _installations() -> tuple[dict[int, Counter[str]], Counter[int]]:
    versions: dict[int, Counter[str]] = defaultdict(Counter)
    failed: Counter[int] = Counter()
    grouped = (
        Installation.objects.active()
        .without_children()
        .order_by("connector", "version", "update_outcome")
        .values_list("connector", "version", "update_outcome")
        .annotate(count=Count("*"))
    )
    for connector, version, outcome, count in grouped:
        versions[connector][version] += count
        failed[connector] += count if outcome == Operation.Outcome.FAILED else 0
    return versions, failed
