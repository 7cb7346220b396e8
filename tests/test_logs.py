"""A log line is one line, and no secret is in it."""

import logging
import re
from collections.abc import Iterator
from io import StringIO

import pytest

from connector_kit.logs import Lines, OneLine, inform, settle


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


SECRETS = {
    "a bearer token": "Authorization: Bearer s3cret",
    "a query": "GET /function?access_token=s3cret&x=1",
    "an option": "{'bearerToken': 's3cret'}",
    "a JSON key": '{"systemToken": "s3cret"}',
    "a password": "password=s3cret, user=me",
    "an address": "redis://:s3cret@127.0.0.1:6379/0",
    "an address with a user": "postgresql://kit:s3cret@db/kit",
    "an API key in a query": "GET /orders?api_key=s3cret&page=2",
    "a header with a key": "x-api-key: s3cret",
    "a client's secret": "client_secret=s3cret, grant_type=code",
    "a refresh token": "{'refresh_token': 's3cret'}",
    "a text of JSON in a text": r"{\"apiKey\": \"s3cret\"}",
    "a secret of several words": 'password="s3cret and s3cret"',
    "a token of the kit": "sent ck_s3cret_s3cret",
    "a webhook's secret": "whsec_s3crets3cret was not accepted",
    "a signed token": "got eyJs3crets3cret.eyJs3cret.s3cret",
}


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

    inform(logger, "logName=called, 100 %s, token=abcdef123456")
    logger.info("logName=called, 100 %%s, token=%s", "abcdef123456")

    short_way, long_way = written.getvalue().splitlines()
    length = len("2026-11-25T02:48:41.906Z")
    assert short_way[length:] == long_way[length:]
    assert short_way.endswith("INFO test_logs.child logName=called, 100 %s, token=******")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", short_way[:length])


def test_a_line_is_not_written_where_nobody_wants_it(
    family: tuple[logging.Logger, StringIO],
) -> None:
    logger, written = family
    logger.setLevel(logging.WARNING)

    inform(logger, "logName=called")
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
    inform(logger, "logName=called")
    listened_to.removeHandler(listener)

    assert records == ["logName=called"]
    assert written.getvalue().endswith(" logName=called\n")


def test_a_filter_decides_about_ready_lines_too(family: tuple[logging.Logger, StringIO]) -> None:
    logger, written = family

    def refuse(record: logging.LogRecord) -> bool:
        return "called" not in record.getMessage()

    logger.addFilter(refuse)
    inform(logger, "logName=called")
    logger.removeFilter(refuse)

    assert written.getvalue() == ""


def messages(written: StringIO) -> list[str]:
    return [each.rpartition("=")[2] for each in written.getvalue().splitlines()]


@pytest.mark.parametrize("by", ["a ready line", "a record"])
def test_a_line_that_may_wait_is_written_before_the_next_one(
    family: tuple[logging.Logger, StringIO], by: str
) -> None:
    logger, written = family
    nobody_else_listens(logger)

    inform(logger, "logName=first", keep=True)
    inform(logger, "logName=second", keep=True)
    assert messages(written) == []
    if by == "a record":
        logger.info("logName=third")
    else:
        inform(logger, "logName=third")

    assert messages(written) == ["first", "second", "third"]


def test_a_line_that_may_wait_is_written_once_when_all_is_settled(
    family: tuple[logging.Logger, StringIO],
) -> None:
    logger, written = family
    nobody_else_listens(logger)

    inform(logger, "logName=first", keep=True)
    settle(logger)
    settle(logger)

    assert messages(written) == ["first"]
