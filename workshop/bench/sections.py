"""What is measured, in this order. To add something, write a module and name it here.

A section takes the ground (or leaves it alone) and returns its figures; names are unique over all
sections. Django is set up when this is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workshop.bench import calls, flows, planning, rollout, throughput, updates
from workshop.bench.ground import Ground
from workshop.bench.report import Aim, Figures


@dataclass(frozen=True)
class Section:
    """A headline, what measures, and the aims of its figures."""

    title: str
    measure: Callable[[Ground], Figures]
    aims: dict[str, Aim] = field(default_factory=dict)


SECTIONS = (
    Section("Planning for 500 components", lambda _: planning.measure()),
    Section("Requests of an update", updates.measure),
    Section(
        "Updates without a rate limit, engine and bare loop in turns",
        throughput.measure,
        {
            "engine_to_bare": Aim(at_least=0.7),
            "engine_to_bare_at_10_ms": Aim(at_least=0.7),
            "two_processes_to_one_at_10_ms": Aim(at_least=1.8),
        },
    ),
    Section(
        "A rollout under the rate limit",
        rollout.measure,
        {
            "rollout_seconds_to_least": Aim(at_most=1.05),
            "rollout_refused_by_rate_limit": Aim(at_most=0),
        },
    ),
    Section(
        "Function calls: our stack, and the bare limit",
        lambda ground: calls.measure(ground.services.folder),
        calls.AIMS,
    ),
    Section("Records through a flow: two hooks, a mapping, an import", flows.measure, flows.AIMS),
)
