"""``POST /function`` without a web framework: what came over HTTP in, an `Answer` out."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

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

Run = Callable[[RawCall], Answer]
"""Answers a call that may be made, and writes its line of the access log: `Dispatcher` with
`log_answer` on the spot, `Processes` elsewhere."""

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
    """Lets *run* answer the calls of whoever knows one of *system_tokens*."""

    def __init__(self, run: Run, system_tokens: Sequence[str]) -> None:
        self._run = run
        self._system_tokens = SystemTokens(system_tokens)

    def __call__(self, incoming: Incoming) -> Answer:
        """Return the answer to *incoming*; its line stands in the access log then.

        Of who comes with a wrong token in the header nothing is read, and of who comes without
        one no more than `SMALL` bytes; only *run* parses the body of who comes with the right one.
        """
        began, request_id = time.monotonic(), new_request_id()
        try:
            limit = self.limit(incoming.authorization, incoming.content_type)
            body = read_body(incoming.read, incoming.content_length, limit) if limit else b""
            if self._admits(incoming, body):
                return self._run(RawCall(body, request_id, incoming.trace_id, began))
            answer = REFUSED
        except UnreadableError as unreadable:
            answer = unreadable.answer
        except Exception as failure:
            log.exception("logName=requestFailed, _reqId=%s", request_id)
            answer = refusal(422, ErrorEntry.of(failure))
        log_answer(RawCall(b"", request_id, incoming.trace_id, began), None, answer)
        return answer

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

    def _admits(self, incoming: Incoming, body: bytes) -> bool:
        """Tell whether the call may be made; `limit` has looked at the header already."""
        if incoming.authorization is not None:
            return True
        return self.is_system_token(presented_token(None, parse_body(body), incoming.query_token))
