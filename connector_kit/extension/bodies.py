"""The bodies of calls: how they are read, and the answers to unreadable ones."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from connector_kit import storable
from connector_kit.extension.answers import JSON, Answer, refusal
from connector_kit.extension.errors import ErrorEntry

BODY_LIMIT = 50 * 1024 * 1024
"""Bytes that the body of a call may have (protocol/extension.md#timeouts-and-limits)."""

SMALL = 64 * 1024
"""How many bytes are read of any request, such as a call whose token may be in its body."""

CUT_OFF = refusal(400, ErrorEntry("incomplete_body", "The body is incomplete. Send it again."))
"""The answer to a body that is shorter than announced."""

_WAY_OUT = " With the system token in the Authorization header, the limit is {} bytes."
_NOT_JSON = refusal(400, ErrorEntry("invalid_json", "The body is not a JSON object or array."))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableError(Exception):
    """A body that cannot be a call; *answer* is what to say."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class RawCall(NamedTuple):
    """A call whose body is not parsed yet; *began* is when it arrived (`time.monotonic`)."""

    body: bytes | memoryview
    request_id: str
    trace_id: str | None
    began: float

    def __repr__(self) -> str:
        return f"<RawCall {self.request_id}>"  # the body holds a token


def is_json(content_type: str) -> bool:
    """Tell whether a body claims to be JSON; the body of a call that does not counts as empty."""
    return content_type == JSON or content_type.partition(";")[0].strip().lower() == JSON


def read_body(read: Callable[[int], bytes], content_length: int, limit: int) -> bytes:
    """Return the bytes of a body, which may have *limit*; 0 is a length that is not known.

    *read* returns at most as many bytes as it is asked for. Raises `UnreadableError` when there
    are too many, or fewer than *content_length*.
    """
    if content_length > limit:
        raise UnreadableError(too_large(limit))
    body = read(content_length) if content_length else b""
    if not body or len(body) != content_length:
        # A server may hand out less at a time than asked for.
        pieces, left = [body], limit + 1
        while left and (piece := read(left)):
            pieces.append(piece)
            left -= len(piece)
        if not left:
            raise UnreadableError(too_large(limit))
        body = b"".join(pieces)
    if len(body) < content_length:
        raise UnreadableError(CUT_OFF)
    return body


def too_large(limit: int) -> Answer:
    """Return the answer to a call with more than *limit* bytes."""
    way_out = _WAY_OUT.format(BODY_LIMIT) if limit < BODY_LIMIT else ""
    message = f"The body is larger than {limit} bytes.{way_out}"
    return refusal(413, ErrorEntry("entity_too_large", message))


def parse_body(text: bytes | memoryview) -> dict[str, Any] | list[Any]:
    """Return the object or array in *text*, an empty object when there is none.

    Raises `UnreadableError` for anything else.
    """
    if text[:3] == _BYTE_ORDER_MARK:
        text = text[3:]
    if not text:
        return {}
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        # orjson does not read half a surrogate pair, escaped, which the platform may send.
        try:
            body = storable.read_json(bytes(text), parse_constant=_refuse_constant)
        except ValueError:
            raise UnreadableError(_NOT_JSON) from None
    if not isinstance(body, dict | list):
        raise UnreadableError(_NOT_JSON)
    return body


def _refuse_constant(_word: str) -> Any:
    raise ValueError
