"""Logs: one line per event, on stderr, without secrets."""

from __future__ import annotations

import logging
import re
import threading
import time
from contextlib import suppress
from functools import lru_cache
from typing import Any, TextIO

from connector_kit.documents.redaction import is_secret_key

MASK = "******"

_KNOWN_BY_FORM = re.compile(
    r"""(?ix)
    (?P<before>
        \b(?:Bearer|Basic)\s+
      | ://[^/\s:@]*:(?=[^/\s@]*@)
      | \b(?:ck|whsec|sk|rk|ghp|gho|ghs|glpat|shp(?:at|ss|ca)|xox[abprs])[_-](?=[\w+/-]{6})
      | \beyJ(?=[\w-]{8,}\.[\w-]+)
    )
    [^\s"',&@}\])]+
    """
)
"""Secrets that are known by what they look like, or by what stands before them."""

_NAMED = re.compile(
    r"""(?x)
    (?P<before> (?P<name>[\w.-]+) \\?["']? \s* [=:] \s* )
    (?P<value> \\?"[^"]*" | \\?'[^']*' | [^\s"',&@}\])]+ )
    """
)
"""Values with a name, as in queries, headers, JSON and settings."""

_SCHEMES = frozenset({"bearer", "basic", "digest", "token"})

_HINTS = (
    *("bearer", "basic", "token", "secret", "pass", "key", "auth", "credential", "cookie"),
    *("pwd", "pin", "otp", "jwt", "signature", "refresh", "encrypted", "wallet", "pfx", "cert"),
    *("://", "ck_", "whsec", "sk_", "rk_", "ghp", "gho", "ghs", "glpat", "shp", "xox", "eyj"),
)
"""What stands in every text that holds a secret: most lines need no second look."""


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


def without_secrets(line: str) -> str:
    """Return *line* with what looks like a secret masked.

    Which names mean one is said by `is_secret_key`, as for documents.
    """
    lowered = line.lower()
    for hint in _HINTS:
        if hint in lowered:
            known = _KNOWN_BY_FORM.sub(rf"\g<before>{MASK}", line)
            return _NAMED.sub(_without_value, known)
    return line


def _without_value(found: re.Match[str]) -> str:
    value = found["value"]
    if not _is_secret(found["name"]) or value.lower() in _SCHEMES or MASK in value:
        return found[0]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{found['before']}{quote}{MASK}{quote}"


_is_secret = lru_cache(maxsize=1024)(is_secret_key)


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


def inform(logger: logging.Logger, message: str, *, keep: bool = False) -> None:
    """Log *message*, which has no line ends, with level INFO.

    Takes the short way where `Lines` is all that *logger* leads to, as in `logging_configuration`;
    whoever adds handlers or filters of their own gets records. With *keep* the line may wait for
    the next one, or for `settle`: one write to the system instead of two.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    lines = _only_lines(logger)
    if lines is None:
        logger.info("%s", message)
        return
    try:
        lines.write("INFO", logger.name, message, keep=keep)
    except (OSError, ValueError):
        logger.info("%s", message)  # which knows what to do about it


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


def logging_configuration(level: str = "INFO") -> dict[str, Any]:
    """Return a configuration for `logging.config`, and Django: all goes to stderr by `OneLine`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"()": Lines}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "connector_kit": {"level": level},
            "django": {"handlers": [], "level": "WARNING"},
            # What answers are below 500 stands in the access log.
            "django.request": {"level": "ERROR"},
            "celery": {"level": level},
            # Ticks come every second: a line for each that is sent, taken and done says nothing.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }
