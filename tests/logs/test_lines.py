"""A log line is one line, and no secret is in it."""

import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest

from connector_kit.logs import Event, inform
from connector_kit.logs.lines import Lines, OneLine
from tests.logs.secrets import SECRETS


def line(message: str, *args: object, error: BaseException | None = None) -> str:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("kit", logging.INFO, "f.py", 1, message, args, exc_info)
    record.created, record.msecs = 1_767_225_600.5, 500
    return OneLine().format(record)


def refuse(text: str) -> None:
    raise ValueError(text)


def test_a_line_has_time_level_logger_and_message() -> None:
    assert line("logName=%s", "reqFinished") == (
        "2026-01-01T00:00:00.500Z INFO kit logName=reqFinished"
    )


def test_a_traceback_stays_in_its_line_and_hides_tokens() -> None:
    with pytest.raises(ValueError, match="Bearer") as failure:
        refuse("Authorization: Bearer abc123")
    text = line("failed", error=failure.value)

    assert text.count("\n") == 0
    assert r"\nTraceback (most recent call last):\n" in text
    assert text.endswith("ValueError: Authorization: Bearer ******")


@pytest.mark.parametrize("message", SECRETS.values(), ids=SECRETS.keys())
def test_what_looks_like_a_secret_is_masked(message: str) -> None:
    masked = line("%s", message)

    assert "s3cret" not in masked
    assert "******" in masked


def test_words_about_tokens_are_left_alone() -> None:
    assert line("The token was refused.").endswith("The token was refused.")
    assert line("tokens used: 3 of 100").endswith("tokens used: 3 of 100")
    assert line("function=mapping, shipping: 3").endswith("function=mapping, shipping: 3")


@pytest.fixture
def family() -> Iterator[tuple[logging.Logger, StringIO]]:
    """A logger below one that leads to `Lines` alone, and what that has written."""
    parent = logging.getLogger("test_logs")
    lines = Lines()
    lines.setStream(written := StringIO())
    parent.handlers, parent.propagate = [lines], False
    parent.setLevel(logging.INFO)
    yield logging.getLogger("test_logs.child"), written
    parent.handlers, parent.propagate = [], True


def nobody_else_listens(logger: logging.Logger) -> None:
    """Take away what pytest has added, so that the short way is taken."""
    assert logger.parent
    logger.parent.handlers = [
        handler for handler in logger.parent.handlers if type(handler) is Lines
    ]


def test_a_ready_line_looks_as_its_record_would(family: tuple[logging.Logger, StringIO]) -> None:
    logger, written = family
    nobody_else_listens(logger)

    called = Event("called", [("share", "100 %s"), ("token", "abcdef123456")])
    inform(logger, called)
    logger.info(called)

    short_way, long_way = written.getvalue().splitlines()
    length = len("2026-11-25T02:48:41.906Z")
    assert short_way[length:] == long_way[length:]
    assert short_way.endswith("INFO test_logs.child logName=called, share=100 %s, token=******")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", short_way[:length])


def test_a_line_is_not_written_where_nobody_wants_it(
    family: tuple[logging.Logger, StringIO],
) -> None:
    logger, written = family
    logger.setLevel(logging.WARNING)

    inform(logger, Event("called"))
    logger.setLevel(logging.NOTSET)

    assert written.getvalue() == ""


@pytest.mark.parametrize("where", ["child", "parent"])
def test_whoever_adds_a_handler_gets_records(
    family: tuple[logging.Logger, StringIO], where: str
) -> None:
    logger, written = family
    records: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    listened_to = logger if where == "child" else logger.parent
    assert listened_to
    listener = Listener()
    listened_to.addHandler(listener)
    inform(logger, Event("called"))
    listened_to.removeHandler(listener)

    assert records == ["logName=called"]
    assert written.getvalue().endswith(" logName=called\n")


def test_a_filter_decides_about_ready_lines_too(family: tuple[logging.Logger, StringIO]) -> None:
    logger, written = family

    def refuse(record: logging.LogRecord) -> bool:
        return "called" not in record.getMessage()

    logger.addFilter(refuse)
    inform(logger, Event("called"))
    logger.removeFilter(refuse)

    assert written.getvalue() == ""
