"""What cannot be licensed as it was asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a request: its *code*, the field, the way out."""

    code: str
    message: str
    field: str

    def to_json(self) -> dict[str, Any]:
        """Return the problem as an entry of ``errors`` (protocol/http-api.md#2-errors)."""
        return asdict(self)


class LicensingError(ValueError):
    """A request that cannot be met; `problems` lists everything that is wrong with it."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = problems

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code
