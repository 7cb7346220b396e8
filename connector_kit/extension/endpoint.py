"""``POST /function`` without a web framework: what came over HTTP in, an `Answer` out."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from connector_kit.extension.answers import JSON, Answer
from connector_kit.extension.auth import REFUSED, is_system_token, presented_token
from connector_kit.extension.bodies import RawCall, UnreadableError, parse_body, read_body
from connector_kit.extension.calls import new_request_id

Run = Callable[[RawCall], Answer]
"""Answers a call that may be made: `Dispatcher` on the spot, `Processes` elsewhere."""


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
        self._system_tokens = tuple(system_tokens)

    def __call__(self, incoming: Incoming) -> Answer:
        """Return the answer to *incoming*, with the ids that the access log names it by.

        A body that cannot be read is refused before a wrong token is, as the reference does it;
        but who comes with the right token in the header has the body parsed by *run* only.
        """
        request_id = new_request_id()
        try:
            body = read_body(incoming.read, incoming.content_type, incoming.content_length)
            if not self._admits(incoming, body):
                return _trailed(REFUSED, request_id, incoming.trace_id)
        except UnreadableError as unreadable:
            return _trailed(unreadable.answer, request_id, incoming.trace_id)
        answer = self._run(RawCall(body, request_id, incoming.trace_id))
        return answer if answer.trail else _trailed(answer, request_id, incoming.trace_id)

    def is_system_token(self, token: str | None) -> bool:
        """Tell whether *token* is one of the system tokens."""
        return is_system_token(token, self._system_tokens)

    def _admits(self, incoming: Incoming, body: bytes) -> bool:
        authorization = incoming.authorization
        if authorization is not None:
            is_known = self.is_system_token(presented_token(authorization, None, None))
            if not is_known:
                parse_body(body)
            return is_known
        return self.is_system_token(presented_token(None, parse_body(body), incoming.query_token))


def _trailed(answer: Answer, request_id: str, trace_id: object) -> Answer:
    return answer._replace(trail=(("_reqId", request_id), ("traceId", trace_id)))
