"""What a rollout would be, before there is one: its waves, and what its update changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypedDict

from connector_kit.models import Connector, Release
from connector_kit.publisher.planning import plan_offline
from connector_kit.rollouts.selection import WHOLE_BASE, Selection, runs
from connector_kit.rollouts.services import DEFAULT_WAVES, in_order, is_in_between, newest
from connector_kit.rollouts.waves import parse_waves, partition

EXAMPLES = 3


class _Row(NamedTuple):
    """What of an installation decides over its place: a whole base of these is quickly read."""

    pk: int
    integration_id: str
    release_id: int | None
    version: str
    update_in_progress: bool
    mode: str
    sandbox: bool


class WavePreview(TypedDict):
    """One wave: how many installations it would push to, and the first of them."""

    index: int
    label: str
    total: int
    to_update: int
    current: int
    skipped: int
    sandboxes: int
    examples: list[str]


class ChangePreview(TypedDict):
    """What the update does to the installations that are at one release now."""

    from_version: str
    installations: int
    example: str
    """The installation whose records were compared; others may have other settings."""
    summary: dict[str, int]
    blocked: bool


class Preview(TypedDict):
    """A rollout that nobody has started."""

    version: str
    total: int
    waves: list[WavePreview]
    changes: list[ChangePreview]


def preview(
    connector: Connector,
    *,
    release: Release | None = None,
    waves: Sequence[str] = DEFAULT_WAVES,
    only: Selection = WHOLE_BASE,
) -> Preview:
    """Say what `start_rollout` would do with the same arguments. Writes and asks nothing.

    The changes go by the records, one installation for each release that is out there: what
    customers changed or deleted shows in a live dry run only. Raises `RolloutError`.
    """
    sizes = parse_waves(waves)
    release = release or newest(connector)
    rows = only.of(connector).values_list(*_Row._fields)
    base = in_order([_Row(*row) for row in rows], release)
    return Preview(
        version=release.version,
        total=len(base),
        waves=[
            _wave(index, size.label, members, release)
            for index, (size, members) in enumerate(partition(base, sizes))
        ],
        changes=list(_changes(connector, base, release)),
    )


def _wave(index: int, label: str, members: Sequence[_Row], release: Release) -> WavePreview:
    current = sum(runs(each, release) for each in members)
    skipped = sum(is_in_between(each) and not runs(each, release) for each in members)
    return WavePreview(
        index=index,
        label=label,
        total=len(members),
        to_update=len(members) - current - skipped,
        current=current,
        skipped=skipped,
        sandboxes=sum(each.sandbox for each in members),
        examples=[each.integration_id for each in members[:EXAMPLES]],
    )


def _changes(
    connector: Connector, base: Iterable[_Row], release: Release
) -> Iterator[ChangePreview]:
    examples: dict[int, _Row] = {}
    counts: Counter[int] = Counter()
    for each in base:
        if each.release_id is not None and each.release_id != release.pk:
            examples.setdefault(each.release_id, each)
            counts[each.release_id] += 1
    for release_id, example in examples.items():
        [answer] = plan_offline(connector, [example.integration_id], release)
        yield ChangePreview(
            from_version=example.version,
            installations=counts[release_id],
            example=example.integration_id,
            summary=(answer.plan or {}).get("summary", {}),
            blocked=answer.is_blocked,
        )
