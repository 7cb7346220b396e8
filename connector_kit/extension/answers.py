"""What is sent back: a status, the bytes of the body, a few headers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import orjson

from connector_kit.extension.errors import ErrorEntry
from connector_kit.storable import text

JSON = "application/json"


class Answer(NamedTuple):
    """One HTTP answer, independent of any framework."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    content_type: str = JSON

    def all_headers(self) -> list[tuple[str, str]]:
        """Return its headers, those of the body included."""
        return [
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            *self.headers.items(),
        ]


def result(body: bytes) -> Answer:
    """Return the answer of a function that succeeded."""
    return Answer(200, body)


def refusal(status: int, *errors: ErrorEntry, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer that lists *errors*."""
    return Answer(status, errors_body(errors), headers or {})


def errors_body(errors: Iterable[ErrorEntry]) -> bytes:
    """Return ``{"errors": [{"code", "message"}, ...]}``, whatever characters the texts hold."""
    entries = [{"code": text(error.code), "message": text(error.message)} for error in errors]
    return orjson.dumps({"errors": entries})
