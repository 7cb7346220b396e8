"""Logs: one line per event, on stderr, without secrets; as text, or as JSON for programs."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connector_kit.logs.events import Event, short
from connector_kit.logs.lines import inform

__all__ = [
    "FORMAT",
    "FORMATS",
    "Event",
    "inform",
    "logging_configuration",
    "quiet_terminal",
    "short",
]

FORMAT = "CONNECTOR_KIT_LOG_FORMAT"
"""The environment variable that names the format."""

_HANDLERS = {"text": "lines.Lines", "json": "objects.Objects"}
FORMATS = tuple(_HANDLERS)


def logging_configuration(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a configuration for `logging.config`, and Django: all goes to stderr.

    *environment*, by default the process's, sets the format; for an unknown format it is text, and
    the checks complain.
    """
    chosen = (os.environ if environment is None else environment).get(FORMAT, "")
    handler = _HANDLERS.get(chosen.strip().lower(), _HANDLERS["text"])
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"stderr": {"()": f"connector_kit.logs.{handler}"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "connector_kit": {"level": "INFO"},
            "django": {"handlers": [], "level": "WARNING"},
            # Answers below 500 are in the access log.
            "django.request": {"level": "ERROR"},
            "celery": {"level": "INFO"},
            # Ticks come every second: lines for each that is sent, received, and done are noise.
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


@contextmanager
def quiet_terminal() -> Iterator[None]:
    """Keep events off the terminal: people who run a command there read its own output.

    Warnings are still written, and everything where stderr is a file or a pipe.
    """
    handlers = logging.getLogger().handlers if sys.stderr.isatty() else []
    levels = [(handler, handler.level) for handler in handlers]
    for handler, level in levels:
        handler.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        for handler, level in levels:
            handler.setLevel(level)
