"""Errors of requests for licenses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from connector_kit.errors import ConnectorKitError


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request: its *code*, the field, the way out."""

    code: str
    message: str
    field: str

    def to_json(self) -> dict[str, Any]:
        """Return the problem as an entry of ``errors`` (protocol/http-api.md#2-errors)."""
        return asdict(self)


class LicensingError(ConnectorKitError, ValueError):
    """A request that cannot be met; `problems` lists everything that is wrong with it.

    Code and field are those of the first.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems
        self.code, self.field = problems[0].code, problems[0].field
