"""A cache of facts about connectors, shared by many calls."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from connector_kit.logs import Event

SECONDS = 2.0
"""How long an answer is cached: hardly any time for a person who publishes, but hundreds of calls
for a flow under load, which then query the database once."""

Found = TypeVar("Found")

log = logging.getLogger("connector_kit.extension")


class Remembering(Generic[Found]):
    """Finds things by way of *find*, and remembers each for *seconds*; not that there is none.

    What was known stays so while *find* fails: a function that is in memory needs no database.
    """

    def __init__(
        self,
        find: Callable[[str], Found | None],
        seconds: float = SECONDS,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._seconds = seconds
        self._clock = clock
        self._known: dict[str, tuple[float, Found]] = {}
        self._looking = threading.Lock()

    def __call__(self, key: str) -> Found | None:
        """Return what is known of *key*, None when there is nothing.

        Raises what finding out raises, unless it was known before.
        """
        good_until, found = self._known.get(key, (0.0, None))
        if found is None:
            return self._look(key)
        if self._clock() >= good_until and self._looking.acquire(blocking=False):
            try:
                return self._look(key)
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is not the call's
                fields = (("of", key), ("error", type(failure).__name__))
                log.warning(Event("lookUpFailed", fields))
                self._known[key] = (self._clock() + self._seconds, found)
            finally:
                self._looking.release()
        return found

    def _look(self, key: str) -> Found | None:
        found = self._find(key)
        if found is None:
            self._known.pop(key, None)
        else:
            self._known[key] = (self._clock() + self._seconds, found)
        return found
