"""Exports that never end: the same call, answered with the same page, over and over.

The platform gives up on such an export after the sixth answer, and does not say so
(protocol/extension.md#52-wrappers-type-wrapper). Only a page that returns the state it was given
leads to the same call again, so no other page is remembered. Each process counts for itself: a
loop whose calls are spread over several processes is left to the platform.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson

MOST_ANSWERS = 5
"""Same answers in a row that the platform takes."""

_MOST_EXPORTS = 256
_IDS = ("_integrationId", "_flowId", "_exportId")


class Loops:
    """Counts, for each export, how often it has given the same answer in a row; thread-safe."""

    def __init__(self, most_exports: int = _MOST_EXPORTS) -> None:
        self._most_exports = most_exports
        self._counts: OrderedDict[tuple[Any, ...], tuple[bytes, int]] = OrderedDict()
        self._lock = threading.Lock()

    def times(self, options: Mapping[str, Any], page: Mapping[str, Any]) -> int:
        """Return how often in a row an export called with *options* has answered *page*.

        That is 0 when the call after it will be another one.
        """
        connection = options.get("connection")
        connection_id = connection.get("_id") if isinstance(connection, Mapping) else None
        export = (str(connection_id), *(str(options.get(id_)) for id_ in _IDS))
        is_over = page.get("lastPage") is True or page.get("connectionOffline") is True
        is_single = options.get("type") == "test" or "data" in options  # a lookup has one call
        is_stuck = not is_over and not is_single and page.get("state") == options.get("state")
        same = _fingerprint(options, page) if is_stuck else None
        with self._lock:
            known, count = self._counts.pop(export, (None, 0))
            if same is None:
                return 0
            count = count + 1 if known == same else 1
            self._counts[export] = same, count
            if len(self._counts) > self._most_exports:
                self._counts.popitem(last=False)
        # The state that came in was returned by an answer before, which led to this one.
        return count if options.get("state") is None else count + 1


def _fingerprint(options: Mapping[str, Any], page: Mapping[str, Any]) -> bytes | None:
    """Return what tells a call and its answer from others; the token of a call is its own."""
    call = {name: value for name, value in options.items() if name != "bearerToken"}
    try:
        text = orjson.dumps((call, page), default=repr)
    except TypeError:
        return None  # a page that cannot be text is refused as such
    return hashlib.blake2b(text, digest_size=16).digest()
