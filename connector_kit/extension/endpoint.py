"""``POST /function`` without a web framework: what came over HTTP in, an `Answer` out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from connector_kit.extension.answers import JSON, Answer, refusal
from connector_kit.extension.auth import REFUSED, is_system_token, presented_token
from connector_kit.extension.calls import FunctionCall, new_request_id
from connector_kit.extension.dispatch import Check, dispatch
from connector_kit.extension.errors import ErrorEntry
from connector_kit.extension.registry import Registry

BODY_LIMIT = 50 * 1024 * 1024
"""Bytes that a request body may have (protocol/extension.md#timeouts-and-limits)."""

_TOO_LARGE = refusal(
    413, ErrorEntry("entity_too_large", f"The body is larger than {BODY_LIMIT} bytes.")
)
_NOT_JSON = refusal(400, ErrorEntry("invalid_json", "The body is not a JSON object or array."))
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Incoming:
    """What one request to ``/function`` carries; *read* returns at most that many bytes."""

    read: Callable[[int], bytes] = field(repr=False)
    content_type: str = JSON
    content_length: int = 0
    authorization: str | None = field(default=None, repr=False)
    query_token: str | None = field(default=None, repr=False)
    trace_id: str | None = None


class Endpoint:
    """Answers calls for the functions of *registry* to whoever knows one of *system_tokens*."""

    def __init__(
        self, registry: Registry, system_tokens: Sequence[str], *, checks: Sequence[Check] = ()
    ) -> None:
        self._registry = registry
        self._system_tokens = tuple(system_tokens)
        self._checks = tuple(checks)

    def __call__(self, incoming: Incoming) -> Answer:
        """Return the answer to *incoming*, with the ids that the access log names it by.

        The body is read and parsed before the token is looked at, as the reference does.
        """
        request_id = new_request_id()
        try:
            body = _body(incoming)
        except _UnreadableError as unreadable:
            return _trailed(unreadable.answer, request_id, incoming.trace_id)
        call = FunctionCall.from_body(body, request_id=request_id, trace_id=incoming.trace_id)
        answer = self._answer(incoming, body, call)
        return _trailed(answer, request_id, call.trace_id)

    def _answer(self, incoming: Incoming, body: Any, call: FunctionCall) -> Answer:
        token = presented_token(incoming.authorization, body, incoming.query_token)
        if not is_system_token(token, self._system_tokens):
            return REFUSED
        return dispatch(call, self._registry, checks=self._checks)


class _UnreadableError(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def _trailed(answer: Answer, request_id: str, trace_id: object) -> Answer:
    return replace(answer, trail=(("_reqId", request_id), ("traceId", trace_id)))


def _body(incoming: Incoming) -> Any:
    """Return the parsed body; a body that does not claim to be JSON counts as empty."""
    if incoming.content_type.partition(";")[0].strip().lower() != JSON:
        return {}
    if incoming.content_length > BODY_LIMIT:
        raise _UnreadableError(_TOO_LARGE)
    text = _read(incoming.read).removeprefix(_BYTE_ORDER_MARK)
    body = _parsed(text) if text else {}
    if not isinstance(body, dict | list):
        raise _UnreadableError(_NOT_JSON)
    return body


def _read(read: Callable[[int], bytes]) -> bytes:
    """Return the whole body, of which a server may hand out less at a time than asked for."""
    pieces: list[bytes] = []
    left = BODY_LIMIT + 1
    while left and (piece := read(left)):
        pieces.append(piece)
        left -= len(piece)
    if not left:
        raise _UnreadableError(_TOO_LARGE)
    return b"".join(pieces)


def _parsed(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parsed_leniently(text)


def _parsed_leniently(text: bytes) -> Any:
    """Read what orjson does not and the platform may send: half a surrogate pair, escaped."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise _UnreadableError(_NOT_JSON) from None


def _refuse_constant(_word: str) -> Any:
    raise ValueError
