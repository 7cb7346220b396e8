"""What a rollout would do, before it exists: the sizes of its waves, and what its update changes.

Counts in the database, so that it is as quick for a large base as for a small one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Min, Window
from django.db.models.functions import RowNumber

from connector_kit.models import Connector, Installation, Release
from connector_kit.publisher.planning import plan_offline
from connector_kit.rollouts.options import DEFAULT_WAVES
from connector_kit.rollouts.order import ORDER, Lot, digest_of, in_order
from connector_kit.rollouts.selection import WHOLE_BASE, Selection
from connector_kit.rollouts.services import newest
from connector_kit.rollouts.waves import parse_waves, partition

FIRST = 20
"""Installations of a preview that are shown by name: the first to be updated."""

EXAMPLES = 3
"""Installations of each wave that `examples` names."""


@dataclass(frozen=True)
class WavePreview:
    """How many installations a wave takes, and of which kinds."""

    index: int
    label: str
    total: int
    sandboxes: int
    """Of those to update."""
    production: int
    """Of those to update."""
    skipped: int
    """Those being installed or uninstalled: they are not pushed."""
    current: int
    """Those that have the release already and are not pushed."""

    @property
    def to_update(self) -> int:
        """How many are pushed."""
        return self.sandboxes + self.production


@dataclass(frozen=True)
class Preview:
    """A rollout that has not started."""

    connector: Connector
    release: Release
    only: Selection
    waves: tuple[WavePreview, ...]
    first: tuple[Installation, ...]
    """The first of those to update, in their order."""
    digest: str = ""
    """A digest of the preview; `start_rollout` refuses to start anything else."""

    @property
    def version(self) -> str:
        """The version that the rollout would push."""
        return self.release.version

    @property
    def total(self) -> int:
        """How many installations the waves take."""
        return sum(wave.total for wave in self.waves)

    @property
    def to_update(self) -> int:
        """How many are pushed."""
        return sum(wave.to_update for wave in self.waves)

    @property
    def skipped(self) -> int:
        """How many are being installed or uninstalled."""
        return sum(wave.skipped for wave in self.waves)


@dataclass(frozen=True)
class ChangePreview:
    """What the update does to the installations that are at one release now."""

    from_version: str
    installations: int
    example: str
    """The installation whose records were compared; others may have other settings."""
    summary: dict[str, int]
    blocked: bool
    needs: tuple[str, ...] = ()
    """What their customers would need to do, in words."""


@dataclass(frozen=True)
class _Group:
    """Installations that stand together in the order of a rollout."""

    lot: int
    sandbox: bool
    count: int


def preview(
    connector: Connector,
    *,
    release: Release | None = None,
    waves: Sequence[str] = DEFAULT_WAVES,
    only: Selection = WHOLE_BASE,
) -> Preview:
    """Return what `start_rollout` would do with the same arguments, by the current records.

    Writes nothing and makes no calls. Takes three queries for the whole base, however large. Raises
    `RolloutError`.
    """
    sizes = parse_waves(waves)
    release = release or newest(connector)
    only.require_known(connector)
    base = in_order(connector, release, only)
    counted = base.order_by("lot", "-sandbox").values_list("lot", "sandbox")
    groups = [_Group(*row) for row in counted.annotate(count=Count("*"))]
    places = range(sum(group.count for group in groups))
    return Preview(
        connector=connector,
        release=release,
        only=only,
        waves=tuple(
            _wave(index, size.label, members, groups)
            for index, (size, members) in enumerate(partition(places, sizes))
        ),
        first=tuple(base.filter(lot=Lot.UPDATE).order_by("-sandbox", "pk")[:FIRST]),
        digest=digest_of(connector, release, sizes, only),
    )


def _wave(index: int, label: str, members: Sequence[int], groups: list[_Group]) -> WavePreview:
    # How many of each group are among *members*, which are places in a row of all groups.
    begin, end, start = members[0], members[-1] + 1, 0
    shares: dict[tuple[int, bool], int] = {}
    for group in groups:
        stop = start + group.count
        shares[group.lot, group.sandbox] = max(min(end, stop) - max(begin, start), 0)
        start = stop

    def count(lot: Lot, *, sandbox: bool) -> int:
        return shares.get((lot, sandbox), 0)

    return WavePreview(
        index=index,
        label=label,
        total=len(members),
        sandboxes=count(Lot.UPDATE, sandbox=True),
        production=count(Lot.UPDATE, sandbox=False),
        skipped=count(Lot.SKIP, sandbox=True) + count(Lot.SKIP, sandbox=False),
        current=count(Lot.CURRENT, sandbox=True) + count(Lot.CURRENT, sandbox=False),
    )


def examples(upcoming: Preview) -> tuple[tuple[str, ...], ...]:
    """The integration ids of the first `EXAMPLES` of each wave, in one query over the base."""
    wanted, start = [], 1
    for wave in upcoming.waves:
        wanted.append(range(start, start + min(wave.total, EXAMPLES)))
        start += wave.total
    placed = in_order(upcoming.connector, upcoming.release, upcoming.only).annotate(
        place=Window(RowNumber(), order_by=ORDER)
    )
    found = placed.filter(place__in=[place for places in wanted for place in places])
    named = dict(found.values_list("place", "integration_id"))
    return tuple(tuple(named[place] for place in places if place in named) for places in wanted)


def changes(upcoming: Preview) -> Iterator[ChangePreview]:
    """What the update does to installations of each release in use.

    Based on the records of one installation each: only a live dry run shows what customers changed
    or deleted. Raises `NotPublished`.
    """
    base = in_order(upcoming.connector, upcoming.release, upcoming.only).filter(lot=Lot.UPDATE)
    behind = base.exclude(release=None).exclude(release=upcoming.release).order_by()
    rows = behind.values("release").annotate(count=Count("*"), first=Min("pk")).order_by("first")
    counts = {row["first"]: row["count"] for row in rows}
    for key, example in sorted(Installation.objects.in_bulk(counts).items()):
        [answer] = plan_offline(upcoming.connector, [example.integration_id], upcoming.release)
        yield ChangePreview(
            from_version=example.version,
            installations=counts[key],
            example=example.integration_id,
            summary=(answer.plan or {}).get("summary", {}),
            blocked=answer.is_blocked,
            needs=tuple(need["message"] for need in (answer.plan or {}).get("needs", ())),
        )
