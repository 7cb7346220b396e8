"""From which versions to which a rollout brings its installations, and what it wrote there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from connector_kit.models import Change, Release, Rollout
from connector_kit.rollouts.errors import RolloutError


@dataclass(frozen=True)
class Move:
    """That many *installations* go from the version *before* to the release *after*."""

    before: str
    """Empty: their version is not known."""
    after: Release
    origin: Release | None
    """The release that *before* is; None where none is recorded here."""
    installations: int


def moves_of(rollout: Rollout) -> tuple[Move, ...]:
    """The moves of *rollout* that change a version, by the version before. Three queries."""
    grouped = list(
        rollout.pushes.order_by("from_version")
        .values_list("from_version", Coalesce("release", rollout.release_id))
        .annotate(count=Count("*"))
    )
    releases = {
        release.pk: release
        for release in rollout.connector.releases.defer("manifest").select_related("connector")
    }
    by_version = {release.version: release for release in releases.values()}
    return tuple(
        Move(before, releases[after], by_version.get(before), count)
        for before, after, count in grouped
        if before != releases[after].version
    )


def written_to(rollout: Rollout, integration_id: str) -> tuple[Change, ...]:
    """What the updates of *rollout* wrote to one installation, and kept there, oldest first.

    Raises `RolloutError` when the installation is not part of the rollout.
    """
    push = rollout.pushes.filter(installation__integration_id=integration_id).first()
    if push is None:
        raise RolloutError(
            f"{integration_id} is not part of rollout {rollout.pk}. See 'installbase list' for the "
            "installations."
        )
    is_of_push = Q(operation=push.operation_id, operation__isnull=False)
    if push.order_id:
        is_of_push |= Q(operation__order=push.order_id)
    return tuple(Change.objects.filter(is_of_push).order_by("pk"))
