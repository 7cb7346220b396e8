"""Which client method serves which endpoint: found out by making every call of the tests' table."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connector_kit.integrator import Client, NoThrottle
from connector_kit.integrator.errors import IntegratorError
from connector_kit.integrator.resources.route import Route
from workshop.coverage.endpoints import Endpoint, Finder

TESTS = "tests/integrator/test_calls.py"


@dataclass(frozen=True)
class Use:
    """A client method that was seen to call an endpoint, and the test that showed it."""

    endpoint: Endpoint
    method: str
    test: str


@dataclass(frozen=True)
class Exercise:
    """What the calls did.

    *uses* are requests to endpoints of the reference, *beside* are those to other endpoints,
    *problems* describe calls that the tests did not expect.
    """

    uses: tuple[Use, ...]
    beside: tuple[str, ...]
    problems: tuple[str, ...]

    def of(self, endpoint: Endpoint) -> list[Use]:
        """Return the uses of *endpoint*."""
        return [use for use in self.uses if use.endpoint == endpoint]


class Overheard:
    """Wraps a client, or a part of one, and notes which of its methods are called."""

    def __init__(self, thing: Any, name: str, noted: list[str]) -> None:
        self._thing = thing
        self._name = name
        self._noted = noted

    def __getattr__(self, name: str) -> Any:
        return self._next(getattr(self._thing, name), f"{self._name}.{name}".lstrip("."))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the thing, note it, and overhear the part of the client that it returns."""
        result = self._thing(*args, **kwargs)
        if isinstance(result, Route):
            return Overheard(result, f"{self._name}({self._shown(args)})", self._noted)
        self._noted.append(self._name)
        return result

    def _shown(self, args: tuple[Any, ...]) -> str:
        if self._name == "resource":
            return f'"{args[0]}"'
        return "…" if args else ""

    def _next(self, thing: Any, name: str) -> Any:
        is_part = isinstance(thing, Route) or callable(thing)
        return Overheard(thing, name, self._noted) if is_part else thing


def exercise(known: Iterable[Endpoint]) -> Exercise:
    """Make every call of the table against a scripted platform, and return what was seen."""
    calls = importlib.import_module("tests.integrator.calls")
    scripted = importlib.import_module("tests.integrator.scripted")
    finder = Finder(known)
    uses: list[Use] = []
    beside: list[str] = []
    problems: list[str] = []
    with (
        scripted.scripted_platform() as platform,
        Client("coverage", base_url=platform.base_url, throttle=NoThrottle()) as client,
    ):
        for case in calls.CASES:
            noted: list[str] = []
            try:
                case.check(Overheard(client, "", noted), platform)
            except (AssertionError, IntegratorError) as wrong:
                problems.append(f"The test {case.name!r} fails: {wrong}")
                continue
            for request in platform.received:
                endpoint = finder.find(request.method, _path(request.path))
                if endpoint is None:
                    beside.append(request.line)
                else:
                    uses.append(Use(endpoint, noted[-1], case.name))
    return Exercise(tuple(uses), tuple(beside), tuple(problems))


def _path(line: str) -> str:
    return line.partition("?")[0].removeprefix("/v1")
