"""Bringing the records of the install base up to date with the platform."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction

from connector_kit.integrator import Client, InstallBaseEntry
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, Installation
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.actions import THE_KIT, Actor, record_action
from connector_kit.publisher.catalog import published_id
from connector_kit.publisher.errors import InstallBaseShrunk
from connector_kit.publisher.reported import Oddity, Reported, reported

BATCH = 500
"""Entries that are held in memory and written at once."""

FEW = 3
"""Fewer installations than this may vanish from one sync to the next, if any are left."""

_REPORTED = ("name", "email", "version", "update_in_progress", "sandbox", "tag")
"""What the platform's install base says of an installation."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class SyncResult:
    """What a synchronization found: counts of installations, and malformed entries.

    *unusable* entries name no installation; others are recorded without their malformed parts.
    """

    seen: int = 0
    added: int = 0
    changed: int = 0
    returned: int = 0
    vanished: int = 0
    unusable: int = 0
    oddities: tuple[Oddity, ...] = ()

    def __add__(self, other: "SyncResult") -> "SyncResult":
        return SyncResult(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )

    @property
    def counts(self) -> dict[str, int]:
        """How many installations there are of each kind."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "oddities"
        }

    def to_json(self) -> dict[str, Any]:
        """Return counts and oddities as JSON."""
        return {**self.counts, "oddities": [oddity.to_json() for oddity in self.oddities]}


def sync_install_base(
    connector: Connector,
    *,
    progress: Callable[[SyncResult], None] | None = None,
    accept_vanished: bool = False,
    by: Actor = THE_KIT,
) -> SyncResult:
    """Update the records of *connector*'s installations from the platform's install base.

    Installations that the platform no longer names are marked as vanished, and unmarked when it
    names them again; none is deleted. Reads page by page and holds one batch at a time; *progress*
    gets the counts so far after each. A run that is cut off marks nothing as vanished. A malformed
    entry is named in the result, and does not stop the others. Children of framework 2.0 are
    recorded with their parent (``_parentId``, protocol/http-api.md#9-connectors-and-licences).

    A second, complete reading checks what is missing. Raises `InstallBaseShrunk` when so much is
    missing that the listing is not plausible, unless *accept_vanished*: by then, what was listed is
    recorded, and nothing is marked.
    """
    connector_id = published_id(connector)
    started, result = database_now(), SyncResult()
    with publisher_client() as client:
        for batch in batches(client.connectors.install_base(connector_id), BATCH):
            result += _store(connector, batch, now=database_now())
            if progress:
                progress(result)
        # The platform's install base never names embedded deployments.
        recorded = Installation.objects.marketplace().filter(connector=connector, vanished_at=None)
        unseen = recorded.filter(seen_at__lt=started)
        missing = set(unseen.values_list("integration_id", flat=True))
        if not accept_vanished:
            _refuse_to_believe(connector, missing=len(missing), listed=result.seen)
        known = result.seen + len(missing)
        if missing:
            missing, listed = _look_again(client, connector_id, missing)
            if not accept_vanished:
                _refuse_to_believe(connector, missing=known - listed, listed=listed)
    now, present = database_now(), connector.installations.filter(vanished_at=None)
    for ids in batches(sorted(missing), BATCH):
        vanished = present.filter(integration_id__in=ids).update(vanished_at=now)
        result += SyncResult(vanished=vanished)
    record_action(by, "installbase.sync", f"connector/{connector.slug}", after=result.counts)
    return result


def still_missing(client: Client, connector_id: str, integration_ids: Iterable[str]) -> set[str]:
    """Return which of *integration_ids* are also missing from a second complete reading.

    Pages are counted, not marked: when a customer uninstalls between two of them, the first entry
    of the next one is missed. The platform does not let a publisher look up a single installation,
    so one counts as absent when two separate readings lack it. An empty reading proves nothing.
    Without ids nothing is read.
    """
    ids = set(integration_ids)
    if not ids:
        return set()
    missing, listed = _look_again(client, connector_id, ids)
    return missing if listed else set()


def _look_again(client: Client, connector_id: str, ids: Set[str]) -> tuple[set[str], int]:
    """Read the install base again; return which of *ids* it lacks, and how many it lists."""
    missing, listed = set(ids), 0
    for entry in client.connectors.install_base(connector_id):
        missing.discard(reported(entry).integration_id)
        listed += 1
    return missing, listed


def _refuse_to_believe(connector: Connector, *, missing: int, listed: int) -> None:
    is_doubtful = missing > listed if missing >= FEW else missing > 0 and not listed
    if not is_doubtful:
        return
    raise InstallBaseShrunk(
        f"The platform lists {listed} installations of {connector.slug}, but {missing} recorded "
        "ones are missing. None was marked as vanished. Check the install base in integrator.io. "
        f"If they are gone, run 'connector-kit installbase sync {connector.slug} "
        "--accept-vanished'."
    )


@transaction.atomic
def _store(connector: Connector, batch: list[InstallBaseEntry], *, now: datetime) -> SyncResult:
    entries = [reported(entry) for entry in batch]
    usable = [entry for entry in entries if entry.integration_id]
    rows = {
        entry.integration_id: Installation(
            connector=connector,
            integration_id=entry.integration_id,
            name=entry.values["name"],
            email=entry.values["email"],
            version=entry.values["version"],
            update_in_progress=entry.values["updateInProgress"],
            sandbox=entry.values["sandbox"],
            tag=entry.values["tag"],
            seen_at=now,
            vanished_at=None,
        )
        for entry in usable
    }
    known = Installation.objects.in_bulk(list(rows), field_name="integration_id")
    Installation.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["integration_id"],
        update_fields=[*_REPORTED, "seen_at", "vanished_at"],
    )
    _store_parents(connector, usable)
    return SyncResult(
        seen=len(rows),
        added=len(rows) - len(known),
        changed=sum(_reported(rows[key]) != _reported(row) for key, row in known.items()),
        returned=sum(row.vanished_at is not None for row in known.values()),
        unusable=len(entries) - len(usable),
        oddities=tuple(oddity for entry in entries for oddity in entry.oddities),
    )


def _store_parents(connector: Connector, entries: Iterable[Reported]) -> None:
    """Record whose children the *entries* are; a parent may be on a later page."""
    children: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if parent_id := entry.values["_parentId"]:
            children[parent_id].append(entry.integration_id)
    Installation.objects.bulk_create(
        [Installation(connector=connector, integration_id=parent_id) for parent_id in children],
        ignore_conflicts=True,
    )
    parents = Installation.objects.in_bulk(list(children), field_name="integration_id")
    for parent_id, ids in children.items():
        rows = connector.installations.filter(integration_id__in=ids)
        rows.exclude(parent=parents[parent_id]).update(parent=parents[parent_id])


def _reported(row: Installation) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _REPORTED)


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield *items* in lists of *size*; the last one may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
