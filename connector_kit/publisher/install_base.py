"""Bringing the records of the install base up to date with the platform."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import CharField

from connector_kit.integrator import InstallBaseEntry
from connector_kit.lifecycle import publisher_client
from connector_kit.models import Connector, Installation
from connector_kit.models.clock import now as database_now
from connector_kit.publisher.catalogue import published_id

BATCH = 500
"""Entries that are held in memory and written at a time."""

_REPORTED = ("name", "email", "version", "update_in_progress", "sandbox", "tag")
"""What the platform's install base says of an installation."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class SyncResult:
    """What a synchronisation found: counts of installations."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    returned: int = 0
    vanished: int = 0

    def __add__(self, other: "SyncResult") -> "SyncResult":
        return SyncResult(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    def to_json(self) -> dict[str, int]:
        """Return the counts as JSON."""
        return asdict(self)


def sync_install_base(
    connector: Connector, *, progress: Callable[[SyncResult], None] | None = None
) -> SyncResult:
    """Make the records of *connector*'s installations say what the platform's install base says.

    Installations that the platform no longer names are marked as vanished, and unmarked when it
    names them again; none is deleted. Reads page by page and holds one batch at a time; *progress*
    is told the counts so far after each. A run that is cut off marks nothing as vanished.
    Children of framework 2.0 (``_parentId``) are left out, since nothing can be pushed to them
    (protocol/http-api.md#9-connectors-and-licences).
    """
    connector_id = published_id(connector)
    started, result = database_now(), SyncResult()
    with publisher_client() as client:
        entries = client.connectors.install_base(connector_id)
        for batch in batches((each for each in entries if not each.get("_parentId")), BATCH):
            result += _store(connector, batch, now=database_now())
            if progress:
                progress(result)
    return result + SyncResult(vanished=_mark_vanished(connector, before=started))


@transaction.atomic
def _store(connector: Connector, batch: list[InstallBaseEntry], *, now: datetime) -> SyncResult:
    rows = {each["_integrationId"]: _row(connector, each, now) for each in batch}
    known = Installation.objects.in_bulk(list(rows), field_name="integration_id")
    Installation.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["integration_id"],
        update_fields=[*_REPORTED, "seen_at", "vanished_at"],
    )
    return SyncResult(
        seen=len(rows),
        added=len(rows) - len(known),
        changed=sum(_reported(rows[key]) != _reported(row) for key, row in known.items()),
        returned=sum(row.vanished_at is not None for row in known.values()),
    )


def _row(connector: Connector, entry: InstallBaseEntry, now: datetime) -> Installation:
    return Installation(
        connector=connector,
        integration_id=entry["_integrationId"],
        name=_text(entry, "name"),
        email=_text(entry, "email"),
        version=_text(entry, "version"),
        update_in_progress=bool(entry.get("updateInProgress")),
        sandbox=bool(entry.get("sandbox")),
        tag=_text(entry, "tag"),
        seen_at=now,
        vanished_at=None,
    )


def _text(entry: InstallBaseEntry, name: str) -> str:
    """The entry's text as far as its column holds it."""
    column = Installation._meta.get_field(name)  # noqa: SLF001 - Django documents _meta
    length = column.max_length if isinstance(column, CharField) else None
    return str(entry.get(name) or "")[:length]


def _reported(row: Installation) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _REPORTED)


def _mark_vanished(connector: Connector, *, before: datetime) -> int:
    """Mark what was last seen *before* the run began; what was installed since stays.

    The platform's install base never names embedded deployments.
    """
    base = Installation.objects.marketplace().filter(connector=connector)
    gone = base.filter(vanished_at=None, seen_at__lt=before)
    return gone.update(vanished_at=database_now())


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield *items* in lists of *size*; the last one may be shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
