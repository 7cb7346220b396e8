"""How fast a process updates accounts when no rate limit holds it back.

The yardstick is a bare loop that sends the same requests with one `requests.Session`, also in one
process. Both work through twenty accounts; engine and loop take turns, and the report is the median
of the ratios of neighbors.

Two platforms are played. One answers as quickly as the sandbox can, in a fraction of a
millisecond: everything a process does between its requests shows, and the sandbox, which needs a
core itself, leaves one of two cores for all processes together. The other takes ten milliseconds
for each answer, which is quick for an API across the internet: there a second process can show
what it adds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

import requests

from connector_kit.lifecycle import find_module
from workshop.bench import bare
from workshop.bench.arithmetic import median_ratio
from workshop.bench.engine import Engine, seconds_of
from workshop.bench.ground import Ground
from workshop.bench.held import HeldCalls
from workshop.bench.report import Figures
from workshop.bench.updates import bring
from workshop.customers import Customer

UP, DOWN = "1.1.0", "1.0.0"
PROCESSES = 2

SLOW_MILLISECONDS = 10
ROUNDS, SLOW_ROUNDS = 12, 2
"""Even numbers: one and two processes take turns in going first."""


@dataclass
class Track:
    """What is run side by side: ours in some accounts, theirs in as many others."""

    ground: Ground
    held: HeldCalls
    engines: Sequence[Engine]
    tapes: Mapping[str, Sequence[bare.Call]]
    ours: list[Customer]
    theirs: list[Customer]

    def by_engines(self, count: int, version: str) -> float:
        """The requests a second with which *count* processes bring *version* to our accounts."""
        bring(self.ground, self.ours, version)
        with self.ground.held(self.held, self.ours) as calls:
            return self._rate(lambda: seconds_of(self.engines[:count], calls))

    def by_bare_loop(self, version: str) -> float:
        """The requests a second with which a bare loop does the same in their accounts."""
        filled = {
            condition.integration_id: self._filled(condition, version) for condition in self.theirs
        }
        with self.ground.held(self.held, self.theirs) as calls, requests.Session() as session:
            work = [
                (filled[call["options"]["_integrationId"]], call["options"]["bearerToken"])
                for call in calls
            ]
            return self._rate(lambda: self._loop(work, session))

    def _filled(self, customer: Customer, version: str) -> list[bare.Call]:
        ids = ids_of(customer)
        return [call.filled(ids) for call in self.tapes[version]]

    def _loop(
        self, work: Sequence[tuple[Sequence[bare.Call], str]], session: requests.Session
    ) -> float:
        began = time.perf_counter()
        for calls, token in work:
            bare.make(calls, session, self.ground.base_url, token)
        return time.perf_counter() - began

    def _rate(self, run: Callable[[], float]) -> float:
        """The requests that the platform saw during *run*, by the seconds that *run* tells."""
        self.ground.control("reset_counters", {})
        seconds = run()
        sent: int = self.ground.control("counters")["by_token"]["one_time"]
        return sent / seconds


def measure(ground: Ground) -> Figures:
    """Run both platforms' comparisons; *engine* is one process, *bare* the bare loop."""
    with ExitStack() as stack:
        held = stack.enter_context(HeldCalls())
        engines = [
            stack.enter_context(Engine(ground.services, number)) for number in range(PROCESSES)
        ]
        _, recorded, *others = ground.singles
        half = len(others) // 2
        tapes = {version: _tape(ground, held, recorded, version) for version in (UP, DOWN)}
        track = Track(ground, held, engines, tapes, others[:half], others[half:])
        _round(track, 0)  # warms up
        return {
            **_compared(track, ROUNDS, ""),
            **_compared_when_slow(track),
        }


def ids_of(customer: Customer) -> dict[str, str]:
    """The ids of the customer's documents, by external id."""
    found = {"@integration": customer.integration_id}
    for resource in ("connections", "scripts", "exports", "imports", "flows"):
        for document in customer.documents(resource):
            found[document["externalId"]] = document["_id"]
    return found


def _tape(ground: Ground, held: HeldCalls, customer: Customer, version: str) -> Sequence[bare.Call]:
    """Record the update of *customer* to *version*, run in this process."""
    known = ids_of(customer)
    bring(ground, [customer], version)
    module = find_module(ground.field.connector_id)
    assert module
    with ground.held(held, [customer]) as [call], bare.recording(ground.base_url) as tape:
        module.find(call["type"], call["function"])(call["options"])
    return tape.symbolic(known)


def _round(track: Track, number: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """The rates of one process and of the loop beside it, of two processes and of one."""
    counts = (1, PROCESSES) if number % 2 == 0 else (PROCESSES, 1)
    ours: dict[int, float] = {}
    beside: dict[int, float] = {}
    for count, version in zip(counts, (UP, DOWN), strict=True):
        ours[count] = track.by_engines(count, version)
        beside[count] = track.by_bare_loop(version)
    return (ours[1], beside[1]), (ours[PROCESSES], ours[1])


def _compared_when_slow(track: Track) -> Figures:
    track.ground.respond_after(SLOW_MILLISECONDS)
    try:
        return _compared(track, SLOW_ROUNDS, f"_at_{SLOW_MILLISECONDS}_ms")
    finally:
        track.ground.respond_after(0)


def _compared(track: Track, rounds: int, suffix: str) -> Figures:
    against_loop, against_one = zip(
        *(_round(track, number) for number in range(rounds)), strict=True
    )
    return {
        f"engine_requests_per_second{suffix}": median(ours for ours, _ in against_loop),
        f"bare_requests_per_second{suffix}": median(theirs for _, theirs in against_loop),
        f"engine_to_bare{suffix}": median_ratio(against_loop),
        f"two_processes_to_one{suffix}": median_ratio(against_one),
    }
