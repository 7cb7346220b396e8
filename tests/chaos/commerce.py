"""The example that the slow tests roll out, in both frameworks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.rotation import one_a_day
from workshop.derive import in_framework_2

_VERSIONS = ("examples.commerce.v1_0:CommerceHub", "examples.commerce.v1_1:CommerceHub")

FRAMEWORKS = (1, 2)
IN_TURN = one_a_day(FRAMEWORKS)
"""For what takes minutes: each framework every other day."""

STRICT = ("--strict-fields",)
"""The sandbox keeps what the published schemas have: no external ids of exports and scripts."""

ACCOUNTS_IN_TURN = one_a_day([(1, ()), (2, STRICT), (1, STRICT), (2, ())])
"""Each framework with the sandbox's options, on one of four days."""


def name_of_account(account: tuple[int, tuple[str, ...]]) -> str:
    """Return how pytest calls one of `ACCOUNTS_IN_TURN`."""
    framework, options = account
    return " ".join((f"framework {framework}", *options))


@dataclass(frozen=True)
class Commerce:
    """Where two versions of the connector are, in one framework."""

    framework: int
    first: str
    second: str

    @classmethod
    def declared(cls, framework: int, home: Path) -> Commerce:
        """The example in *framework*; what has to be written for it goes below *home*."""
        return cls(framework, *(declared_in(framework, version, home) for version in _VERSIONS))


def declared_in(framework: int, target: str, home: Path) -> str:
    """Return where the connector at *target*, which is of 1.0, is declared for *framework*."""
    return in_framework_2(target, home) if framework == 2 else target
