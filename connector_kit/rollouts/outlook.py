"""The waves of a rollout before there is one, in numbers: as quick for a large base as for a small.

`preview` says more, and reads every installation for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Count, Q, Value, When

from connector_kit.models import Connector, Installation, Release
from connector_kit.rollouts.selection import Selection, running
from connector_kit.rollouts.services import IN_BETWEEN
from connector_kit.rollouts.waves import parse_waves, partition

FIRST = 20
"""Installations of a preview that are shown by name: the first to be updated."""


@dataclass(frozen=True)
class WaveOutlook:
    """How many installations a wave takes, and of which kinds."""

    index: int
    label: str
    total: int
    sandboxes: int
    """Of those to update."""
    production: int
    """Of those to update."""
    current: int
    """Those that have the release already and are not pushed."""


@dataclass(frozen=True)
class Outlook:
    """A rollout that nobody has started."""

    waves: tuple[WaveOutlook, ...]
    total: int
    to_update: int
    between: int
    """Of the total, those being installed or uninstalled: they are skipped."""
    first: tuple[Installation, ...]
    """The first of those to update, in their order."""


@dataclass(frozen=True)
class _Group:
    """Installations that stand together in the order of a rollout."""

    runs: bool
    sandbox: bool
    count: int


def outlook(
    connector: Connector, release: Release, waves: Sequence[str], only: Selection
) -> Outlook:
    """Return what `start_rollout` would make of the same arguments, as the records are now.

    Counts in the database and takes two queries, so that it is as quick for a large base as for a
    small one. Raises `RolloutError` for sizes that cannot be used.
    """
    sizes = parse_waves(waves)
    base = only.of(connector).annotate(
        is_current=Case(
            When(running(release), then=Value(True)), default=False, output_field=BooleanField()
        )
    )
    counted = list(
        base.order_by("is_current", "-sandbox")
        .values_list("is_current", "sandbox")
        .annotate(count=Count("*"), between=Count("pk", filter=Q(mode__in=IN_BETWEEN)))
    )
    groups = [_Group(runs, sandbox, count) for runs, sandbox, count, _ in counted]
    total = sum(each.count for each in groups)
    parted = partition(range(total), sizes)
    to_update = base.filter(is_current=False).order_by("-sandbox", "pk")
    return Outlook(
        waves=tuple(
            _wave(index, size.label, members, groups)
            for index, (size, members) in enumerate(parted)
        ),
        total=total,
        to_update=sum(each.count for each in groups if not each.runs),
        between=sum(between for runs, _, _, between in counted if not runs),
        first=tuple(to_update[:FIRST]),
    )


def _wave(index: int, label: str, members: Sequence[int], groups: list[_Group]) -> WaveOutlook:
    shares = list(_shares(members, groups))
    return WaveOutlook(
        index=index,
        label=label,
        total=len(members),
        sandboxes=sum(n for group, n in shares if group.sandbox and not group.runs),
        production=sum(n for group, n in shares if not group.sandbox and not group.runs),
        current=sum(n for group, n in shares if group.runs),
    )


def _shares(members: Sequence[int], groups: list[_Group]) -> Iterator[tuple[_Group, int]]:
    """How many of each group are among *members*, places in a row of all groups."""
    begin, end, start = members[0], members[-1] + 1, 0
    for group in groups:
        stop = start + group.count
        yield group, max(min(end, stop) - max(begin, start), 0)
        start = stop
