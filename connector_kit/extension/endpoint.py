"""``POST /function`` without a web framework: takes an HTTP request, returns an `Answer`."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import JSON, Answer, refusal
from connector_kit.extension.auth import REFUSED, SystemTokens, presented_token
from connector_kit.extension.bodies import (
    BODY_LIMIT,
    SMALL,
    RawCall,
    UnreadableError,
    is_json,
    parse_body,
    read_body,
)
from connector_kit.extension.calls import new_request_id
from connector_kit.extension.errors import ErrorEntry
from connector_kit.logs import Event

Run = Callable[[RawCall], Answer]
"""Answers an allowed call, and writes its line of the access log: `Dispatcher` with `log_answer` in
this process, `Processes` in others. It blocks meanwhile."""


@runtime_checkable
class LoopRunner(Protocol):
    """A `Run` that can also answer on an event loop, without blocking it: `Processes`."""

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Use *loop*, once it runs."""

    async def answer(self, call: RawCall) -> Answer:
        """Return the answer to *call*."""


log = logging.getLogger("connector_kit.extension")


class Incoming(NamedTuple):
    """What one request to ``/function`` carries; *read* returns at most that many bytes."""

    read: Callable[[int], bytes]
    content_type: str = JSON
    content_length: int = 0
    authorization: str | None = None
    query_token: str | None = None
    trace_id: str | None = None

    def __repr__(self) -> str:
        return f"<Incoming {self.content_type}, {self.content_length} bytes>"  # without tokens


class Endpoint:
    """Lets *run* answer calls with one of *system_tokens*."""

    def __init__(self, run: Run, system_tokens: Sequence[str]) -> None:
        self._run = run
        self._system_tokens = SystemTokens(system_tokens)
        self.loop_runner: LoopRunner | None = run if isinstance(run, LoopRunner) else None
        """What `answer` needs; None where calls block."""

    def __call__(self, incoming: Incoming) -> Answer:
        """Return the answer to *incoming*, after writing its line to the access log.

        With a wrong token in the header, none of the body is read; without a token, no more than
        `SMALL` bytes. Only *run*, for the right token, parses the whole body.
        """
        received = _received(incoming)
        try:
            limit = self.limit(incoming.authorization, incoming.content_type)
            body = read_body(incoming.read, incoming.content_length, limit) if limit else b""
            self._check_token(incoming, body)
            return self._run(received._replace(body=body))
        except Exception as failure:  # noqa: BLE001 - whatever it is, it has an answer and is logged
            return _refused(received, failure)

    async def answer(self, incoming: Incoming, body: bytes) -> Answer:
        """Return the answer to *incoming* on an event loop.

        Its *body* has been read, as `limit` allows.
        """
        assert self.loop_runner is not None  # noqa: S101 - for the type checker
        received = _received(incoming, body)
        try:
            self._check_token(incoming, body)
            return await self.loop_runner.answer(received)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it has an answer and is logged
            return _refused(received, failure)

    def limit(self, authorization: str | None, content_type: str) -> int:
        """Return how many bytes of a call's body may be read; none is needed unless it is JSON.

        Raises `UnreadableError` when *authorization* is a header with a wrong token.
        """
        if authorization is None:
            return SMALL if is_json(content_type) else 0
        if not self.is_system_token(presented_token(authorization, None, None)):
            raise UnreadableError(REFUSED)
        return BODY_LIMIT if is_json(content_type) else 0

    def is_system_token(self, token: str | None) -> bool:
        """Tell whether *token* is one of the system tokens."""
        return token in self._system_tokens

    def _check_token(self, incoming: Incoming, body: bytes) -> None:
        """Raise `UnreadableError` unless the call may be made; `limit` has looked at its header."""
        if incoming.authorization is None:
            token = presented_token(None, parse_body(body), incoming.query_token)
            if not self.is_system_token(token):
                raise UnreadableError(REFUSED)


def _received(incoming: Incoming, body: bytes = b"") -> RawCall:
    return RawCall(body, new_request_id(), incoming.trace_id, time.monotonic())


def _refused(received: RawCall, failure: Exception) -> Answer:
    """Return the answer to a call that cannot be made, or that nothing can answer."""
    if isinstance(failure, UnreadableError):
        answer = failure.answer
    else:
        fields = [("_reqId", received.request_id)]
        log.error(Event("requestFailed", fields), exc_info=failure)
        answer = refusal(422, ErrorEntry.of(failure))
    log_answer(received, None, answer)
    return answer
