"""One call of a function, as the platform posted it (protocol/extension.md#1)."""

import itertools
import random
import string
import time
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

DEFAULT_RESPONSE_SIZE = 5 * 1024 * 1024
"""Bytes that an answer may have when the call does not say otherwise."""

SERVED_REQUEST: ContextVar[str] = ContextVar("served_request", default="")
"""The id of the request whose call is being answered; empty where none is."""

_PAIRS = tuple(map("".join, itertools.product(string.digits + string.ascii_lowercase, repeat=2)))


class FunctionCall(NamedTuple):
    """The body of ``POST /function``. Nothing is checked yet: every field holds what was sent."""

    diy: Any = None
    connector_id: Any = None
    type: Any = None
    function: Any = None
    options: Any = None
    max_response_size: Any = None
    trace_id: Any = None
    request_id: str = ""

    def __repr__(self) -> str:
        return f"<FunctionCall {self.request_id} of {self.type} {self.function}>"  # without options

    @classmethod
    def from_body(
        cls, body: object, *, request_id: str = "", trace_id: str | None = None
    ) -> "FunctionCall":
        """Return the call that *body* makes; a list makes an empty one.

        *trace_id*, the request's ``traceid`` header, goes before the body's ``traceId``.
        """
        sent: Mapping[str, Any] = body if isinstance(body, dict) else {}
        return cls(
            diy=sent.get("diy"),
            connector_id=sent.get("_connectorId"),
            type=sent.get("type"),
            function=sent.get("function"),
            options=sent.get("options"),
            max_response_size=sent.get("maxResponseSize"),
            trace_id=trace_id or sent.get("traceId"),
            request_id=request_id or new_request_id(),
        )

    @property
    def bearer_token(self) -> object:
        """The one-time token, which must be kept out of everything that leaves the call."""
        return self.option("bearerToken")

    @property
    def response_limit(self) -> int:
        """How many bytes the answer may have."""
        size = self.max_response_size
        is_number = isinstance(size, int | float) and not isinstance(size, bool)
        return int(size) if is_number and size > 0 else DEFAULT_RESPONSE_SIZE

    def option(self, name: str) -> Any:
        """Return one of the options, None when there is none of that name."""
        return self.options.get(name) if isinstance(self.options, dict) else None


def new_request_id() -> str:
    """Return milliseconds since the epoch followed by four characters of ``0-9a-z``."""
    pairs = len(_PAIRS)
    number = int(random.random() * pairs * pairs)  # noqa: S311 - a name, no secret
    return f"{time.time_ns() // 1_000_000}{_PAIRS[number // pairs]}{_PAIRS[number % pairs]}"


def is_given(value: object) -> bool:
    """Tell whether the reference, which runs on JavaScript, treats *value* as true.

    An empty list or object counts as given there.
    """
    return value not in (None, False, 0, "")
