"""What a function process does with its calls while recording is on, and otherwise does not."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector_kit.extension.answers import Answer
from connector_kit.extension.bodies import RawCall, parse_body
from connector_kit.extension.calls import FunctionCall
from connector_kit.extension.recording.redacting import without_secrets
from connector_kit.extension.recording.samples import Sample
from connector_kit.extension.recording.switch import Recording, recording
from connector_kit.home import home_of
from connector_kit.integrator.transport.wire import loads
from connector_kit.logs import Event

log = logging.getLogger("connector_kit.extension")

LOOK_EVERY = 1.0
"""Seconds between two looks at the switch."""

_NO_FUNCTION = frozenset({"object_not_found", "invalid_function"})
_RECORDED_FIELDS = ("diy", "_connectorId", "type", "function", "options", "maxResponseSize")


class Recorder:
    """Keeps samples of calls while the switch in *home* is on; never harms a call.

    *clock* tells the time, *ticks* seconds that only ever grow.
    """

    def __init__(
        self,
        home: Path,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._clock = clock
        self._ticks = ticks
        self._look_at = 0.0
        self._recording: Recording | None = None
        self._full: set[tuple[object, ...]] = set()

    @classmethod
    def of_this_server(cls) -> Recorder:
        """Return the recorder of the home folder that the environment names."""
        return cls(home_of(os.environ))

    def __call__(self, raw: RawCall, call: FunctionCall | None, answer: Answer) -> None:
        """Keep *raw*, which made *call*, and its *answer*, if that is wanted."""
        if self._ticks() >= self._look_at:
            self._look()
        what = self._recording
        if what is not None and call is not None:
            try:
                self._consider(what, raw, call, answer)
            except Exception as failure:  # noqa: BLE001 - whatever it is, the call goes on
                log.warning(Event("sampleNotKept", [("error", type(failure).__name__)]))
                self._recording = None  # until the next look, rather than a line for every call

    def _look(self) -> None:
        self._look_at = self._ticks() + LOOK_EVERY
        try:
            found = recording(self._home, self._clock())
        except (ValueError, OSError) as failure:
            log.warning(Event("recordingSwitchUnreadable", [("error", type(failure).__name__)]))
            found = None
        if found != self._recording:
            self._recording, self._full = found, set()

    def _consider(self, what: Recording, raw: RawCall, call: FunctionCall, answer: Answer) -> None:
        kind = (call.diy, call.connector_id, call.type, call.function, answer.status)
        if not what.wants(call) or kind in self._full or answer.status not in (200, 422):
            return
        size = len(raw.body) + len(answer.body)
        if size > what.most_bytes:
            log.info(Event("sampleNotKept", [("function", call.function), ("bytes", size)]))
            return
        body = parse_body(raw.body)  # once more: the function may have changed its options
        assert isinstance(body, dict)  # noqa: S101 - for the type checker: it made a call
        outcome: Any = loads(answer.body)
        if answer.status != 200:
            outcome = outcome["errors"]
            if outcome[0]["code"] in _NO_FUNCTION:
                return
        options, outcome = without_secrets(body["options"], outcome, what.masks)
        kept = {name: body[name] for name in _RECORDED_FIELDS if name in body}
        now = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        sample = Sample({**kept, "options": options}, answer.status, outcome, now)
        file = sample.keep(what.folder, what.samples)
        if file is None and sample.is_enough(what.folder, what.samples):
            self._full.add(kind)
