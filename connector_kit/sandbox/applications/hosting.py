"""All applications together: which host is whose, what goes into a snapshot, what one sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector_kit.sandbox.applications.application import API, Application
from connector_kit.sandbox.clock import Clock
from connector_kit.sandbox.connections.backends import BackendAnswer, BackendRequest
from connector_kit.sandbox.http.wire import Document, iso


class Applications:
    """Applications by host; none answers unless *is_on*."""

    def __init__(self, applications: Sequence[Application], clock: Clock, *, is_on: bool) -> None:
        self._applications, self._clock, self.is_on = applications, clock, is_on
        self.hosts = {application.host: application for application in applications}

    @property
    def changes(self) -> int:
        """A number that grows with everything worth saving."""
        return sum(application.changes for application in self._applications)

    def named(self, name: str) -> Application | None:
        """Return the application with this name, if it answers."""
        named = (item for item in self._applications if self.is_on and item.name == name)
        return next(named, None)

    def answer(self, host: str, request: BackendRequest) -> BackendAnswer:
        """Return what the application at *host* answers."""
        return self.hosts[host].answer(request, iso(self._clock.now()))

    def describe(self) -> list[Document]:
        """Return where each one is, how to log in, and how much it holds."""
        return [
            {
                "name": application.name,
                "base_uri": f"https://{application.host}/{API}",
                "login": application.login.kind,
                "header": application.login.header,
                "credentials": dict(application.login.credentials),
                "objects": {name: len(objects) for name, objects in application.data.items()},
            }
            for application in self._applications
            if self.is_on
        ]

    def saved(self) -> list[Any]:
        """Return what all of them hold, for a snapshot."""
        return [[application.name, application.data] for application in self._applications]

    def restore(self, saved: list[Any]) -> None:
        """Hold what a snapshot says."""
        known = {application.name: application for application in self._applications}
        for name, data in saved:
            if name in known:
                known[name].data.update(data)

    def expire(self, now: float) -> None:
        """Data stay until they are reset."""
