"""A request as a value, and what repeating it would mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from connector_kit.integrator.errors import IntegratorError
from connector_kit.integrator.transport import wire

Params = Mapping[str, str | int | bool]
"""A query string: ``_integrationId``, ``exclude``, ..."""


Headers = Mapping[str, str]
"""Headers that tell the platform more about a request; see `headers`."""

Shape = type[dict] | type[list] | type[str] | None  # type: ignore[type-arg]  # isinstance takes no more
"""What an answer has to be: an object, a list, text that is no JSON; None takes any JSON."""


class Effect(Enum):
    """What executing a request twice does."""

    NONE = auto()
    """It only reads."""
    SAME = auto()
    """A second time changes nothing more."""
    AGAIN = auto()
    """A second time creates a second one."""


class Outcome(Enum):
    """What is known of an attempt without a usable answer."""

    NOT_SENT = auto()
    """No connection: the request did not reach the platform."""
    TURNED_AWAY = auto()
    """429: received, and not executed."""
    FAILED = auto()
    """5xx: executed, partly executed, or not."""
    NO_ANSWER = auto()
    """Sent, then silence, a dropped connection, or something that is no JSON."""


REPEATABLE: Mapping[Outcome, frozenset[Effect]] = {
    Outcome.NOT_SENT: frozenset({Effect.NONE, Effect.SAME, Effect.AGAIN}),
    Outcome.TURNED_AWAY: frozenset({Effect.NONE, Effect.SAME, Effect.AGAIN}),
    Outcome.FAILED: frozenset({Effect.NONE, Effect.SAME}),
    Outcome.NO_ANSWER: frozenset({Effect.NONE, Effect.SAME}),
}
"""The outcomes after which requests of each effect are sent again. Nothing else ever is."""

AMBIGUOUS = frozenset({Outcome.FAILED, Outcome.NO_ANSWER})
"""After these a write may have happened."""

EFFECTS: Mapping[str, Effect] = {
    "GET": Effect.NONE,
    "PUT": Effect.SAME,
    "DELETE": Effect.SAME,
    "PATCH": Effect.AGAIN,
    "POST": Effect.AGAIN,
}
"""The effect of a method unless the call says otherwise. Creates, installs and runs are POSTs."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: *path* is relative to the base URL, or the absolute address of a next page."""

    method: str
    path: str
    body: bytes | None = field(default=None, repr=False)
    params: Params | None = None
    effect: Effect | None = None
    patience: float | None = None
    """Seconds to wait for the answer when the platform itself waits for another system."""
    expects: Shape = None
    headers: Headers | None = None

    @property
    def does(self) -> Effect:
        """What executing it twice would do."""
        return self.effect or EFFECTS[self.method]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call: the body (JSON, or text if the route answers text), the next page."""

    status: int
    body: Any
    next_page: str | None = None


class AttemptFailed(Exception):
    """One attempt got no answer; *error* is what the caller gets if it was the last."""

    def __init__(
        self,
        outcome: Outcome,
        error: IntegratorError,
        *,
        retry_after: float | None = None,
        cause: Exception | None = None,
    ) -> None:
        super().__init__(str(error))
        self.outcome = outcome
        self.error = error
        self.retry_after = retry_after
        self.cause = cause


PATIENCE = 120.0
"""Seconds that the platform's own client gives a request; those that reach the application behind a
connection, or a function of a connector, may take them (protocol/http-api.md#3-conventions)."""


def get(path: str, params: Params | None = None, *, expects: Shape = None) -> Call:
    """Return the call that reads *path*."""
    return Call("GET", path, params=params, expects=expects)


def post(
    path: str,
    body: Any,
    *,
    expects: Shape = None,
    patience: float | None = None,
    effect: Effect | None = None,
) -> Call:
    """Return the call that posts *body* to *path*."""
    return Call("POST", path, wire.dumps(body), expects=expects, patience=patience, effect=effect)


def put(
    path: str,
    body: Any,
    *,
    expects: Shape = None,
    patience: float | None = None,
    effect: Effect | None = None,
) -> Call:
    """Return the call that puts *body* at *path*."""
    return Call("PUT", path, wire.dumps(body), expects=expects, patience=patience, effect=effect)


def delete(path: str, body: Any = None) -> Call:
    """Return the call that deletes *path*, or what *body* names there."""
    return Call("DELETE", path, None if body is None else wire.dumps(body))
