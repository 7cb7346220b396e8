"""The limit of requests per account: a leaky bucket (protocol/http-api.md#rate-limit)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Buckets:
    """One bucket of *size* per account, refilled with *rate* a second; size 0 means no limit."""

    size: int
    rate: float
    now: Callable[[], float]
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, account_id: str) -> float:
        """Take one; returns 0, or in how many seconds there will be one again."""
        if self.size <= 0:
            return 0.0
        now = self.now()
        level, since = self._levels.get(account_id, (float(self.size), now))
        level = min(float(self.size), level + (now - since) * self.rate)
        taken = level >= 1.0
        self._levels[account_id] = (level - 1.0 if taken else level, now)
        return 0.0 if taken else (1.0 - level) / self.rate

    def resize(self, size: int, rate: float) -> None:
        """Change the limit for everyone; buckets start full."""
        self.size, self.rate = size, rate
        self._levels.clear()
