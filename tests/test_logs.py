"""A log line is one line, and no secret is in it."""

import logging

import pytest

from connector_kit.logs import OneLine


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
}


@pytest.mark.parametrize("message", SECRETS.values(), ids=SECRETS.keys())
def test_what_looks_like_a_secret_is_masked(message: str) -> None:
    masked = line("%s", message)

    assert "s3cret" not in masked
    assert "******" in masked


def test_words_about_tokens_are_left_alone() -> None:
    assert line("The token was refused.").endswith("The token was refused.")
    assert line("tokens used: 3 of 100").endswith("tokens used: 3 of 100")
