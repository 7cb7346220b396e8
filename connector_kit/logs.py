"""Logs: one line per event, on stderr, without secrets."""

import logging
import re
import time
from typing import Any

_SECRETS = re.compile(
    r"""(?ix)
    (?P<before>
        \b(?:Bearer|Basic)\s+
      | \b(?:bearer_?token|access_?token|system_?token|token|password|secret)["']?\s*[=:]\s*["']?
      | ://[^/\s:@]*:(?=[^/\s@]*@)
    )
    (?P<secret>[^\s"',&@}\])]+)
    """
)
MASK = "******"

_HINTS = ("bearer", "basic", "token", "password", "secret", "://")
"""What stands in every text that `_SECRETS` finds something in: most lines need no second look."""


class OneLine(logging.Formatter):
    """Writes ``<time> <level> <logger> <message>`` on one line, what looks like a secret masked."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback follows in it, its line ends written out."""
        line = r"\n".join(super().format(record).splitlines())
        lowered = line.lower()
        if not any(hint in lowered for hint in _HINTS):
            return line
        return _SECRETS.sub(rf"\g<before>{MASK}", line)


def logging_configuration(level: str = "INFO") -> dict[str, Any]:
    """Return a configuration for `logging.config`, and Django: all goes to stderr by `OneLine`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one_line": {"()": OneLine}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
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
