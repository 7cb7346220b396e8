"""Lines of text: one per event, on stderr; the short way of those that every call leaves."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import TextIO

from connector_kit.logs.events import Event
from connector_kit.logs.masking import without_secrets


class OneLine(logging.Formatter):
    """Writes ``<time> <level> <logger> <message>`` on one line, what looks like a secret masked."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows in it, its line ends written out."""
        return without_secrets(r"\n".join(super().format(record).splitlines()))


class Lines(logging.StreamHandler[TextIO]):
    """Writes to stderr as `OneLine` has it, and takes ready-made lines by a shorter way.

    Of a record most is never looked at by `OneLine`: making one takes longer than a small call.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(OneLine())
        self._second = 0
        self._stamp = ""
        self._kept = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record*, after what was kept."""
        try:
            self.settle()
        except (OSError, ValueError):
            self.handleError(record)
        super().emit(record)

    def write(self, level: str, name: str, message: str, *, keep: bool = False) -> None:
        """Write what a record of *level*, by the logger *name*, would become.

        *message* has no line ends. With *keep* the line waits for the next one, or for `settle`,
        and is written with it. Raises OSError and ValueError when it cannot be written.
        """
        now = time.time()
        with self.lock or threading.RLock():
            if int(now) != self._second:
                self._second = int(now)
                self._stamp = time.strftime(OneLine.default_time_format, time.gmtime(now))
            line = f"{self._stamp}.{int(now % 1 * 1000):03d}Z {level} {name} {message}"
            self._kept += without_secrets(line) + "\n"
            if not keep:
                self._write_kept()

    def settle(self) -> None:
        """Write what was kept, if anything; raises as `write` does."""
        if self._kept:
            with self.lock or threading.RLock():
                self._write_kept()

    def _write_kept(self) -> None:
        text, self._kept = self._kept, ""
        self.stream.write(text)
        self.stream.flush()


def inform(logger: logging.Logger, event: Event, *, keep: bool = False) -> None:
    """Log *event* with level INFO.

    Takes the short way where `Lines` is all that *logger* leads to, as in `logging_configuration`;
    whoever adds handlers or filters of their own gets records. With *keep* the line may wait for
    the next one, or for `settle`: one write to the system instead of two.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    lines = _only_lines(logger)
    if lines is None:
        logger.info(event)
        return
    try:
        lines.write("INFO", logger.name, str(event), keep=keep)
    except (OSError, ValueError):
        logger.info(event)  # which knows what to do about it


def settle(logger: logging.Logger) -> None:
    """Write the lines of *logger* that `inform` has kept."""
    lines = _only_lines(logger)
    if lines is not None:
        with suppress(OSError, ValueError):  # stderr is gone: there is nowhere to say so
            lines.settle()


def _only_lines(logger: logging.Logger) -> Lines | None:
    """Return the handler that records of *logger* come to, unless there are others or filters."""
    if logger.filters:
        return None
    found: Lines | None = None
    at: logging.Logger | None = logger
    while at is not None:
        for handler in at.handlers:
            if type(handler) is not Lines or handler.filters or handler.level or found:
                return None
            found = handler
        at = at.parent if at.propagate else None
    return found
