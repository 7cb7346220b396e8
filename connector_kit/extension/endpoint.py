"""``POST /function`` without a web framework: what came over HTTP in, an `Answer` out."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from connector_kit.extension.accesslog import log_answer
from connector_kit.extension.answers import JSON, Answer, refusal
from connector_kit.extension.auth import REFUSED, SystemTokens, presented_token
from connector_kit.extension.bodies import RawCall, UnreadableError, parse_body, read_body
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

        A body that cannot be read is refused before a wrong token is, as the reference does it;
        but who comes with the right token in the header has the body parsed by *run* only.
        """
        began, request_id = time.monotonic(), new_request_id()
        try:
            body = read_body(incoming.read, incoming.content_type, incoming.content_length)
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

    def is_system_token(self, token: str | None) -> bool:
        """Tell whether *token* is one of the system tokens."""
        return token in self._system_tokens

    def _admits(self, incoming: Incoming, body: bytes) -> bool:
        authorization = incoming.authorization
        if authorization is not None:
            is_known = self.is_system_token(presented_token(authorization, None, None))
            if not is_known:
                parse_body(body)
            return is_known
        return self.is_system_token(presented_token(None, parse_body(body), incoming.query_token))
