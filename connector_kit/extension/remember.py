"""Finding a connector's functions once for many calls."""

import time
from collections.abc import Callable

from connector_kit.extension.registry import FindModule, FunctionModule

SECONDS = 2.0
"""How long a module is good for: next to nothing for a person who publishes, and hundreds of
calls for a flow under load, which then ask the database once."""


class Remembering:
    """Finds modules by way of *find*, and remembers each for *seconds*; not that there is none."""

    def __init__(
        self,
        find: FindModule,
        seconds: float = SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, tuple[float, FunctionModule]] = {}

    def __call__(self, connector_id: str) -> FunctionModule | None:
        """Return the module of the connector *connector_id*, None when it is not served here."""
        good_until, module = self._known.get(connector_id, (0.0, None))
        if module is None or self._clock() >= good_until:
            module = self._find(connector_id)
            if module is not None:
                self._known[connector_id] = (self._clock() + self._seconds, module)
        return module
