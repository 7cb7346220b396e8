"""All processes write the same format; a command at a terminal shows its own output only."""

import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from connector_kit.extension.isolation.children import for_functions
from connector_kit.logs import FORMAT, Event, inform, logging_configuration
from connector_kit.logs.lines import Lines
from connector_kit.management.base import KitCommand

logger = logging.getLogger("connector_kit.rollouts")


def handler(**environment: str) -> str:
    return str(logging_configuration(environment)["handlers"]["stderr"]["()"])


def test_lines_are_text_unless_the_environment_says_json() -> None:
    assert handler() == handler(CONNECTOR_KIT_LOG_FORMAT="") == "connector_kit.logs.lines.Lines"
    assert handler(CONNECTOR_KIT_LOG_FORMAT="JSON") == "connector_kit.logs.objects.Objects"


def test_a_format_that_there_is_not_is_text_until_the_checks_are_read() -> None:
    assert handler(CONNECTOR_KIT_LOG_FORMAT="xml") == "connector_kit.logs.lines.Lines"


def test_function_processes_write_what_the_server_writes() -> None:
    assert for_functions({FORMAT: "json"}) == {FORMAT: "json"}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Starting(KitCommand):
    """Does what begins a rollout."""

    def run(self, **_: Any) -> None:
        inform(logger, Event("rolloutStarted"))
        logger.warning("The broker is down.")


class Serving(Starting):
    """Does it until it is stopped."""

    is_service = True


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is written to the log, which goes where the configuration has it."""
    written = Terminal()
    lines = Lines()
    lines.setStream(written)
    monkeypatch.setattr(logging.getLogger(), "handlers", [lines])
    monkeypatch.setattr(logging.getLogger("connector_kit"), "level", logging.INFO)
    logging.getLogger("connector_kit").manager._clear_cache()  # type: ignore[attr-defined]
    yield written
    logging.getLogger("connector_kit").manager._clear_cache()  # type: ignore[attr-defined]


def test_a_command_at_a_terminal_shows_no_events(
    lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    Starting().handle()

    assert "rolloutStarted" not in lines.getvalue()
    assert "The broker is down." in lines.getvalue()

    inform(logger, Event("later"))
    assert "later" in lines.getvalue()


def test_a_command_in_a_script_logs_events(
    lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", StringIO())
    Starting().handle()

    assert "rolloutStarted" in lines.getvalue()


def test_a_service_logs_events_wherever_it_is_started(
    lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    Serving().handle()

    assert "rolloutStarted" in lines.getvalue()


@pytest.mark.parametrize("name", ["serve", "stack", "sandbox"])
def test_what_runs_until_it_is_stopped_is_a_service(name: str) -> None:
    from django.core.management import load_command_class

    assert load_command_class("connector_kit", name).is_service  # type: ignore[attr-defined]
