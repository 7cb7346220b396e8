"""Trouble on purpose: processes are killed at a beat, the platform fails at a rate."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from workshop.services import SandboxInfo, Service

ALL_FAULTS = ("429", "500", "503", "timeout", "drop", "lost_answer", "slow")


PATIENCE = 30.0
"""At most this many seconds for a victim to begin."""


@dataclass
class Killer:
    """Kills one of some services every few seconds with SIGKILL and starts it again.

    *greeting* is what a victim logs when it begins to work; its seconds count from then on.
    Otherwise, on a busy machine it would be killed again and again before it does anything at all.
    """

    victims: Callable[[], Sequence[Service]]
    every: float
    at_most: int | None = None
    greeting: bytes = b""
    kills: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._work, name="killer", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(self.every):
            if self.at_most is not None and self.kills >= self.at_most:
                return
            victims = self.victims()
            victim = victims[self.kills % len(victims)]
            victim.kill()
            self.kills += 1
            said_before = victim.log.stat().st_size
            victim.start()
            self._await_greeting(victim.log, said_before)

    def _await_greeting(self, log: Path, said_before: int) -> None:
        end = time.monotonic() + PATIENCE
        while self.greeting not in _said(log, said_before) and time.monotonic() < end:
            if self._stop.wait(0.05):
                return


def _said(log: Path, said_before: int) -> bytes:
    """What *log* holds beyond its first *said_before* bytes."""
    with log.open("rb") as opened:
        opened.seek(said_before)
        return opened.read()


def misbehave(
    sandbox: SandboxInfo, *, rate: float, kinds: Sequence[str] = ALL_FAULTS, seed: int = 1
) -> None:
    """Make the platform answer a share *rate* of requests with one of *kinds* of fault."""
    sandbox.control(
        "faults",
        {
            "rate": rate,
            "kinds": list(kinds),
            "seed": seed,
            "slow_seconds": 0.5,
            "timeout_seconds": 2,
        },
    )


def behave(sandbox: SandboxInfo) -> None:
    """Let the platform be itself again."""
    sandbox.control("faults", {"rate": 0, "kinds": []})
