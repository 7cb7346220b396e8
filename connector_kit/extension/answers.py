"""What is sent back: a status, the bytes of the body, a few headers.

A result is JSON text, limited to what the platform's own framework allows: null, numbers, booleans,
strings, lists and plain objects. Dates, sets and instances of classes are refused even where JSON
could write them (protocol/extension.md#4, rows 8 and 9). Tuples count as lists; not-a-number and
the infinities are sent as null.
"""

import json
import marshal
import math
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from connector_kit.extension.errors import ErrorEntry
from connector_kit.storable import text

JSON = "application/json"

_PLAIN = (type(None), str, int, float, dict, list, tuple)
_MOST_LEVELS = 250


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


class NotSerializableError(TypeError):
    """A result holds something that cannot be serialized; says what, and where."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path or 'the result'} contains {what}")


def to_json(returned: Any) -> bytes:
    """Return the UTF-8 JSON text of *returned*, no bytes for None; raises NotSerializableError."""
    if returned is None:
        return b""
    try:
        body = orjson.dumps(returned)
        # orjson also writes dates, UUIDs, enums and dataclasses. `marshal` knows none of these, and
        # finds them ten times faster than a walk in Python would; what it writes is thrown away.
        marshal.dumps(returned)
    except (TypeError, ValueError):
        # What orjson does not write: huge integers, half characters, subclasses of plain types.
        # Half a surrogate pair, as left by a text cut in two, is written as the escape it came as.
        written = json.dumps(_plain(returned, "", ()), ensure_ascii=False, separators=(",", ":"))
        return written.encode("utf-8", "backslashreplace")
    return body


def _plain(value: Any, path: str, above: tuple[int, ...]) -> Any:
    if isinstance(value, Enum) or not isinstance(value, _PLAIN):
        raise NotSerializableError(path, f"a {type(value).__name__}")
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if id(value) in above:
        raise NotSerializableError(path, "itself")
    if len(above) >= _MOST_LEVELS:
        raise NotSerializableError(path, f"more than {_MOST_LEVELS} levels")
    inside = (*above, id(value))
    if not isinstance(value, dict):
        return [_plain(item, f"{path}[{index}]", inside) for index, item in enumerate(value)]
    for key in value:
        if not isinstance(key, str):
            raise NotSerializableError(path, f"the key {key!r}, which is not text")
    return {key: _plain(item, f"{path}.{key}".lstrip("."), inside) for key, item in value.items()}
