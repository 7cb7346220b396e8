"""Misbehaviour on demand: a share of the requests goes wrong, in chosen ways."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BEFORE = ("429", "500", "503", "timeout", "drop")
"""Faults that happen instead of the request: it is never executed."""
KINDS = (*BEFORE, "lost_answer", "slow")
"""``lost_answer`` executes a write, then drops the connection; ``slow`` only takes its time."""
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Faults:
    """Which requests go wrong, how often and how.

    *rate* is the share (0 to 1) of the requests that match *paths* (a regular expression),
    *accounts* and *methods* (empty: all). *stack_rate* is the share of the calls to a stack that
    the platform gives up after *hang_up_seconds*, while the function still runs.
    """

    rate: float = 0.0
    kinds: tuple[str, ...] = KINDS
    seed: int | None = None
    slow_seconds: float = 1.0
    timeout_seconds: float = 5.0
    paths: str = ""
    accounts: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    stack_rate: float = 0.0
    hang_up_seconds: float = 0.05

    def __post_init__(self) -> None:
        unknown = sorted(set(self.kinds) - set(KINDS))
        if unknown:
            raise ValueError(f"unknown fault kinds {unknown}; there are {', '.join(KINDS)}")
        for name in ("rate", "stack_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share between 0 and 1")
        for name in ("slow_seconds", "timeout_seconds", "hang_up_seconds"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        try:
            re.compile(self.paths)
        except re.error as error:
            raise ValueError(f"paths is no regular expression: {error}") from error

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Faults:
        """Read what a control request says; raises ValueError or TypeError when it is nonsense."""
        return cls(**{name: _frozen(value) for name, value in told.items()})


def _frozen(value: Any) -> Any:
    return tuple(str(each) for each in value) if isinstance(value, list) else value


class Misfortune:
    """Draws the faults; with a seed it draws the same ones each time."""

    def __init__(self, faults: Faults) -> None:
        self.set(faults)

    def set(self, faults: Faults) -> None:
        """Misbehave like *faults* from now on."""
        self.faults = faults
        self._random = random.Random(faults.seed)  # noqa: S311 - chaos, not cryptography
        self._paths = re.compile(faults.paths)

    def strikes(self, method: str, path: str, account_id: str) -> str | None:
        """Return the kind of fault this request meets, mostly none."""
        faults = self.faults
        if not (faults.rate and faults.kinds) or not self._concerns(method, path, account_id):
            return None
        if self._random.random() >= faults.rate:
            return None
        kind = self._random.choice(faults.kinds)
        return "drop" if kind == "lost_answer" and method not in WRITES else kind

    def hangs_up(self) -> bool:
        """Whether the platform gives up on this call to a stack."""
        return self._random.random() < self.faults.stack_rate

    def _concerns(self, method: str, path: str, account_id: str) -> bool:
        faults = self.faults
        return (
            (not faults.methods or method in faults.methods)
            and (not faults.accounts or account_id in faults.accounts)
            and self._paths.search(path) is not None
        )
