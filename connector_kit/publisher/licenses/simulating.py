"""What the policy would do to the recorded licenses, or to a shop's stream, as days go by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from connector_kit.conf import kit
from connector_kit.licensing import Event, LicensingError, parse_event, policy_for
from connector_kit.licensing.fold import PolicyOf
from connector_kit.licensing.simulation import Happening, by_day, run, run_subscription
from connector_kit.models import Connector, License
from connector_kit.publisher.licenses.errors import LicenseError
from connector_kit.publisher.licenses.rows import policy_of, terms_of

BATCH = 500
NAMED = 5
"""Licenses that a day names; beyond that it only counts them."""


@dataclass
class SimulatedDay:
    """What would happen on a day: each event's count, and its first customers."""

    day: date
    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    def add(self, happening: Happening) -> None:
        """Count a happening."""
        self.counts[happening.what] += 1
        names = self.named.setdefault(happening.what, [])
        if len(names) < NAMED:
            names.append(happening.license)

    def to_json(self) -> dict[str, Any]:
        """Return the day as JSON."""
        return {"day": self.day, "counts": dict(self.counts), "licenses": self.named}


def simulate_rows(
    connector: Connector | None,
    *,
    now: datetime,
    days: int,
    progress: Callable[[int], None] | None = None,
) -> list[SimulatedDay]:
    """Run the recorded licenses (of one connector, or all) for *days* from *now*; changes nothing.

    Holds one batch of rows and one entry per day; *progress* gets the number of rows run.
    """
    until = now + timedelta(days=days)
    found: dict[date, SimulatedDay] = {}
    for done, row in enumerate(_rows(connector), start=1):
        terms = terms_of(row)
        if terms:
            name = f"#{row.pk} {row.email}"
            for happening in run(name, terms, policy_of(row), after=now, until=until):
                found.setdefault(happening.day, SimulatedDay(happening.day)).add(happening)
        if progress and done % BATCH == 0:
            progress(done)
    return [found[day] for day in sorted(found)]


def simulate_stream(events: Iterable[Event], *, days: int) -> list[SimulatedDay]:
    """Run a shop's *events* for *days* from the first; touches no record and sends nothing."""
    streams: dict[str, list[Event]] = {}
    for event in events:
        streams.setdefault(event.subscription, []).append(event)
    begin = min(
        (event.occurred_at for stream in streams.values() for event in stream), default=None
    )
    if begin is None:
        return []
    until, after = begin + timedelta(days=days), begin - timedelta(microseconds=1)

    def policies(connector: str) -> PolicyOf:
        return partial(policy_for, kit().license_policies, connector)

    happenings = [
        happening
        for stream in streams.values()
        for happening in run_subscription(stream, policies, after=after, until=until)
    ]
    simulated = []
    for day, group in by_day(sorted(happenings, key=lambda happening: happening.at)):
        simulated.append(SimulatedDay(day))
        for happening in group:
            simulated[-1].add(happening)
    return simulated


def read_stream(path: Path) -> list[Event]:
    """Read a shop's events from a JSON file, a list; raises `LicenseError` naming what is wrong."""
    try:
        read = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LicenseError(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(read, list):
        raise LicenseError(f"{path} must contain a list of events.")
    events = []
    for number, item in enumerate(read, start=1):
        entry = item if isinstance(item, dict) else {}
        try:
            event = parse_event(
                event_id=entry.get("id"),
                occurred_at=entry.get("occurred_at"),
                subscription=entry.get("subscription"),
                kind=entry.get("type"),
                data=entry.get("data"),
            )
        except LicensingError as error:
            raise LicenseError(f"{path}, event {number}: {error}") from error
        events.append(event)
    return events


def _rows(connector: Connector | None) -> Iterator[License]:
    rows = License.objects.present().exclude(ends=None).select_related("connector").order_by("pk")
    if connector:
        rows = rows.filter(connector=connector)
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        yield from batch
