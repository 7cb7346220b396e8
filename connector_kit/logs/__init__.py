"""Logs: one line per event, on stderr, without secrets; as text, or as JSON for programs."""

from connector_kit.logs.configuration import FORMAT, FORMATS, logging_configuration, quiet_terminal
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
