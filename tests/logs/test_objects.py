"""As JSON, a line of the log is one object with the fields of its event, and no secret is in it."""

import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import orjson
import pytest

from connector_kit.logs import Event, inform
from connector_kit.logs.objects import Objects
from tests.logs.secrets import SECRETS


class Log:
    """A logger that leads to JSON, and the objects that were written."""

    def __init__(self) -> None:
        self.logger = logging.getLogger("test_objects")
        self._written = StringIO()
        self.handler = Objects()
        self.handler.setStream(self._written)

    def objects(self) -> list[dict[str, Any]]:
        return [orjson.loads(line) for line in self._written.getvalue().splitlines()]

    def object(self) -> dict[str, Any]:
        [only] = self.objects()
        return only


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    log.logger.handlers, log.logger.propagate = [log.handler], False
    log.logger.setLevel(logging.INFO)
    yield log
    log.logger.handlers, log.logger.propagate = [], True


def test_an_event_is_its_fields(log: Log) -> None:
    inform(log.logger, Event("pushFailed", [("_reqId", "r1"), ("operation", 7), ("code", None)]))

    written = log.object()
    time = written.pop("time")
    assert written == {
        "level": "INFO",
        "logger": "test_objects",
        "logName": "pushFailed",
        "_reqId": "r1",
        "operation": 7,
    }
    assert len(time) == len("2026-01-01T00:00:00.500Z")
    assert time.endswith("Z")


def test_any_other_line_is_its_message(log: Log) -> None:
    log.logger.warning("%s of %s\n", 3, "five")

    assert log.object()["message"] == "3 of five\n"


def test_a_traceback_stays_in_its_object(log: Log) -> None:
    error = ValueError("Authorization: Bearer s3cret")
    log.logger.error(Event("requestFailed"), exc_info=error)

    written = log.object()
    assert written["logName"] == "requestFailed"
    assert written["traceback"].endswith("ValueError: Authorization: Bearer ******")


@pytest.mark.parametrize("message", SECRETS.values(), ids=SECRETS.keys())
def test_what_looks_like_a_secret_is_masked_wherever_it_is(log: Log, message: str) -> None:
    log.logger.info(message)
    log.logger.info("%s", message)
    log.logger.info(Event("called", [("message", message)]))
    log.logger.info("called", extra={"answer": message, "answers": [{"first": message}]})
    log.logger.info({"answer": message})

    text = orjson.dumps(log.objects())
    assert b"s3cret" not in text
    assert text.count(b"******") >= 6


def test_a_field_whose_name_means_a_secret_is_masked(log: Log) -> None:
    log.logger.info(Event("called", [("bearerToken", "abc def")]), extra={"password": ["abc"]})

    assert log.object()["bearerToken"] == "******"
    assert log.object()["password"] == "******"


def test_what_json_does_not_have_is_written_all_the_same(log: Log) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    fields = [("half", "\ud800"), ("large", 2**70), ("deep", deep), ("none", float("nan"))]
    log.logger.info(Event("called", fields))

    written = log.object()
    assert written["half"] == " "
    assert written["large"] == str(2**70)
    assert written["deep"] == "a list"
    assert written["none"] is None


def test_a_request_of_djangos_is_not_written(log: Log) -> None:
    log.logger.error("Internal Server Error: /", extra={"request": "all of it", "status_code": 500})

    assert log.object()["status_code"] == 500
    assert "request" not in log.object()
