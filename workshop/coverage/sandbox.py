"""What the local integrator.io does with an endpoint."""

from __future__ import annotations

from typing import Any

from connector_kit.sandbox.http.routing import split
from connector_kit.sandbox.pipeline.by_identifier import by_identifier, is_api_identifier
from connector_kit.sandbox.routes import router
from workshop.coverage.endpoints import Endpoint

NOT_THERE = "501"

_SAMPLES = {"{resourceType}": "exports", "{apiIdentifier}": "e1a2b3c4d5"}


class SandboxRoutes:
    """The sandbox's table of routes."""

    def __init__(self) -> None:
        self._table = router()

    def __getitem__(self, endpoint: Endpoint) -> str:
        """Return the handler of *endpoint*, ``501`` where there is none."""
        sample = [_SAMPLES.get(name, name) for name in split(endpoint.path)]
        match = self._table.find(endpoint.method, sample)
        handler: Any = match.target if match else None
        if is_api_identifier(sample):  # found by its form, not in the table
            handler = by_identifier
        if handler is None:
            return NOT_THERE
        return f"`{handler.__module__.partition('.sandbox.')[2]}.{handler.__name__}`"
