"""Which releases are in customers' accounts, or on their way there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from connector_kit.documents import Document
from connector_kit.models import Connector, Installation, Order, Push, Release, Rollout


@dataclass(frozen=True)
class ReleaseStanding:
    """A release, and how many *installations* have it or are being brought to it.

    *is_default* tells whether new installations get it.
    """

    release: Release
    installations: int = 0
    is_default: bool = False

    @property
    def is_live(self) -> bool:
        """Whether some installation has it or will get it, so that its functions must be served."""
        return self.is_default or self.installations > 0

    def __str__(self) -> str:
        count = self.installations
        who = [f"{count} installation{'' if count == 1 else 's'}"] if count else []
        who += ["new installations"] if self.is_default else []
        return f"{self.release.version} ({', '.join(who)})" if who else self.release.version

    def to_json(self) -> Document:
        """Return the standing as JSON."""
        return {
            "version": self.release.version,
            "digest": self.release.digest,
            "published_at": self.release.published_at,
            "installations": self.installations,
            "default": self.is_default,
            "live": self.is_live,
        }


def live_releases(connector: Connector) -> tuple[ReleaseStanding, ...]:
    """Every release of *connector* whose documents some account has or will get, oldest first.

    That is what the kit applied last, what the platform reports, the release of an order or a
    rollout, and what new installations get; embedded deployments included.
    """
    return tuple(standing for standing in reversed(standings(connector)) if standing.is_live)


def standings(connector: Connector) -> tuple[ReleaseStanding, ...]:
    """How all releases of *connector* stand, the newest first. Takes a handful of queries."""
    order = ("-published_at", "-pk")
    releases = list(
        connector.releases.select_related("connector").defer("manifest").order_by(*order)
    )
    counts = _held(connector, releases)
    installed = Installation.objects.active().filter(connector=connector)
    # Orders bring releases, and so do rollouts: open ones, and others that have begun.
    orders = Order.objects.open().writing().filter(installation__connector=connector)
    is_at_work = Q(state__in=Rollout.OPEN) | Q(pushes__state__in=Push.IN_FLIGHT)
    rollouts = Rollout.objects.filter(is_at_work, connector=connector)
    rolled_out = rollouts.values_list("release", flat=True)
    on_their_way = set(orders.values_list("release", flat=True).union(rolled_out))
    for release in releases:
        if release.pk in on_their_way:
            counts[release.pk] += installed.filter(_is_brought(release)).count()
    default = Release.objects.default(connector)
    return tuple(
        ReleaseStanding(release, counts[release.pk], release == default) for release in releases
    )


def _held(connector: Connector, releases: list[Release]) -> dict[int, int]:
    """How many installations have each of *releases*, by the kit's word or the platform's."""
    counts: dict[int, int] = defaultdict(int)
    by_version = {release.version: release.pk for release in releases}
    installed = Installation.objects.active().filter(connector=connector)
    held = installed.values_list("release", "version").annotate(count=Count("pk")).order_by()
    for applied, version, count in held:
        for key in filter(None, {applied, by_version.get(version)}):
            counts[key] += count
    return counts


def _is_brought(release: Release) -> Q:
    """Whether an installation is being brought to *release*, and has another one so far."""
    orders = Order.objects.open().writing().filter(release=release)
    waits = Q(rollout__state__in=Rollout.OPEN, state__in=Push.UNSETTLED)
    pushes = Push.objects.filter(waits | Q(state__in=Push.IN_FLIGHT), rollout__release=release)
    is_coming = Q(pk__in=orders.values("installation")) | Q(pk__in=pushes.values("installation"))
    has_it = Q(release=release) | Q(version=release.version)
    return is_coming & ~has_it
