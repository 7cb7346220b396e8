"""The endpoints of integrator.io's reference, kept as a table beside this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("endpoints.txt")


@dataclass(frozen=True)
class Endpoint:
    """One method of one path; *section* and *mark* are those of the reference."""

    section: str
    mark: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def endpoints() -> tuple[Endpoint, ...]:
    """Return every endpoint, in the reference's order; raises ValueError for one named twice."""
    found = tuple(_read(TABLE.read_text(encoding="utf-8").splitlines()))
    twice = {str(endpoint) for endpoint in found if list(map(str, found)).count(str(endpoint)) > 1}
    if twice:
        raise ValueError(f"{TABLE.name} names {', '.join(sorted(twice))} more than once.")
    return found


def _read(lines: Iterable[str]) -> Iterator[Endpoint]:
    for line in lines:
        if line.strip() and not line.startswith("#"):
            section, mark, methods, path = line.split()
            yield from (Endpoint(section, mark, part, path) for part in methods.split(","))


class Finder:
    """Finds the endpoint of a request; a literal path segment takes precedence over a variable."""

    def __init__(self, known: Iterable[Endpoint]) -> None:
        self._known = [(endpoint, endpoint.path.split("/")) for endpoint in known]

    def find(self, method: str, path: str) -> Endpoint | None:
        """Return the endpoint of a request to *path*, which has no query; None for none."""
        segments = path.split("/")
        fitting = [
            (endpoint, pattern)
            for endpoint, pattern in self._known
            if endpoint.method == method and _fits(segments, pattern)
        ]
        return max(fitting, key=lambda found: _words(found[1]))[0] if fitting else None


def _fits(segments: list[str], pattern: list[str]) -> bool:
    return len(segments) == len(pattern) and all(
        mine == theirs or _is_variable(theirs)
        for mine, theirs in zip(segments, pattern, strict=True)
    )


def _words(pattern: list[str]) -> list[bool]:
    return [not _is_variable(name) for name in pattern]


def _is_variable(segment: str) -> bool:
    return segment.startswith("{")
