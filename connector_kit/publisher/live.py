"""Which releases are in customers' accounts, or on their way there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from connector_kit.models import Connector, Installation, Push, Release, Rollout


@dataclass(frozen=True)
class LiveRelease:
    """A release that so many *installations* have, or are being brought to."""

    release: Release
    installations: int = 0

    def __str__(self) -> str:
        count = self.installations
        if not count:
            return self.release.version
        noun = "installation" if count == 1 else "installations"
        return f"{self.release.version} ({count} {noun})"


def live_releases(connector: Connector) -> tuple[LiveRelease, ...]:
    """Every release of *connector* whose documents some account has or is to get, oldest first.

    That is what the kit applied last, what the platform says, and what an open rollout brings;
    embedded deployments included. Takes three queries, however many have it.
    """
    counts: dict[int, int] = defaultdict(int)
    by_version = dict(connector.releases.values_list("version", "pk"))
    installed = Installation.objects.active().filter(connector=connector)
    held = installed.values_list("release", "version").annotate(count=Count("pk")).order_by()
    for applied, version, count in held:
        for release in filter(None, {applied, by_version.get(version)}):
            counts[release] += count
    for release, count in _on_their_way(connector):
        counts[release] += count
    found = connector.releases.filter(pk__in=counts).order_by("published_at", "pk")
    return tuple(LiveRelease(release, counts[release.pk]) for release in found)


def _on_their_way(connector: Connector) -> QuerySet[Push, tuple[int, int]]:
    """Releases of open rollouts, with the number of installations that have another one so far."""
    pushes = Push.objects.filter(
        rollout__connector=connector,
        rollout__state__in=Rollout.OPEN,
        state__in=Push.UNSETTLED,
        installation__vanished_at=None,
    )
    waiting = pushes.exclude(installation__release=F("rollout__release")).exclude(
        installation__version=F("rollout__release__version")
    )
    return waiting.values_list("rollout__release").annotate(count=Count("pk")).order_by()
