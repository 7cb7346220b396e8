"""What the sandbox saw: a bounded log and counters. No bodies, no tokens."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import islice

from connector_kit.sandbox.http.wire import Document

REMEMBERED = 20_000
"""Entries of the log."""


@dataclass(slots=True)
class Visit:
    """One request, as far as it is known so far."""

    method: str
    path: str
    route: str = ""
    account_id: str | None = None
    token: str | None = None
    fault: str | None = None
    rate_limited: bool = False


@dataclass
class Journal:
    """Counts and remembers requests to the API, and calls of functions."""

    entries: deque[Document] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    requests: int = 0
    by_route: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    by_account: Counter[str] = field(default_factory=Counter)
    by_token: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rate_limited: int = 0
    function_calls: Counter[str] = field(default_factory=Counter)
    function_failures: Counter[str] = field(default_factory=Counter)
    pushes_in_flight_peak: int = 0
    peak_per_second: int = 0
    _seconds: dict[str, tuple[int, int]] = field(default_factory=dict)

    def note(self, visit: Visit, *, status: int, at: float, milliseconds: float) -> None:
        """Record a request that was answered (*status* 0: the connection was dropped)."""
        self.requests += 1
        self.by_route[visit.route or "unknown"] += 1
        self.by_status[str(status)] += 1
        if visit.account_id:
            self.by_account[visit.account_id] += 1
            self.by_token[visit.token or ""] += 1
            second, count = self._seconds.get(visit.account_id, (0, 0))
            count = count + 1 if second == int(at) else 1
            self._seconds[visit.account_id] = (int(at), count)
            self.peak_per_second = max(self.peak_per_second, count)
        if visit.fault:
            self.faults[visit.fault] += 1
        self.rate_limited += visit.rate_limited
        self.entries.append(
            {
                "at": at,
                "kind": "request",
                "method": visit.method,
                "path": visit.path,
                "status": status,
                "account_id": visit.account_id,
                "token": visit.token,
                "ms": round(milliseconds, 1),
                "fault": visit.fault,
            }
        )

    def note_call(
        self,
        name: str,
        integration_id: str | None,
        account_id: str,
        *,
        error: str | None,
        at: float,
        milliseconds: float,
    ) -> None:
        """Record a call of a connector's function; *error* is the code it failed with."""
        self.function_calls[name] += 1
        self.function_failures[name] += error is not None
        self.entries.append(
            {
                "at": at,
                "kind": "function",
                "function": name,
                "integration_id": integration_id,
                "account_id": account_id,
                "error": error,
                "ms": round(milliseconds, 1),
            }
        )

    def counters(self) -> Document:
        """Return all counts since the start or the last reset."""
        return {
            "requests": self.requests,
            "rate_limited": self.rate_limited,
            "faults_injected": sum(self.faults.values()),
            "faults": dict(self.faults),
            "by_route": dict(self.by_route),
            "by_status": dict(self.by_status),
            "by_account": dict(self.by_account),
            "by_token": dict(self.by_token),
            "function_calls": dict(self.function_calls),
            "function_failures": {k: n for k, n in self.function_failures.items() if n},
            "pushes_in_flight_peak": self.pushes_in_flight_peak,
            "peak_per_second": self.peak_per_second,
        }

    def log(
        self, *, limit: int, account_id: str | None = None, path: str | None = None
    ) -> list[Document]:
        """Return the newest entries, newest last, that match."""
        matching = (
            entry
            for entry in reversed(self.entries)
            if (not account_id or entry["account_id"] == account_id)
            and (not path or path in entry.get("path", ""))
        )
        return [*islice(matching, max(limit, 0))][::-1]
