"""What one can choose about a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The options of the command and of `Sandbox`, with the values the protocol names.

    *bucket* and *rate* limit the requests per account (protocol/http-api.md#rate-limit); a bucket
    of 0 turns the limit off. *push_parallelism* is how many pushed updates run at once
    (protocol/README.md U15), *function_timeout* how many seconds a stack has to answer (U10),
    *latency* the least time in milliseconds that each answer takes. With *strict_fields*, documents
    keep only the fields that the published schemas have (protocol/platform-2026.md). With
    *applications*, the sandbox answers for the shop, the ERP, and the chat of
    `connector_kit.sandbox.applications`.
    """

    host: str = "127.0.0.1"
    port: int = 0
    accounts: int = 3
    snapshot: Path | None = None
    bucket: int = 100
    rate: float = 30.0
    retry_after: bool = True
    page_size: int = 1000
    latency: float = 0.0
    fault_rate: float = 0.0
    fault_kinds: tuple[str, ...] = ()
    seed: int | None = None
    push_parallelism: int = 20
    function_timeout: float = 300.0
    strict_fields: bool = False
    applications: bool = False

    def __post_init__(self) -> None:
        for name in ("accounts", "page_size", "push_parallelism"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.bucket > 0 and self.rate <= 0:
            raise ValueError("rate must be above 0; turn the limit off with a bucket of 0")
